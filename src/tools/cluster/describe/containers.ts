/** The containers of a pod or of a pod template, a line each with what is the matter first; values of settings without secrets. */
import type { ApiContainer, ApiContainerState, ApiContainerStatus, ApiPodSpec, ApiProbe } from '../../../sources/kubernetes/api.ts';
import type { Cleaner } from '../../../sources/text.ts';
import { age } from '../../../text/age.ts';

const MOST_SETTINGS = 30;

interface Writing {
  readonly cleaner: Cleaner;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** @param statuses of a pod; empty for a template */
export function containerLines(spec: ApiPodSpec | undefined, statuses: readonly ApiContainerStatus[], writing: Writing): string[] {
  const of = (role: string, containers: readonly ApiContainer[] = []): string[] =>
    containers.flatMap((container) => {
      const status = statuses.find(({ name }) => name === container.name);
      const name = role === '' ? container.name : `${container.name} (${role})`;
      const facts = [...(status === undefined ? [] : stateOf(status, role, writing)), ...specOf(container, writing)];
      return [`${name}: ${facts.join('; ')}`, ...settingsOf(container, writing)];
    });
  return [...of('init', spec?.initContainers), ...of('', spec?.containers)];
}

/** As in `not ready, 7 restarts, waiting CrashLoopBackOff; last run: exit code 1 (Error), 3m ago`. */
export function stateOf(status: ApiContainerStatus, role: string, { cleaner, now }: Writing): string[] {
  const { ready, restartCount = 0, state, lastState } = status;
  const restarts = restartCount === 0 ? '' : `, ${restartCount} restart${restartCount === 1 ? '' : 's'}`;
  const isReady = role === 'init' ? '' : ready === true ? 'ready' : 'not ready';
  const words = [`${isReady}${restarts}`.replace(/^, /u, ''), current(state, { cleaner, now })].filter((text) => text !== '');
  const last = lastState?.terminated;
  return [words.join(', '), ...(last === undefined ? [] : [`last run: ${ended(last, { cleaner, now })}`])];
}

function current(state: ApiContainerState | undefined, writing: Writing): string {
  const { waiting, running, terminated } = state ?? {};
  const { cleaner, now } = writing;
  if (waiting !== undefined) {
    const message = cleaner.line(waiting.message ?? '', 300);
    return `waiting ${cleaner.line(waiting.reason ?? '', 64)}${message === '' ? '' : `: ${message}`}`;
  }
  if (running !== undefined) return `running for ${age(running.startedAt, now)}`;
  return terminated === undefined ? 'not started' : `ended: ${ended(terminated, writing)}`;
}

type Terminated = NonNullable<ApiContainerState['terminated']>;

function ended({ exitCode = 0, signal, reason, message, finishedAt }: Terminated, { cleaner, now }: Writing): string {
  const why = cleaner.line(reason ?? '', 64);
  const bySignal = signal === undefined || signal === 0 ? '' : `, signal ${signal}`;
  const said = cleaner.line(message ?? '', 300);
  const when = finishedAt === undefined ? '' : `, ${age(finishedAt, now)} ago`;
  return `exit code ${exitCode}${why === '' ? '' : ` (${why})`}${bySignal}${when}${said === '' ? '' : `: ${said}`}`;
}

function specOf({ image = '', resources = {}, ports = [], ...probes }: ApiContainer, { cleaner }: Writing): string[] {
  const quantities = (name: string, of: Readonly<Record<string, string>> = {}): string[] =>
    Object.keys(of).length === 0
      ? []
      : [
          `${name} ${Object.entries(of)
            .map(([what, amount]) => `${what} ${amount}`)
            .join(', ')}`,
        ];
  const handlers = [
    ['startup', probes.startupProbe],
    ['liveness', probes.livenessProbe],
    ['readiness', probes.readinessProbe],
  ] as const;
  return [
    `image ${cleaner.line(image, 256)}`,
    ...(ports.length === 0
      ? []
      : [`ports ${ports.map(({ containerPort, name }) => (name === undefined ? containerPort : `${name} ${containerPort}`)).join(', ')}`]),
    ...quantities('requests', resources.requests),
    ...quantities('limits', resources.limits),
    ...handlers.flatMap(([name, probe]) => (probe === undefined ? [] : [`${name} probe ${probeText(probe, cleaner)}`])),
  ];
}

function probeText(
  { httpGet, tcpSocket, grpc, exec, periodSeconds = 10, timeoutSeconds = 1, failureThreshold = 3 }: ApiProbe,
  cleaner: Cleaner,
): string {
  const how =
    httpGet !== undefined
      ? `GET :${httpGet.port ?? ''}${httpGet.path ?? '/'}`
      : tcpSocket !== undefined
        ? `TCP :${tcpSocket.port ?? ''}`
        : grpc !== undefined
          ? `gRPC :${grpc.port ?? ''}`
          : `exec ${(exec?.command ?? []).join(' ')}`;
  return `${cleaner.line(how, 120)} every ${periodSeconds}s, ${timeoutSeconds}s each, ${failureThreshold} failures`;
}

function settingsOf({ env = [], envFrom = [], volumeMounts = [] }: ApiContainer, { cleaner }: Writing): string[] {
  const variables = env.slice(0, MOST_SETTINGS).map(({ name, value, valueFrom }) => {
    const [configMap, secret] = [valueFrom?.configMapKeyRef, valueFrom?.secretKeyRef];
    if (secret !== undefined) return `${name} from Secret ${secret.name ?? ''}/${secret.key ?? ''}`;
    if (configMap !== undefined) return `${name} from ConfigMap ${configMap.name ?? ''}/${configMap.key ?? ''}`;
    return value === undefined ? name : `${name}=${cleaner.setting(name, value, 120)}`;
  });
  const whole = envFrom.flatMap(({ configMapRef, secretRef }) => [
    ...(configMapRef?.name === undefined ? [] : [`all of ConfigMap ${configMapRef.name}`]),
    ...(secretRef?.name === undefined ? [] : [`all of Secret ${secretRef.name}`]),
  ]);
  const more = env.length > MOST_SETTINGS ? [`and ${env.length - MOST_SETTINGS} more`] : [];
  const settings = [...variables, ...whole, ...more].map((text) => cleaner.line(text, 300));
  const mounts = volumeMounts
    .filter(({ name }) => !name.startsWith('kube-api-access-'))
    .map(({ name, mountPath }) => cleaner.line(`${mountPath} from ${name}`, 200));
  return [
    ...(settings.length === 0 ? [] : [`  env: ${settings.join(', ')}`]),
    ...(mounts.length === 0 ? [] : [`  mounts: ${mounts.join(', ')}`]),
  ];
}
