/**
 * What runs a node, or the control plane, is down.
 *
 * Right when the unit itself is seen not to run; without sight of units, when the node says so: Ready is Unknown because the kubelet stopped
 * reporting, or False because the runtime does not answer; or when Services are reached from every node but one, which is how a node without
 * kube-proxy looks. Nobody schedules when pods wait and nobody has said why. Disproved by the unit running, by another that does its work (one
 * container runtime of several, one scheduler of several while no pod waits), and by a node that is ready.
 * Pressure and everything else that nodes say of themselves is left to `nodeConditions`.
 */
import type { ObjectRef } from '../../crds/common.ts';
import type { FindingReason } from '../../crds/reasons.ts';
import type { Daemon, Node, Pod, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { eventsOf, livingPods } from '../containers.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { isControlPlane } from '../placement.ts';
import { quote } from '../quote.ts';

const UNITS: readonly (readonly [name: RegExp, reason: FindingReason])[] = [
  [/^kubelet$/u, 'KubeletUnavailable'],
  [/^(?:containerd|crio|cri-o|docker|dockerd|cri-dockerd)$/u, 'ContainerRuntimeUnavailable'],
  [/^kube-proxy$/u, 'KubeProxyUnavailable'],
  [/^kube-scheduler$/u, 'SchedulerUnavailable'],
  [/^(?:kube-apiserver|kube-controller-manager|etcd)$/u, 'ControlPlaneUnavailable'],
];

const reasonOf = (unit: string): FindingReason | undefined => UNITS.find(([name]) => name.test(unit))?.[1];

export const nodeDaemons: Analyzer = {
  name: 'nodeDaemons',
  *find(snapshot) {
    const down = snapshot.daemons.filter(({ running }) => !running);
    for (const daemon of down) {
      const reason = reasonOf(daemon.name);
      if (reason !== undefined && !isReplaced(snapshot, daemon, reason)) yield unitFinding(snapshot, daemon, reason);
    }
    for (const node of snapshot.nodes) yield* bySelfReport(snapshot, node);
    yield* unreachableFromOne(snapshot);
    yield* unscheduled(snapshot);
  },
};

/** A node has one container runtime in use; of several schedulers one leads, and the others wait for it to go. */
function isReplaced(snapshot: Snapshot, { node }: Daemon, reason: FindingReason): boolean {
  const running = snapshot.daemons.filter((other) => other.running && reasonOf(other.name) === reason);
  if (reason === 'ContainerRuntimeUnavailable') return running.some((other) => other.node === node);
  return reason === 'SchedulerUnavailable' && running.length > 0 && waitingForScheduler(snapshot).length === 0;
}

function unitFinding(snapshot: Snapshot, daemon: Daemon, reason: FindingReason): Finding {
  const what = `${daemon.name} on node ${daemon.node} is not running: ${quote(daemon.detail)}`;
  const pods = reason === 'SchedulerUnavailable' ? waitingForScheduler(snapshot) : podsOn(snapshot, daemon.node);
  return { ...base(daemon.node, reason, pods), message: `${what}.`, evidence: [daemon.evidence, ...nodeEvidence(snapshot, daemon.node)] };
}

const STOPPED = /kubelet stopped posting|NodeStatusUnknown|NodeStatusNeverUpdated/iu;
const RUNTIME =
  /container runtime (?:is down|network not ready)|PLEG is not healthy|runtime not ready|rpc error.{0,200}containerd|cri.{0,200}(?:down|not responding)/iu;

function* bySelfReport(snapshot: Snapshot, node: Node): Iterable<Finding> {
  const ready = node.conditions.find(({ type }) => type === 'Ready');
  if (ready === undefined || ready.status === 'True') return;
  const words = `${ready.reason} ${ready.message}`;
  const reason = ready.status === 'Unknown' && STOPPED.test(words) ? 'KubeletUnavailable' : runtimeBlame(words);
  const own = snapshot.daemons.filter((daemon) => daemon.node === node.name);
  if (reason === undefined || own.some(({ running, name }) => !running || reasonOf(name) === reason)) return;
  yield {
    ...base(node.name, reason, podsOn(snapshot, node.name)),
    message: `Node ${node.name} is not ready: ${quote(ready.message === '' ? ready.reason : ready.message)}.`,
    evidence: [node.evidence],
    since: ready.since,
  };
}

const runtimeBlame = (words: string): FindingReason | undefined =>
  RUNTIME.test(words) && !/network plugin|cni/iu.test(words) ? 'ContainerRuntimeUnavailable' : undefined;

/** Fewer Services than this prove nothing about the node that they were tried from. */
const ENOUGH_CHECKS = 3;

function* unreachableFromOne({ checks, daemons }: Snapshot): Iterable<Finding> {
  const byNode = Map.groupBy(
    checks.filter(({ fromNode }) => fromNode !== undefined),
    ({ fromNode = '' }) => fromNode,
  );
  for (const [node, own] of byNode) {
    const failed = own.filter(({ outcome }) => outcome !== 'open');
    const onlyFromHere = failed.filter(({ service, port }) =>
      checks.some((other) => other.service === service && other.port === port && other.fromNode !== node && other.outcome === 'open'),
    );
    const known = daemons.some((daemon) => daemon.node === node && daemon.name === 'kube-proxy');
    if (known || own.length < ENOUGH_CHECKS || onlyFromHere.length < own.length) continue;
    yield {
      ...base(node, 'KubeProxyUnavailable', []),
      message: `No Service can be reached from node ${node}, while all ${own.length} that were tried answer elsewhere.`,
      evidence: onlyFromHere.slice(0, 5).map(({ evidence }) => evidence),
      indirect: true,
    };
  }
}

/** A pod that nobody looked at within this time was not just created. */
const PATIENCE_MS = 30_000;

function waitingForScheduler(snapshot: Snapshot): Pod[] {
  return livingPods(snapshot).filter(
    (pod) =>
      pod.phase === 'Pending' &&
      pod.node === undefined &&
      (pod.unscheduled?.message ?? '') === '' &&
      snapshot.at - pod.createdAt > PATIENCE_MS &&
      !eventsOf(snapshot, pod).some(({ reason }) => reason === 'FailedScheduling' || reason === 'Scheduled'),
  );
}

function* unscheduled(snapshot: Snapshot): Iterable<Finding> {
  const pods = waitingForScheduler(snapshot);
  const [first] = pods;
  if (first === undefined || snapshot.daemons.some(({ name }) => name === 'kube-scheduler')) return;
  yield {
    analyzer: nodeDaemons.name,
    reason: 'SchedulerUnavailable',
    object: onlyControlPlane(snapshot) ?? first.owner,
    message: `Pod ${first.namespace}/${first.name} waits for a node, and no scheduler has said a word about it.`,
    cures: [],
    evidence: pods.slice(0, 5).map(({ evidence }) => evidence),
    pods: pods.map(({ name }) => name),
    since: Math.min(...pods.map(({ createdAt }) => createdAt)),
    indirect: true,
    touchedBy: { direct: [], plausible: [] },
  };
}

/** Where the scheduler is to be looked for, if there is no choice. */
function onlyControlPlane({ nodes }: Snapshot): ObjectRef | undefined {
  const [only, ...others] = nodes.filter(isControlPlane);
  return only === undefined || others.length > 0 ? undefined : nodeRef(only.name);
}

const podsOn = (snapshot: Snapshot, node: string): Pod[] => livingPods(snapshot).filter((pod) => pod.node === node);

const nodeEvidence = ({ nodes }: Snapshot, name: string): string[] =>
  nodes.filter((node) => node.name === name).map(({ evidence }) => evidence);

const nodeRef = (name: string): ObjectRef => ({ apiVersion: 'v1', kind: 'Node', name });

const base = (node: string, reason: FindingReason, pods: readonly Pod[]): Omit<Finding, 'message' | 'evidence'> => ({
  analyzer: nodeDaemons.name,
  reason,
  object: nodeRef(node),
  cures: [],
  pods: pods.map(({ name }) => name),
  touchedBy: { direct: [], plausible: [] },
});
