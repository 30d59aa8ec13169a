/** Small snapshots that say only what matters to a test: one workload of one container, unless said otherwise. */
import type { ObjectRef } from '../../../src/crds/common.ts';
import type { FieldChange, ObservedChange } from '../../../src/sources/changes.ts';
import type {
  Container,
  ContainerState,
  LogTail,
  Node,
  ObjectEvent,
  Pod,
  Revision,
  Snapshot,
  Terminated,
  Workload,
} from '../../../src/sources/kubernetes/snapshot.ts';
import { NO_SURROUNDINGS, NO_TELEMETRY } from '../../../src/sources/kubernetes/surroundings.ts';

/** Noon: the moment at which every snapshot is taken. */
export const NOW = Date.parse('2026-01-01T12:00:00Z');
const MINUTE = 60_000;
export const MI = 2 ** 20;
/** Milliseconds since the epoch, so many minutes before the snapshot. */
export const ago = (minutes: number): number => NOW - minutes * MINUTE;

export const cart: ObjectRef = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'cart', uid: 'uid-cart' };

export const ended = (exitCode: number, more: Partial<Terminated> = {}): ContainerState => ({
  terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', message: '', startedAt: ago(2), finishedAt: ago(1), ...more },
});
export const waiting = (reason: string, message = ''): ContainerState => ({ waiting: { reason, message } });
export const running = (minutes = 1): ContainerState => ({ running: { startedAt: ago(minutes) } });

export const log = (...lines: readonly string[]): LogTail => ({ lines, evidence: 'logs/shop/cart-1/app/previous' });

export function container(more: Partial<Container> = {}): Container {
  return {
    name: 'app',
    role: 'app',
    index: 0,
    image: 'registry.example/cart:1.0',
    command: [],
    args: [],
    ports: [],
    env: {},
    requests: {},
    limits: {},
    probes: [],
    ready: false,
    restarts: 0,
    state: running(),
    lastState: {},
    logs: {},
    ...more,
  };
}

export function pod(more: Partial<Pod> = {}, ...containers: readonly Container[]): Pod {
  const all = containers.length === 0 ? [container()] : containers;
  return {
    namespace: 'shop',
    name: 'cart-1',
    uid: 'uid-cart-1',
    evidence: 'pod/shop/cart-1',
    owner: cart,
    revision: 'cart-b',
    current: true,
    createdAt: ago(10),
    deleting: false,
    phase: 'Running',
    reason: '',
    message: '',
    node: 'n1',
    restartPolicy: 'Always',
    ready: all.every((one) => one.ready),
    containers: all,
    references: [],
    claims: [],
    nodeSelector: {},
    labels: { app: 'cart' },
    ip: '10.0.0.1',
    serviceAccount: 'default',
    affinity: { node: [], near: [], apart: [] },
    tolerations: [],
    nameservers: [],
    hostNetwork: false,
    pullSecrets: [],
    ...more,
  };
}

export function event(reason: string, message: string, more: Partial<ObjectEvent> = {}): ObjectEvent {
  const regarding = { kind: 'Pod', namespace: 'shop', name: 'cart-1', ...more };
  return {
    type: 'Warning',
    reason,
    message,
    count: 3,
    firstAt: ago(8),
    lastAt: ago(1),
    evidence: `events/${regarding.kind}/${regarding.namespace}/${regarding.name}`,
    ...regarding,
  };
}

export function node(name: string, more: Partial<Node> = {}): Node {
  return {
    name,
    evidence: `node/${name}`,
    ready: true,
    memoryPressure: false,
    unschedulable: false,
    conditions: [],
    taints: [],
    labels: {},
    allocatable: { cpuMillicores: 2000, memoryBytes: 4096 * MI, pods: 110 },
    ...more,
  };
}

export function revision(number: number, beganAt: number, changed?: readonly FieldChange[], more: Partial<Revision> = {}): Revision {
  const name = number === 1 ? 'cart-a' : 'cart-b';
  return { name, number, beganAt, current: number > 1, images: { app: 'registry.example/cart:1.0' }, changed, ...more };
}

export function workload(more: Partial<Workload> = {}): Workload {
  return {
    ref: cart,
    evidence: 'workload/Deployment/shop/cart',
    createdAt: ago(6000),
    labels: {},
    desired: 1,
    ready: 0,
    updated: 1,
    available: 0,
    complete: false,
    paused: false,
    conditions: [],
    containers: [],
    podLabels: { app: 'cart' },
    serviceAccount: 'default',
    references: [],
    revisions: [],
    historyEvidence: 'history/Deployment/shop/cart',
    podCounts: [],
    podsSeen: true,
    ...more,
  };
}

export function snapshot(more: Partial<Snapshot> = {}): Snapshot {
  return {
    at: NOW,
    window: { start: ago(70), end: NOW },
    workloads: [workload()],
    pods: [pod()],
    events: [],
    nodes: [node('n1')],
    configMaps: [],
    configMapNames: {},
    claims: [],
    ...NO_SURROUNDINGS,
    ...NO_TELEMETRY,
    missing: [],
    unseen: [],
    gaps: [],
    ...more,
  };
}

/** A field of the container `app` in the template of `cart`. */
export const field = (path: string, before?: string, after?: string): FieldChange => ({
  object: 'Deployment/shop/cart',
  path: `spec.template.spec.containers[app].${path}`,
  before,
  after,
});

export function commit(id: string, at: number, fields: readonly FieldChange[], more: Partial<ObservedChange> = {}): ObservedChange {
  return {
    kind: 'GitCommit',
    key: id,
    at,
    workload: cart,
    summary: `Commit ${id}`,
    author: 'Robin',
    authoredAt: at,
    repository: 'https://git.example/shop.git',
    commit: id,
    fields,
    fieldsKnown: true,
    detail: '',
    evidence: `git/${id}`,
    ...more,
  };
}

export function rollout(number: number, at: number, fields: readonly FieldChange[]): ObservedChange {
  return {
    kind: 'Rollout',
    key: `Deployment/shop/cart@${number}`,
    at,
    workload: cart,
    summary: `Revision ${number}`,
    revision: number,
    fields,
    fieldsKnown: true,
    detail: '',
    evidence: 'history/Deployment/shop/cart',
  };
}
