/** Namespaces put together from apps, and what lies around them: Services, claims, volumes, quotas, lines, calls, checks, daemons and series. */
import type { ObjectRef } from '../../../src/crds/common.ts';
import { type Cause, diagnose } from '../../../src/investigate/diagnose.ts';
import { objectName } from '../../../src/sources/kubernetes/names.ts';
import type {
  Call,
  Check,
  CheckOutcome,
  Claim,
  Container,
  Daemon,
  ErrorLines,
  Metric,
  Node,
  Pod,
  Quota,
  Route,
  Series,
  Service,
  ServicePort,
  Snapshot,
  StorageClass,
  Volume,
  Workload,
} from '../../../src/sources/kubernetes/snapshot.ts';
import { ago, container, MI, NOW, node, pod, running, snapshot, workload } from './builders.ts';

export type Part = Partial<Snapshot>;

/** A namespace of all these parts; nodes are `n1` where no part brings any. */
export function world(...parts: readonly Part[]): Snapshot {
  const all: Part = { workloads: [], pods: [] };
  for (const part of parts) {
    for (const [key, value] of Object.entries(part)) {
      const before = (all as Record<string, unknown>)[key];
      (all as Record<string, unknown>)[key] = Array.isArray(value) ? [...((before as unknown[] | undefined) ?? []), ...value] : value;
    }
  }
  return snapshot(all);
}

export const deployment = (name: string, kind = 'Deployment'): ObjectRef => ({
  apiVersion: 'apps/v1',
  kind,
  namespace: 'shop',
  name,
  uid: `uid-${name}`,
});

export interface AppOptions {
  readonly kind?: string;
  readonly container?: Partial<Container>;
  /** Beside the app's own. */
  readonly others?: readonly Container[];
  readonly pod?: Partial<Pod>;
  readonly workload?: Partial<Workload>;
  /** False: it has none. */
  readonly service?: Partial<Service> | false;
  readonly replicas?: number;
  /** False: its pods are there and not ready. */
  readonly ready?: boolean;
}

/** A workload with its pods and its Service on port 8080, all well unless said otherwise. */
export function app(name: string, options: AppOptions = {}): Part {
  const { replicas = 1, ready = true, kind = 'Deployment' } = options;
  const ref = deployment(name, kind);
  const labels = options.workload?.podLabels ?? { app: name };
  const own = container({
    name,
    image: `registry.example/${name}:1.0`,
    ports: [{ port: 8080, protocol: 'TCP' }],
    ready,
    state: running(600),
    ...options.container,
  });
  const containers = [own, ...(options.others ?? [])];
  const pods = Array.from({ length: replicas }, (_, index) =>
    pod(
      {
        name: `${name}-${index + 1}`,
        uid: `uid-${name}-${index + 1}`,
        evidence: `pod/shop/${name}-${index + 1}`,
        owner: ref,
        revision: `${name}-a`,
        createdAt: ago(600),
        readySince: ready ? ago(590) : ago(8),
        labels,
        ready,
        ...options.pod,
      },
      ...containers,
    ),
  );
  const workingReplicas = ready ? replicas : 0;
  return {
    workloads: [
      workload({
        ref,
        evidence: `workload/${objectName(ref)}`,
        podLabels: labels,
        containers,
        desired: replicas,
        updated: replicas,
        ready: workingReplicas,
        available: workingReplicas,
        complete: ready,
        historyEvidence: `history/${objectName(ref)}`,
        ...options.workload,
      }),
    ],
    pods,
    services: options.service === false ? [] : [service(name, { endpoints: endpointsOf(replicas, ready), ...options.service })],
  };
}

const endpointsOf = (replicas: number, ready: boolean): NonNullable<Service['endpoints']> => ({
  ready: ready ? replicas : 0,
  notReady: ready ? 0 : replicas,
});

export const tcp = (port: number, targetPort: number | string = port, more: Partial<ServicePort> = {}): ServicePort => ({
  name: '',
  port,
  protocol: 'TCP',
  targetPort,
  ...more,
});

export const service = (name: string, more: Partial<Service> = {}): Service => ({
  namespace: 'shop',
  name,
  evidence: `object/Service/shop/${name}`,
  type: 'ClusterIP',
  headless: false,
  clusterIP: '10.96.7.7',
  selector: { app: name },
  ports: [tcp(8080)],
  endpoints: { ready: 1, notReady: 0 },
  ...more,
});

const SCHEDULER = 'preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.';

/** An app whose pod the scheduler finds no node for. */
export const pending = (name: string, said: string, options: AppOptions = {}): Part =>
  app(name, {
    ...options,
    ready: false,
    container: { state: { waiting: { reason: '', message: '' } }, ...options.container },
    pod: {
      phase: 'Pending',
      node: undefined,
      createdAt: ago(10),
      unscheduled: { message: `0/3 nodes are available: ${said}. ${SCHEDULER}`, since: ago(10) },
      ...options.pod,
    },
  });

export const GI = 1024 * MI;

export const claim = (name: string, more: Partial<Claim> = {}): Claim => ({
  namespace: 'shop',
  name,
  exists: true,
  phase: 'Pending',
  storageClass: 'manual',
  accessModes: ['ReadWriteOnce'],
  requestedBytes: GI,
  evidence: `claim/shop/${name}`,
  ...more,
});

export const volume = (name: string, more: Partial<Volume> = {}): Volume => ({
  name,
  phase: 'Available',
  labels: {},
  storageClass: 'manual',
  accessModes: ['ReadWriteOnce'],
  capacityBytes: 10 * GI,
  evidence: `object/PersistentVolume//${name}`,
  ...more,
});

export const storageClass = (name: string, more: Partial<StorageClass> = {}): StorageClass => ({
  name,
  provisioner: 'kubernetes.io/no-provisioner',
  bindsLate: false,
  isDefault: false,
  ...more,
});

export const quota = (hard: Readonly<Record<string, number>>, used: Readonly<Record<string, number>>): Quota => ({
  namespace: 'shop',
  name: 'compute',
  hard,
  used,
  evidence: 'object/ResourceQuota/shop/compute',
});

/** What a workload has written of trouble. */
export const says = (name: string, ...texts: readonly string[]): Part => ({ errorLines: [linesOf(name, texts)] });

const linesOf = (name: string, texts: readonly string[], count = 3): ErrorLines => ({
  owner: deployment(name),
  lines: texts.map((text) => ({ text, count })),
  evidence: `errors/Deployment/shop/${name}`,
});

/** `frontend>cart`: who calls whom. */
export const calls = (...pairs: readonly string[]): Part => ({
  calls: pairs.map((pair): Call => {
    const [from = '', to = ''] = pair.split('>');
    return { caller: deployment(from), callee: deployment(to), source: 'trace' };
  }),
});

export const check = (name: string, port: number, outcome: CheckOutcome, fromNode?: string): Check => ({
  kind: 'tcp',
  namespace: 'shop',
  service: name,
  port,
  fromNode,
  outcome,
  detail: outcome,
  evidence: `check/shop/${name}/${port}`,
});

export const daemon = (
  on: string,
  name: string,
  running_: boolean,
  detail = running_ ? 'active (running)' : 'inactive (dead)',
): Daemon => ({
  node: on,
  name,
  running: running_,
  detail,
  evidence: `daemon/${on}/${name}`,
});

export const route = (name: string, path: string, to: string, more: Partial<Route> = {}): Route => ({
  owner: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'gateway-routes' },
  name,
  host: '',
  path,
  backend: { namespace: 'shop', service: to },
  conditions: [],
  evidence: 'configmap/shop/gateway-routes',
  ...more,
});

export const controlPlane = (name = 'cp', more: Partial<Node> = {}): Node =>
  node(name, {
    labels: { 'node-role.kubernetes.io/control-plane': '' },
    taints: [{ key: 'node-role.kubernetes.io/control-plane', value: '', effect: 'NoSchedule' }],
    ...more,
  });

const SAMPLES = 60;

/** An hour of samples, one a minute: `quiet` with a tenth of noise, and `high` from the given minute before now until another. */
export function series(
  object: ObjectRef | string,
  metric: Metric,
  quiet: number,
  high: number = quiet,
  { from = 15, until = 0, instance }: { readonly from?: number; readonly until?: number; readonly instance?: string } = {},
): Series {
  const of = typeof object === 'string' ? deployment(object) : object;
  const points = Array.from({ length: SAMPLES }, (_, index): [number, number] => {
    const minutes = SAMPLES - index;
    const level = minutes <= from && minutes > until ? high : quiet;
    return [NOW - minutes * 60_000, level * (1 + 0.1 * Math.sin(index * 2.4))];
  });
  return { object: of, metric, instance, points, evidence: `series/${objectName(of)}/${metric}` };
}

export const nodeRef = (name: string): ObjectRef => ({ apiVersion: 'v1', kind: 'Node', name });

/** `Reason Kind/name detail` of a cause; the namespace is `shop` and left out. */
export const inShort = ({ reason, object, detail }: Cause): string =>
  [reason, object.replace('/shop/', '/').replace('//', '/').replace(/#.*$/u, ''), detail ?? ''].join(' ').trimEnd();

/** What is named as the root cause, in short; undefined where none is. */
export function named(seen: Snapshot): string | undefined {
  const { rootCause } = diagnose(seen);
  return rootCause && inShort(rootCause);
}

/** The first of all candidates has to be the one that is named: rank one. */
export function firstOf(seen: Snapshot): string | undefined {
  const [first] = diagnose(seen).candidates;
  return first && inShort(first);
}
