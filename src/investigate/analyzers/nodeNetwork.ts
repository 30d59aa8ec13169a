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
import { type Profile, ratio, rise } from './latencyProfile.ts';

export interface NodeTrouble {
  readonly node: string;
  readonly reason: 'NodeNetworkDelay' | 'NodeNetworkLoss';
  readonly slow: readonly Profile[];
}

/** Fewer workloads that run on a node alone prove nothing about it. */
const FEWEST_ON_NODE = 3;

export function nodesInTrouble(snapshot: Snapshot, profiles: readonly Profile[]): NodeTrouble[] {
  const places = Map.groupBy(livingPods(snapshot), ({ owner }) => objectName(owner));
  const nodesOf = ({ object }: Profile): Set<string> => new Set((places.get(objectName(object)) ?? []).map(({ node = '' }) => node));
  const byNode = Map.groupBy(profiles, (one) => {
    const [only = '', ...others] = nodesOf(one);
    return others.length === 0 ? only : '';
  });
  return [...byNode].flatMap(([node, here]): NodeTrouble[] => {
    if (node === '' || here.length < FEWEST_ON_NODE) return [];
    const elsewhere = profiles.filter((one) => !nodesOf(one).has(node));
    const delayed = movedTogether(snapshot, 'median', { node, here, elsewhere });
    if (delayed !== undefined) return [{ node, reason: 'NodeNetworkDelay', slow: delayed }];
    const stretched = movedTogether(snapshot, 'tail', { node, here, elsewhere });
    return stretched === undefined ? [] : [{ node, reason: 'NodeNetworkLoss', slow: stretched }];
  });
}

interface Place {
  readonly node: string;
  /** What runs there alone. */
  readonly here: readonly Profile[];
  readonly elsewhere: readonly Profile[];
}

/** What moved at least so much beside what moves with it is not noise, in seconds. */
const LEAST_SECONDS = { median: 0.02, tail: 0.05 } as const;
const LEAST_TIMES = 1.3;
/** Of the middle rise on the node: what the network adds is added to all alike, whatever they took before. */
const ALIKE = 0.3;

/** Those on the node that slowed down alike, if they are most of it and hardly anything else did that does not call them. */
function movedTogether(snapshot: Snapshot, which: 'median' | 'tail', { node, here, elsewhere }: Place): Profile[] | undefined {
  const rises = here.map((one) => rise(one[which])).toSorted((a, b) => a - b);
  const least = Math.max(LEAST_SECONDS[which], ALIKE * (rises[rises.length >> 1] ?? 0));
  const hasMoved = (one: Profile): boolean => rise(one[which]) >= least && ratio(one[which]) >= LEAST_TIMES;
  const hit = here.filter(hasMoved);
  const innocent = elsewhere.filter((one) => !callsAny(snapshot, one, hit));
  const independent = hit.filter((one) => !callsAny(snapshot, one, hit));
  const isMost = hit.length >= (isLosing(snapshot, node) ? 0.6 : 0.8) * here.length;
  const isHereAlone = innocent.filter(hasMoved).length <= 0.2 * innocent.length && innocent.length > 0;
  return isMost && isHereAlone && independent.length >= FEWEST_INDEPENDENT ? hit : undefined;
}

/** One of them that all others call explains them without the node. */
const FEWEST_INDEPENDENT = 2;

function callsAny({ calls }: Snapshot, one: Profile, others: readonly Profile[]): boolean {
  const called = calleesOf(calls, objectName(one.object));
  return others.some((other) => other !== one && called.has(objectName(other.object)));
}

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
