/** A container as one thing: what its template asks for and what its status says of it. */

import { parseQuantity } from '../../domain/quantity.ts';
import { type Cleaner, tidy } from '../text.ts';
import type { ApiContainer, ApiContainerState, ApiContainerStatus, ApiPodSpec, ApiProbe, ApiVolume } from './api.ts';
import { apiTime } from './names.ts';
import { parseMillicores } from './quantity.ts';
import type { Container, ContainerRole, ContainerSpec, ContainerState, Logs, Mount, Probe, Resources } from './snapshot.ts';

/** Containers of a template: the init containers first, as they run. */
export function containerSpecs(spec: ApiPodSpec | undefined, cleaner: Cleaner): ContainerSpec[] {
  const init = (spec?.initContainers ?? []).map((container, index) =>
    containerSpec(container, index, container.restartPolicy === 'Always' ? 'sidecar' : 'init', cleaner),
  );
  const app = (spec?.containers ?? []).map((container, index) => containerSpec(container, index, 'app', cleaner));
  const mounts = new Map(
    [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map((one) => [one.name, mountsOf(one, spec?.volumes)]),
  );
  return [...init, ...app].map((one) => ({ ...one, mounts: mounts.get(one.name) }));
}

function mountsOf({ volumeMounts = [] }: ApiContainer, volumes: readonly ApiVolume[] = []): Mount[] {
  return volumeMounts.map(({ name, mountPath, readOnly = false }) => ({
    path: mountPath,
    volume: name,
    readOnly,
    claim: volumes.find((volume) => volume.name === name)?.persistentVolumeClaim?.claimName,
  }));
}

function containerSpec(container: ApiContainer, index: number, role: ContainerRole, cleaner: Cleaner): ContainerSpec {
  const literals = (container.env ?? []).flatMap(({ name, value }) => (value === undefined ? [] : [[name, cleaner.setting(name, value)]]));
  return {
    name: container.name,
    role,
    index,
    image: tidy(container.image ?? '', 512),
    command: (container.command ?? []).map((word) => cleaner.line(word)),
    args: (container.args ?? []).map((word) => cleaner.line(word)),
    ports: (container.ports ?? []).map(({ name, containerPort, protocol }) => ({ name, port: containerPort, protocol: protocol ?? 'TCP' })),
    env: Object.fromEntries(literals) as Record<string, string>,
    requests: resources(container.resources?.requests),
    limits: resources(container.resources?.limits),
    probes: [
      ...probe('startup', container.startupProbe),
      ...probe('liveness', container.livenessProbe),
      ...probe('readiness', container.readinessProbe),
    ],
  };
}

const resources = (quantities: Readonly<Record<string, string>> | undefined): Resources => ({
  cpuMillicores: parseMillicores(quantities?.['cpu']),
  memoryBytes: parseQuantity(quantities?.['memory']),
});

/** With the API server's defaults, should a text-rebuilt object lack them. */
function probe(type: Probe['type'], api: ApiProbe | undefined): Probe[] {
  if (api === undefined) return [];
  const { httpGet, tcpSocket, grpc, initialDelaySeconds = 0, timeoutSeconds = 1, periodSeconds = 10, failureThreshold = 3 } = api;
  const timing = { initialDelaySeconds, timeoutSeconds, periodSeconds, failureThreshold };
  if (httpGet !== undefined) {
    const scheme = httpGet.scheme === 'HTTPS' ? 'HTTPS' : 'HTTP';
    return [{ type, handler: 'http', port: httpGet.port, path: httpGet.path ?? '/', scheme, ...timing }];
  }
  if (tcpSocket !== undefined) return [{ type, handler: 'tcp', port: tcpSocket.port, ...timing }];
  if (grpc !== undefined) return [{ type, handler: 'grpc', port: grpc.port, ...timing }];
  return [{ type, handler: 'exec', ...timing }];
}

export function containerView(spec: ContainerSpec, status: ApiContainerStatus | undefined, logs: Logs, cleaner: Cleaner): Container {
  return {
    ...spec,
    ready: status?.ready ?? false,
    restarts: status?.restartCount ?? 0,
    state: stateView(status?.state, cleaner),
    lastState: stateView(status?.lastState, cleaner),
    logs,
  };
}

function stateView(state: ApiContainerState | undefined, cleaner: Cleaner): ContainerState {
  const { waiting, running, terminated } = state ?? {};
  return {
    waiting: waiting && { reason: cleaner.line(waiting.reason ?? '', 128), message: cleaner.line(waiting.message ?? '', 1024) },
    running: running && { startedAt: apiTime(running.startedAt) },
    terminated: terminated && {
      exitCode: terminated.exitCode ?? 0,
      signal: terminated.signal === 0 ? undefined : terminated.signal,
      reason: cleaner.line(terminated.reason ?? '', 128),
      message: cleaner.line(terminated.message ?? '', 1024),
      startedAt: apiTime(terminated.startedAt),
      finishedAt: apiTime(terminated.finishedAt),
    },
  };
}
