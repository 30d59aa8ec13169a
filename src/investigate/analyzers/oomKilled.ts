/**
 * A container that the kernel killed for memory, or a pod that the kubelet evicted for it.
 *
 * Right when a container's present or last state is Terminated with reason OOMKilled, or the runtime says so of a pod that has not started. The node is to blame, not the limit,
 * when it was short of memory and the container stayed well below its limit (cgroup kills strike at the limit).
 * Disproved for old kills: one from before the window, with the container ready since, is no trouble of now.
 * Whether memory leaks or the limit was always too low is left to the trend of its metrics.
 */

import { formatBytes } from '../../domain/quantity.ts';
import type { Container, Node, Pod, Snapshot, Terminated } from '../../sources/kubernetes/snapshot.ts';
import { eventsOf, evidenceFor, livingPods, logOfLastEnd, onset, podName, restartsOf } from '../containers.ts';
import { configurationOf, containerFields, objectFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';

/** Below this share of its limit, a killed container did not reach it. */
const REACHED_LIMIT = 0.9;

export const oomKilled: Analyzer = {
  name: 'oomKilled',
  *find(snapshot) {
    for (const pod of snapshot.pods.filter((one) => wasEvictedForMemory(snapshot, one))) yield evictionFinding(snapshot, pod);
    for (const pod of livingPods(snapshot)) {
      yield* tooSmallToStart(snapshot, pod);
      for (const container of pod.containers) {
        if (!wasKilledLately(snapshot, container)) continue;
        const node = nodeToBlame(snapshot, pod, container);
        yield node === undefined ? limitFinding(snapshot, pod, container) : nodeFinding(snapshot, pod, container, node);
      }
    }
  },
};

const killOf = ({ state, lastState }: Container): Terminated | undefined =>
  [state.terminated, lastState.terminated].find((end) => end?.reason === 'OOMKilled');

function wasKilledLately({ window }: Snapshot, container: Container): boolean {
  const kill = killOf(container);
  return kill !== undefined && (!container.ready || (kill.finishedAt ?? window.end) >= window.start);
}

/** Of a sandbox: what the runtime says of one that its limit leaves no room for. */
export const isKilledForMemory = (message: string): boolean => /OOM-killed|memory limit too low|minimum memory limit/iu.test(message);

/** A limit below what the runtime itself needs: the pod is killed before any container of it runs. */
function* tooSmallToStart(snapshot: Snapshot, pod: Pod): Iterable<Finding> {
  if (pod.phase !== 'Pending') return;
  const said = eventsOf(snapshot, pod).some(({ reason, message }) => reason === 'FailedCreatePodSandBox' && isKilledForMemory(message));
  const limited = pod.containers.filter(({ limits }) => limits.memoryBytes !== undefined);
  const [smallest] = limited.toSorted((a, b) => (a.limits.memoryBytes ?? 0) - (b.limits.memoryBytes ?? 0));
  if (said && smallest !== undefined) yield limitFinding(snapshot, pod, smallest);
}

/** An evicted pod lies around long after; it was last ready when it was evicted. */
function wasEvictedForMemory({ window }: Snapshot, { reason, message, readySince, createdAt }: Pod): boolean {
  return reason === 'Evicted' && /\bmemory\b/iu.test(message) && (readySince ?? createdAt) >= window.start;
}

/** The node, when it and not the limit is to blame. */
function nodeToBlame(snapshot: Snapshot, pod: Pod, { limits, usage }: Container): Node | undefined {
  const node = snapshot.nodes.find(({ name }) => name === pod.node);
  if (node === undefined) return undefined;
  if (limits.memoryBytes === undefined) return node.memoryPressure || hasRunOut(snapshot, node) ? node : undefined;
  return node.memoryPressure && usage !== undefined && usage.memoryBytes < REACHED_LIMIT * limits.memoryBytes ? node : undefined;
}

/**
 * The kubelet's word for a kill that no cgroup's limit asked for. It says so too of a kill at a limit that it can't place, as where it
 * runs in a container itself: so it counts for containers without a limit alone.
 */
const hasRunOut = ({ events, window }: Snapshot, node: Node): boolean =>
  events.some((event) => event.kind === 'Node' && event.name === node.name && event.reason === 'SystemOOM' && event.lastAt >= window.start);

function limitFinding(snapshot: Snapshot, pod: Pod, container: Container): Finding {
  const of = (...fields: readonly string[]) => containerFields(pod.owner, container, ...fields);
  return {
    analyzer: oomKilled.name,
    reason: 'ContainerOutOfMemory',
    object: { ...pod.owner, container: container.name },
    message: `Container ${container.name} of ${podName(pod)} was killed for memory at ${limitOf(container)}${usageOf(container)}${restartsOf(container)}.`,
    cures: ['SetResources', 'RevertCommit', 'SetImage', 'RollbackWorkload'],
    evidence: evidenceOf(snapshot, pod, container),
    pods: [pod.name],
    since: onset(snapshot, pod, container),
    touchedBy: {
      direct: of('resources'),
      plausible: [...of('image', 'env', 'envFrom', 'command', 'args'), ...configurationOf(pod, container)],
    },
  };
}

const limitOf = ({ limits }: Container): string =>
  limits.memoryBytes === undefined ? 'no limit of its own' : `its limit of ${formatBytes(limits.memoryBytes)}`;

/** Below this share of its limit, the last sample was taken before the memory grew: it says how fast, not how much. */
const SAMPLED_IN_TIME = 0.7;

function usageOf({ usage, limits }: Container): string {
  if (usage === undefined) return '';
  const used = formatBytes(usage.memoryBytes);
  const tooFast = limits.memoryBytes !== undefined && usage.memoryBytes < SAMPLED_IN_TIME * limits.memoryBytes;
  return tooFast ? `; it grew faster than its use is sampled (${used} when last seen)` : `, having used ${used} at most`;
}

function nodeFinding(snapshot: Snapshot, pod: Pod, container: Container, node: Node): Finding {
  return {
    ...blamedNode(node.name),
    message: `Node ${node.name} ran out of memory and killed ${container.name} of ${podName(pod)} below its limit.`,
    evidence: [node.evidence, ...evidenceOf(snapshot, pod, container)],
    pods: [pod.name],
    since: onset(snapshot, pod, container),
  };
}

function evictionFinding(snapshot: Snapshot, pod: Pod): Finding {
  return {
    ...blamedNode(pod.node ?? 'unknown'),
    message: `Node ${pod.node ?? 'unknown'} ran short of memory and evicted ${podName(pod)}.`,
    evidence: evidenceFor(snapshot, pod),
    pods: [pod.name],
    since: onset(snapshot, pod),
  };
}

function blamedNode(name: string): Pick<Finding, 'analyzer' | 'reason' | 'object' | 'cures' | 'touchedBy'> {
  const node = { apiVersion: 'v1', kind: 'Node', name };
  return {
    analyzer: oomKilled.name,
    reason: 'NodeOutOfMemory',
    object: node,
    cures: [],
    touchedBy: { direct: objectFields(node, ''), plausible: [] },
  };
}

function evidenceOf(snapshot: Snapshot, pod: Pod, container: Container): string[] {
  const usage = container.usage === undefined ? [] : [container.usage.evidence];
  return [...evidenceFor(snapshot, pod, logOfLastEnd(container)), ...usage];
}
