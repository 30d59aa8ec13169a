/**
 * A pod that the scheduler finds no node for.
 *
 * Right while the pod's PodScheduled condition is False. What blocks is asked of the nodes that the pod's selector allows: where it allows
 * none, the selector is to blame; where it does, what those nodes lack. Otherwise the filter that ran last decides, as the nodes that it
 * turned down came closest to fitting (a control plane's taint is thus never blamed while a worker is just full).
 * Disproved by the pod having a node. Affinity between pods is known from the scheduler's words alone; why a claim is not bound is left to
 * `volumeClaim`.
 */

import type { ActionType } from '../../crds/actions/actions.ts';
import type { ObjectRef } from '../../crds/common.ts';
import type { FindingReason } from '../../crds/reasons.ts';
import { formatBytes, formatMillicores } from '../../domain/quantity.ts';
import type { Claim, Container, Node, Pod, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { eventsOf, evidenceFor, livingPods, podName } from '../containers.ts';
import { containerFields, type FieldPattern, objectFields, podFields } from '../fields.ts';
import type { Analyzer, Finding, Interest } from '../finding.ts';
import { affinityInWords, choosesNodes, isAllowed, isKeptFree, selectionBlame, taintInWords, untolerated } from '../placement.ts';
import { quote } from '../quote.ts';
import { CORDON_STAGE, KEPT_FREE_STAGE, type Obstacle, obstaclesIn, SELECTOR_STAGE } from './schedulerMessage.ts';

export const unschedulable: Analyzer = {
  name: 'unschedulable',
  *find(snapshot) {
    for (const pod of livingPods(snapshot)) {
      if (pod.unscheduled === undefined || pod.node !== undefined) continue;
      const words = wordsOf(snapshot, pod);
      const obstacles = decisive(snapshot, pod, obstaclesIn(words));
      if (obstacles.length === 0) yield finding(snapshot, pod, 'Unschedulable', words);
      for (const reason of new Set(obstacles.map((obstacle) => obstacle.reason))) yield finding(snapshot, pod, reason, words);
    }
  },
};

function wordsOf(snapshot: Snapshot, pod: Pod): string {
  const said = pod.unscheduled?.message ?? '';
  return said === '' ? (eventsOf(snapshot, pod).find(({ reason }) => reason === 'FailedScheduling')?.message ?? '') : said;
}

/**
 * Among the nodes that the pod's selector and affinity allow, what blocks; where they allow none, that is what blocks. Words and nodes are of
 * one moment only when both agree; where they do not, the words count.
 */
function decisive({ nodes }: Snapshot, pod: Pod, obstacles: readonly Obstacle[]): Obstacle[] {
  const beyondSelector = obstacles.filter(({ stage }) => stage !== SELECTOR_STAGE);
  const bySelector = obstacles
    .filter(({ stage }) => stage === SELECTOR_STAGE)
    .map((one) => ({ ...one, reason: selectionBlame(nodes, pod) }));
  const all = [...beyondSelector, ...bySelector];
  const allowed = nodes.filter((node) => isAllowed(pod, node) && !isKeptFree(node));
  if (!choosesNodes(pod) || nodes.length === 0 || beyondSelector.every(({ stage }) => stage === KEPT_FREE_STAGE)) return last(all);
  if (allowed.length === 0) return bySelector.length > 0 ? bySelector : last(all);
  const cordons = allowed.every((node) => node.unschedulable) ? obstacles.filter(({ stage }) => stage === CORDON_STAGE) : [];
  return cordons.length > 0 ? cordons : last(beyondSelector);
}

function last(obstacles: readonly Obstacle[]): Obstacle[] {
  const latest = Math.max(...obstacles.map(({ stage }) => stage));
  return obstacles.filter(({ stage }) => stage === latest);
}

function finding(snapshot: Snapshot, pod: Pod, reason: FindingReason, words: string): Finding {
  const container = reason === 'InsufficientCPU' || reason === 'InsufficientMemory' ? hungriest(pod, reason) : undefined;
  const claims = reason === 'VolumeClaimUnbound' ? claimsOf(snapshot, pod) : [];
  return {
    analyzer: unschedulable.name,
    reason,
    object: container === undefined ? pod.owner : { ...pod.owner, container: container.name },
    message: `Pod ${podName(pod)} fits on no node${explained(snapshot, pod, reason, claims)}: ${quote(words)}.`,
    cures: CURES[reason] ?? ['RevertCommit'],
    evidence: [
      ...evidenceFor(snapshot, pod),
      ...snapshot.nodes.slice(0, 5).map(({ evidence }) => evidence),
      ...claims.map(({ evidence }) => evidence),
    ],
    pods: [pod.name],
    blames: blamesOf(snapshot, pod, reason, words),
    since: pod.unscheduled?.since ?? pod.createdAt,
    touchedBy: interestOf(pod, reason),
  };
}

/** A taint that Kubernetes itself puts on a node tells of the node's state, which is then what is wrong. */
const STATE_TAINT = /node\.kubernetes\.io\/(?!unschedulable)/u;

/** Some schedulers say which taints, others that there are some. */
function blamesOf({ nodes }: Snapshot, pod: Pod, reason: FindingReason, words: string): ObjectRef[] {
  const isOfState = STATE_TAINT.test(words) || (!words.includes('{') && untolerated(pod, nodes).some(({ key }) => STATE_TAINT.test(key)));
  if (reason !== 'TaintNotTolerated' || !isOfState) return [];
  const ill = nodes.filter(({ taints }) => taints.some(({ key }) => STATE_TAINT.test(key)));
  return ill.map(({ name }) => ({ apiVersion: 'v1', kind: 'Node', name }));
}

const CURES: Partial<Record<FindingReason, readonly ActionType[]>> = {
  NodeCordoned: ['UncordonNode'],
  InsufficientCPU: ['RevertCommit', 'SetResources'],
  InsufficientMemory: ['RevertCommit', 'SetResources'],
};

const requested = ({ requests }: Pick<Container, 'requests'>, reason: FindingReason): number =>
  (reason === 'InsufficientCPU' ? requests.cpuMillicores : requests.memoryBytes) ?? 0;

const hungriest = ({ containers }: Pod, reason: FindingReason): Container | undefined =>
  containers.toSorted((a, b) => requested(b, reason) - requested(a, reason))[0];

function explained(snapshot: Snapshot, pod: Pod, reason: FindingReason, claims: readonly Claim[]): string {
  if (reason === 'InsufficientCPU' || reason === 'InsufficientMemory') return comparison(snapshot.nodes, pod, reason);
  if (reason === 'NodeAffinityUnsatisfied') return `, as none that could take it fits ${affinityInWords(pod)}`;
  if (reason === 'TaintNotTolerated') return taintsInWords(snapshot.nodes, pod);
  if (reason === 'NodeSelectorUnsatisfied' && Object.keys(pod.nodeSelector).length > 0) {
    const wanted = Object.entries(pod.nodeSelector).map(([key, value]) => `${key}=${value}`);
    return `, as none that could take it has ${wanted.join(', ')}`;
  }
  return claims.map(({ name, exists, phase }) => `, claim ${name} ${exists ? `is ${phase}` : 'does not exist'}`).join('');
}

const MOST_TAINTS = 3;

function taintsInWords(nodes: readonly Node[], pod: Pod): string {
  const all = untolerated(pod, nodes).map(taintInWords);
  return all.length === 0 ? '' : `, as it does not tolerate ${all.slice(0, MOST_TAINTS).join(', ')}`;
}

/** What it asks for beside what the largest node has to give at all. */
function comparison(nodes: readonly Node[], pod: Pod, reason: FindingReason): string {
  const ofApp = pod.containers.filter(({ role }) => role !== 'init').map((container) => requested(container, reason));
  const ofInit = pod.containers.filter(({ role }) => role === 'init').map((container) => requested(container, reason));
  const total = Math.max(
    ofApp.reduce((sum, one) => sum + one, 0),
    ...ofInit,
  );
  const largest = Math.max(
    0,
    ...nodes.map(({ allocatable }) => (reason === 'InsufficientCPU' ? allocatable.cpuMillicores : allocatable.memoryBytes) ?? 0),
  );
  if (total === 0 || largest === 0) return '';
  const write = reason === 'InsufficientCPU' ? formatMillicores : formatBytes;
  const what = reason === 'InsufficientCPU' ? 'CPU' : 'memory';
  const verdict = total > largest ? ', so it never will' : '';
  return `: it requests ${write(total)} of ${what}, the largest node can give ${write(largest)} in all${verdict}`;
}

/** Claims that are to blame: those that are not bound, else all that it has. */
function claimsOf(snapshot: Snapshot, pod: Pod): Claim[] {
  const own = snapshot.claims.filter(({ namespace, name }) => namespace === pod.namespace && pod.claims.includes(name));
  return own.filter(({ phase }) => phase !== 'Bound');
}

function interestOf(pod: Pod, reason: FindingReason): Interest {
  const resources = pod.containers.flatMap((container) => containerFields(pod.owner, container, 'resources'));
  const placement = podFields(
    pod.owner,
    'nodeSelector',
    'affinity',
    'tolerations',
    'topologySpreadConstraints',
    'nodeName',
    'priorityClassName',
    'schedulerName',
  );
  const storage = [
    ...podFields(pod.owner, 'volumes'),
    ...objectFields(pod.owner, 'spec.volumeClaimTemplates'),
    ...pod.claims.flatMap((name) => objectFields({ kind: 'PersistentVolumeClaim', namespace: pod.namespace, name }, '')),
  ];
  const replicas = objectFields(pod.owner, 'spec.replicas');
  const direct = (own: readonly FieldPattern[]): Interest => ({ direct: own, plausible: [...placement, ...replicas] });
  if (reason === 'InsufficientCPU' || reason === 'InsufficientMemory') return direct(resources);
  if (reason === 'TooManyPods') return direct(replicas);
  if (reason === 'VolumeClaimUnbound') return direct(storage);
  return { direct: placement, plausible: [...resources, ...storage, ...replicas] };
}
