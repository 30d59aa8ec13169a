/**
 * What the scheduler says of a pod that fits on no node: `0/3 nodes are available: 1 node(s) had untolerated taint {a: b}, 2
 * Insufficient cpu. preemption: ...`. Each node is counted under the first filter that turned it down.
 */
import type { FindingReason } from '../../crds/reasons.ts';

export interface Obstacle {
  readonly reason: FindingReason;
  /** In the scheduler's order of filters: a node that is turned down by a later one came closer to fitting. */
  readonly stage: number;
  /** Nodes turned down; undefined where it concerns the pod on any node. */
  readonly nodes: number | undefined;
  readonly text: string;
}

/** Nobody expects a pod on a control plane that is kept free. */
export const KEPT_FREE_STAGE = -1;
export const CORDON_STAGE = 0;
export const SELECTOR_STAGE = 2;

const OBSTACLES: readonly (readonly [pattern: RegExp, reason: FindingReason, stage: number])[] = [
  [/were unschedulable|taint.{0,200}node\.kubernetes\.io\/unschedulable/u, 'NodeCordoned', CORDON_STAGE],
  [/taint.{0,200}node-role\.kubernetes\.io\/(?:control-plane|master)/u, 'TaintNotTolerated', KEPT_FREE_STAGE],
  [/had (?:untolerated )?taint/u, 'TaintNotTolerated', 1],
  [/volume node affinity/u, 'VolumeZoneConflict', 5],
  [/node affinity|node selector|affinity\/selector/u, 'NodeSelectorUnsatisfied', SELECTOR_STAGE],
  [/free ports/u, 'HostPortConflict', 3],
  [/^Insufficient cpu/u, 'InsufficientCPU', 4],
  [/^Insufficient memory/u, 'InsufficientMemory', 4],
  [/^Too many pods/u, 'TooManyPods', 4],
  [/^Insufficient /u, 'Unschedulable', 4],
  [/PersistentVolumeClaim|persistentvolumeclaim|persistent volumes to bind|max volume count/u, 'VolumeClaimUnbound', 5],
  [/anti-affinity/u, 'PodAntiAffinityConflict', 6],
  [/topology spread/u, 'TopologySpreadUnsatisfied', 6],
  [/affinity rules/u, 'PodAffinityUnsatisfied', 6],
];

export function obstaclesIn(message: string): Obstacle[] {
  const [head = ''] = message.split(/[,.]?\s{0,4}preemption:/u);
  const list = head.replace(/^.*?nodes? (?:are|is) available:\s*/u, '');
  return list.split(/,\s+(?=\d|no |pod |persistent)/u).flatMap((part) => {
    const [, count, text = ''] = /^(?:(\d+)\s+)?(.*?)\.?$/su.exec(part.trim()) ?? [];
    const found = OBSTACLES.find(([pattern]) => pattern.test(text));
    if (found === undefined) return [];
    return [{ reason: found[1], stage: found[2], nodes: count === undefined ? undefined : Number(count), text }];
  });
}
