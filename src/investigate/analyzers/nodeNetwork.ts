/**
 * A node whose network is slow or loses packets, as `performance` sees it: most of what runs on it slowed down and hardly anything elsewhere. A
 * delay moves the median, loss stretches the tail and makes the node send again.
 */
import { shiftOf } from '../../analysis/shift.ts';
import { objectName } from '../../sources/kubernetes/names.ts';
import type { Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { calleesOf } from '../callees.ts';
import { livingPods } from '../containers.ts';
import type { Finding } from '../finding.ts';
import { isStretched, type Profile, ratio, SLOW_TIMES } from './latencyProfile.ts';

export interface NodeTrouble {
  readonly node: string;
  readonly reason: 'NodeNetworkDelay' | 'NodeNetworkLoss';
  readonly slow: readonly Profile[];
}

/** Fewer workloads that run on a node alone prove nothing about it. */
const FEWEST_ON_NODE = 3;
/** Without as many elsewhere that are well, there is nothing to compare the node with. */
const FEWEST_ELSEWHERE = 2;

export function nodesInTrouble(snapshot: Snapshot, profiles: readonly Profile[], slow: readonly Profile[]): NodeTrouble[] {
  const places = Map.groupBy(livingPods(snapshot), ({ owner }) => objectName(owner));
  const nodesOf = ({ object }: Profile): Set<string> => new Set((places.get(objectName(object)) ?? []).map(({ node = '' }) => node));
  const stretched = new Set(profiles.filter((one) => slow.includes(one) || isStretched(one)));
  const byNode = Map.groupBy(profiles, (one) => {
    const [only = '', ...others] = nodesOf(one);
    return others.length === 0 ? only : '';
  });
  return [...byNode].flatMap(([node, here]): NodeTrouble[] => {
    const hit = here.filter((one) => stretched.has(one));
    const elsewhere = profiles.filter((one) => !nodesOf(one).has(node));
    const innocent = elsewhere.filter((one) => {
      const called = calleesOf(snapshot.calls, objectName(one.object));
      return !hit.some((callee) => called.has(objectName(callee.object)));
    });
    const hitElsewhere = innocent.filter((one) => stretched.has(one));
    const most = isLosing(snapshot, node) ? 0.6 : 0.8;
    const isHere = node !== '' && here.length >= FEWEST_ON_NODE && hit.length >= most * here.length;
    if (!isHere || hitElsewhere.length > 0.2 * innocent.length) return [];
    if (innocent.length < FEWEST_ELSEWHERE && hasCommonCallee(snapshot, hit)) return [];
    const moved = hit.filter(({ median }) => ratio(median) >= SLOW_TIMES);
    return [{ node, reason: moved.length >= 0.5 * hit.length ? 'NodeNetworkDelay' : 'NodeNetworkLoss', slow: hit }];
  });
}

/** One of them that all others call explains them without the node. */
const hasCommonCallee = ({ calls }: Snapshot, hit: readonly Profile[]): boolean =>
  hit.some((leaf) => hit.every((one) => one === leaf || calleesOf(calls, objectName(one.object)).has(objectName(leaf.object))));

/** It sends again far more than it did, and more than any other node does. */
function isLosing({ series }: Snapshot, node: string): boolean {
  const shifts = series
    .filter(({ metric, object }) => metric === 'retransmitsPerSecond' && object.kind === 'Node')
    .map(({ object, points }) => ({ node: object.name, shift: shiftOf(points) }));
  const own = shifts.find((one) => one.node === node)?.shift;
  const others = shifts.filter((one) => one.node !== node).map(({ shift }) => shift?.high ?? 0);
  return own !== undefined && own.high >= 1 && ratio(own) >= 5 && own.high >= 3 * Math.max(0, ...others);
}

export function nodeFinding({ pods, nodes }: Snapshot, { node, reason, slow }: NodeTrouble): Finding {
  const names = slow.slice(0, 3).map(({ object }) => object.name);
  const how = reason === 'NodeNetworkDelay' ? 'slowed down together' : 'answer mostly as before and now and then very late';
  return {
    analyzer: 'performance',
    reason,
    object: { apiVersion: 'v1', kind: 'Node', name: node },
    message: `The ${slow.length} workloads that are measured on node ${node} (${names.join(', ')}…) ${how}, and hardly anything elsewhere did.`,
    cures: [],
    evidence: [
      ...nodes.filter(({ name }) => name === node).map(({ evidence }) => evidence),
      ...slow.slice(0, 4).flatMap(({ evidence }) => evidence.slice(0, 1)),
    ],
    pods: pods.filter((pod) => pod.node === node).map(({ name }) => name),
    since: Math.min(...slow.map(({ median }) => median.onset)),
    touchedBy: { direct: [], plausible: [] },
  };
}
