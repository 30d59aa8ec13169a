/**
 * What runs a node, or the control plane, is down.
 *
 * Right when the unit itself is seen not to run; without sight of units, when the node says so: Ready is Unknown because the kubelet stopped
 * reporting, or False because the runtime does not answer; or when Services are reached from every node but one, which is how a node without
 * kube-proxy looks. Nobody schedules when pods wait and nobody has said why. Disproved by the unit running, and by a node that is ready.
 * Pressure and everything else that nodes say of themselves is left to `nodeConditions`.
 */
import type { FindingReason } from '../../crds/reasons.ts';
import type { Daemon, Node, Pod, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { eventsOf, livingPods } from '../containers.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { quote } from '../quote.ts';

const UNITS: readonly (readonly [name: RegExp, reason: FindingReason])[] = [
  [/^kubelet$/u, 'KubeletUnavailable'],
  [/^(?:containerd|crio|cri-o|docker|dockerd|cri-dockerd)$/u, 'ContainerRuntimeUnavailable'],
  [/^kube-proxy$/u, 'KubeProxyUnavailable'],
  [/^kube-scheduler$/u, 'SchedulerUnavailable'],
  [/^(?:kube-apiserver|kube-controller-manager|etcd)$/u, 'ControlPlaneUnavailable'],
];

export const nodeDaemons: Analyzer = {
  name: 'nodeDaemons',
  *find(snapshot) {
    const down = snapshot.daemons.filter(({ running }) => !running);
    for (const daemon of down) {
      const reason = UNITS.find(([name]) => name.test(daemon.name))?.[1];
      if (reason !== undefined) yield unitFinding(snapshot, daemon, reason);
    }
    for (const node of snapshot.nodes) yield* saidByNode(snapshot, node);
    yield* unreachableFromOne(snapshot);
    yield* unscheduled(snapshot);
  },
};

/** A scheduler that is down on one of several control planes is replaced by another: it counts while pods wait for it. */
function unitFinding(snapshot: Snapshot, daemon: Daemon, reason: FindingReason): Finding {
  const what = `${daemon.name} on node ${daemon.node} is ${daemon.detail}`;
  const pods = reason === 'SchedulerUnavailable' ? waitingForScheduler(snapshot) : podsOn(snapshot, daemon.node);
  return { ...base(daemon.node, reason, pods), message: `${what}.`, evidence: [daemon.evidence, ...nodeEvidence(snapshot, daemon.node)] };
}

const STOPPED = /kubelet stopped posting|NodeStatusUnknown|NodeStatusNeverUpdated/iu;
const RUNTIME =
  /container runtime (?:is down|network not ready)|PLEG is not healthy|runtime not ready|rpc error.*containerd|cri.*(?:down|not responding)/iu;

function* saidByNode(snapshot: Snapshot, node: Node): Iterable<Finding> {
  const ready = node.conditions.find(({ type }) => type === 'Ready');
  if (ready === undefined || ready.status === 'True') return;
  const words = `${ready.reason} ${ready.message}`;
  const reason = ready.status === 'Unknown' && STOPPED.test(words) ? 'KubeletUnavailable' : runtimeBlame(words);
  if (reason === undefined || snapshot.daemons.some((daemon) => daemon.node === node.name && !daemon.running)) return;
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
    object: first.owner,
    message: `Pod ${first.namespace}/${first.name} waits for a node, and no scheduler has said a word about it.`,
    cures: [],
    evidence: pods.slice(0, 5).map(({ evidence }) => evidence),
    pods: pods.map(({ name }) => name),
    since: Math.min(...pods.map(({ createdAt }) => createdAt)),
    indirect: true,
    touchedBy: { direct: [], plausible: [] },
  };
}

const podsOn = (snapshot: Snapshot, node: string): Pod[] => livingPods(snapshot).filter((pod) => pod.node === node);

const nodeEvidence = ({ nodes }: Snapshot, name: string): string[] =>
  nodes.filter((node) => node.name === name).map(({ evidence }) => evidence);

const base = (node: string, reason: FindingReason, pods: readonly Pod[]): Omit<Finding, 'message' | 'evidence'> => ({
  analyzer: nodeDaemons.name,
  reason,
  object: { apiVersion: 'v1', kind: 'Node', name: node },
  cures: [],
  pods: pods.map(({ name }) => name),
  touchedBy: { direct: [], plausible: [] },
});
