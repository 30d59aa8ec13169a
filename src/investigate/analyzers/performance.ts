/**
 * A workload that answers slower than it did, and why, as far as its own figures tell.
 *
 * Right when its median latency (or its tail, where the CPU explains it) rose to a multiple and by more than a blink, and none of what it
 * calls slowed down as much: then the slowness begins here. It is the CPU when throttling or use of it rose with the latency, traffic when
 * requests did; when it does no more work than before and is slow all the same, the delay lies between it and the others: its network.
 * When most of what runs on one node slowed down and hardly anything elsewhere, the node's network is: a delay moves the median, loss stretches
 * the tail. What is starved of CPU explains its callers even where nobody measures its own answers. Disproved by a callee that is slower still.
 */
import type { FindingReason } from '../../crds/reasons.ts';
import { objectName } from '../../sources/kubernetes/names.ts';
import type { Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { calleesOf } from '../callees.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { aboutWorkload } from '../workloadFinding.ts';
import { isSlow, isStarved, type Profile, profilesOf, ratio, rise, type Starved, starvedUnmeasured } from './latencyProfile.ts';
import { nodeFinding, nodesInTrouble } from './nodeNetwork.ts';

export const performance: Analyzer = {
  name: 'performance',
  *find(snapshot) {
    const profiles = profilesOf(snapshot);
    const slow = profiles.filter(isSlow);
    const nodes = nodesInTrouble(snapshot, profiles);
    yield* nodes.map((one) => nodeFinding(snapshot, one));
    const [worst] = slow.toSorted((a, b) => b.slowdown - a.slowdown);
    const starved = starvedUnmeasured(snapshot).filter((one) => slow.some((caller) => below(snapshot, caller).has(objectName(one.object))));
    yield* starved.map((one) => starvedFinding(snapshot, one));
    for (const one of slow) {
      if (isExplained(snapshot, one, slow, starved) || one.slowdown < NEAR_THE_WORST * (worst?.slowdown ?? 0)) continue;
      yield { ...workloadFinding(snapshot, one), indirect: one !== worst };
    }
  },
};

/** Of the worst slowdown, in orders of magnitude: what is far from it is its echo or noise. */
const NEAR_THE_WORST = 0.5;
/**
 * Something that it calls, however far down, slowed down by half as many orders of magnitude or more, or is starved. Of two that call each
 * other the slower one explains the other.
 */
function isExplained(snapshot: Snapshot, one: Profile, slow: readonly Profile[], starved: readonly Starved[]): boolean {
  const called = below(snapshot, one);
  if (starved.some(({ object }) => called.has(objectName(object)))) return true;
  return slow.some((other) => {
    if (other === one || !called.has(objectName(other.object))) return false;
    const isMutual = below(snapshot, other).has(objectName(one.object));
    return other.slowdown >= (isMutual ? 1.001 : 0.5) * one.slowdown;
  });
}

const below = ({ calls }: Snapshot, { object }: Pick<Profile, 'object'>): ReadonlySet<string> => calleesOf(calls, objectName(object));

function starvedFinding(snapshot: Snapshot, { object, cpu, throttled, since, evidence }: Starved): Finding {
  return {
    ...base(snapshot, object, evidence),
    reason: 'CPUThrottled',
    message: `${objectName(object)} is throttled for ${share(throttled.high)} of the time and uses ${ratio(cpu).toFixed(1)} times the CPU, and what calls it is slow.`,
    since,
  };
}

const base = (
  snapshot: Snapshot,
  object: Profile['object'],
  evidence: readonly string[],
): Pick<Finding, 'analyzer' | 'object' | 'cures' | 'evidence' | 'pods' | 'touchedBy'> => ({
  analyzer: performance.name,
  ...aboutWorkload(snapshot, object),
  evidence: [...evidence],
});

function workloadFinding(snapshot: Snapshot, one: Profile): Finding {
  const { object, median, tail } = one;
  const { reason, says } = causeOf(one);
  return {
    ...base(snapshot, object, one.evidence),
    reason,
    message: `${objectName(object)} takes ${seconds(median.high)} at the median and ${seconds(tail.high)} at the tail, after ${seconds(median.quiet)} and ${seconds(tail.quiet)}${says}.`,
    since: median.onset,
  };
}

function causeOf({ cpu, throttled, requests }: Profile): { readonly reason: FindingReason; readonly says: string } {
  if (cpu !== undefined && throttled !== undefined && isStarved(cpu, throttled)) {
    return {
      reason: 'CPUThrottled',
      says: `, while it is throttled for ${share(throttled.high)} of the time and uses ${ratio(cpu).toFixed(1)} times the CPU`,
    };
  }
  if (requests !== undefined && ratio(requests) >= 3 && requests.quiet > 0) {
    return { reason: 'TrafficSurged', says: `, while it is asked ${ratio(requests).toFixed(1)} times as often` };
  }
  if (cpu === undefined) return { reason: 'LatencyIncreased', says: '; its CPU is not measured' };
  if (ratio(cpu) >= 4 && rise(cpu) >= 0.1)
    return { reason: 'CPUSaturated', says: `, while it uses ${ratio(cpu).toFixed(1)} times the CPU` };
  return { reason: 'NetworkDelay', says: `, and does no more work than before; nothing that it calls is as slow` };
}

const share = (value: number): string => (value > 1 ? 'all' : `${Math.round(100 * value)} %`);

const seconds = (value: number): string => (value >= 1 ? `${value.toFixed(1)} s` : `${Math.round(1000 * value)} ms`);
