/**
 * A workload that answers slower than it did, and why, as far as its own figures tell.
 *
 * Right when its median latency (or its tail, where the CPU explains it) rose to a multiple and by more than a blink, and none of what it
 * calls slowed down as much: then the slowness begins here. It is the CPU when throttling or use of it rose with the latency, traffic when
 * requests did; when it does no more work than before and is slow all the same, the delay lies between it and the others: its network.
 * When most of what runs on one node slowed down and hardly anything elsewhere, the node's network is: a delay moves the median, loss stretches
 * the tail. Disproved by a callee that is slower still.
 */
import { type Shift, shiftOf } from '../../analysis/shift.ts';
import type { Topology } from '../../analysis/topology.ts';
import type { ObjectRef } from '../../crds/common.ts';
import type { FindingReason } from '../../crds/reasons.ts';
import { objectName } from '../../sources/kubernetes/names.ts';
import type { Metric, Series, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { calleesOf, callGraph } from '../calls.ts';
import { containerFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';

export const performance: Analyzer = {
  name: 'performance',
  *find(snapshot) {
    const profiles = profilesOf(snapshot);
    const slow = profiles.filter(isSlow);
    const graph = callGraph(snapshot);
    const nodes = nodesInTrouble(snapshot, graph, profiles, slow);
    yield* nodes.map((one) => nodeFinding(snapshot, one));
    const [worst] = slow.toSorted((a, b) => b.slowdown - a.slowdown);
    for (const one of slow) {
      if (isExplained(graph, one, slow) || one.slowdown < NEAR_THE_WORST * (worst?.slowdown ?? 0)) continue;
      yield { ...workloadFinding(snapshot, one), indirect: one !== worst };
    }
  },
};

interface Profile {
  readonly object: ObjectRef;
  readonly median: Shift;
  readonly tail: Shift;
  /** Other figures while it was slow, beside what they were while it was not. */
  readonly cpu?: Level | undefined;
  readonly throttled?: Level | undefined;
  readonly requests?: Level | undefined;
  /** Decimal orders of magnitude by which it slowed down. */
  readonly slowdown: number;
  readonly evidence: readonly string[];
}

type Level = Pick<Shift, 'quiet' | 'high'>;

/** Of the worst slowdown, in orders of magnitude: what is far from it is its echo or noise. */
const NEAR_THE_WORST = 0.5;
/** A median that rose less than this many times, or by less than this, is a busy minute. */
const SLOW_TIMES = 3;
const TAIL_TIMES = 5;
const BLINK_SECONDS = 0.02;
const TAIL_SECONDS = 0.05;

function profilesOf({ series }: Snapshot): Profile[] {
  const byObject = Map.groupBy(series, ({ object }) => objectName(object));
  return [...byObject.values()].flatMap((own) => {
    const of = (metric: Metric): Shift | undefined => worstShift(own.filter((one) => one.metric === metric));
    const [median, tail] = [of('latencyP50Seconds'), of('latencyP95Seconds')];
    const [first] = own;
    if (median === undefined || tail === undefined || first === undefined) return [];
    const isSlowAt = slowTimes(own, median, tail);
    const level = (metric: Metric): Level | undefined => levelOf(own.find((one) => one.metric === metric)?.points ?? [], isSlowAt);
    const [cpu, throttled] = [level('cpuCores'), level('cpuThrottledShare')];
    const starved = isStarved(cpu, throttled);
    return [
      {
        object: first.object,
        median,
        tail,
        cpu,
        throttled,
        requests: level('requestsPerSecond'),
        slowdown: Math.max(Math.log10(ratio(median)), starved ? Math.log10(ratio(tail)) : 0),
        evidence: [...new Set(own.map(({ evidence }) => evidence))],
      },
    ];
  });
}

/** Of the pods of a workload, the one that moved most. Latency without requests is no latency. */
function worstShift(own: readonly Series[]): Shift | undefined {
  const shifts = own.flatMap(
    ({ metric, points }) => shiftOf(metric.startsWith('latency') ? points.filter(([, value]) => value > 0) : points) ?? [],
  );
  return shifts.toSorted((a, b) => ratio(b) - ratio(a))[0];
}

/** When it was slow: by its median, or where that hardly moved, by its tail. */
function slowTimes(own: readonly Series[], median: Shift, tail: Shift): (at: number) => boolean {
  const [metric, shift] = ratio(median) >= SLOW_TIMES ? (['latencyP50Seconds', median] as const) : (['latencyP95Seconds', tail] as const);
  const halfway = (shift.quiet + shift.high) / 2;
  const times = new Set(
    own.filter((one) => one.metric === metric).flatMap(({ points }) => points.filter(([, value]) => value > halfway).map(([at]) => at)),
  );
  return (at) => times.has(at);
}

function levelOf(points: Series['points'], isSlowAt: (at: number) => boolean): Level | undefined {
  const medianOf = (slow: boolean): number | undefined => {
    const values = points.filter(([at]) => isSlowAt(at) === slow).map(([, value]) => value);
    return values.toSorted((a, b) => a - b)[values.length >> 1];
  };
  const [quiet, high] = [medianOf(false), medianOf(true)];
  return quiet === undefined || high === undefined ? undefined : { quiet, high };
}

const ratio = ({ quiet, high }: Level): number => (quiet > 0 ? high / quiet : high > 0 ? Number.MAX_SAFE_INTEGER : 1);
const rise = ({ quiet, high }: Level): number => high - quiet;

function isSlow({ median, tail, cpu, throttled }: Profile): boolean {
  if (ratio(median) >= SLOW_TIMES && rise(median) >= BLINK_SECONDS) return true;
  return isStarved(cpu, throttled) && ratio(tail) >= TAIL_TIMES && rise(tail) >= TAIL_SECONDS;
}

/** Throttled for half of the time and more, and using at least twice the CPU: it wants more than it gets. */
const isStarved = (cpu: Level | undefined, throttled: Level | undefined): boolean =>
  cpu !== undefined && throttled !== undefined && ratio(cpu) >= 2 && throttled.high >= 0.5 && ratio(throttled) >= 5;

/** Something that it calls, however far down, slowed down by half as many orders of magnitude or more, and began no later. */
function isExplained(graph: Topology, one: Profile, slow: readonly Profile[]): boolean {
  const below = calleesOf(graph, objectName(one.object));
  return slow.some((other) => other !== one && below.has(objectName(other.object)) && other.slowdown >= 0.5 * one.slowdown);
}

interface NodeTrouble {
  readonly node: string;
  readonly reason: 'NodeNetworkDelay' | 'NodeNetworkLoss';
  readonly slow: readonly Profile[];
}

/** Fewer workloads on a node prove nothing about it. */
const FEWEST_ON_NODE = 3;

function nodesInTrouble(snapshot: Snapshot, graph: Topology, profiles: readonly Profile[], slow: readonly Profile[]): NodeTrouble[] {
  const nodeOf = new Map(snapshot.pods.map(({ owner, node = '' }) => [objectName(owner), node]));
  const stretched = new Set(
    profiles.filter((one) => slow.includes(one) || (ratio(one.tail) >= TAIL_TIMES && rise(one.tail) >= TAIL_SECONDS)),
  );
  const byNode = Map.groupBy(profiles, ({ object }) => nodeOf.get(objectName(object)) ?? '');
  return [...byNode].flatMap(([node, here]): NodeTrouble[] => {
    const byHere = new Set(here);
    const hit = here.filter((one) => stretched.has(one));
    const elsewhere = profiles.filter((one) => !byHere.has(one));
    const innocent = elsewhere.filter(
      (one) => !hit.some((callee) => calleesOf(graph, objectName(one.object)).has(objectName(callee.object))),
    );
    const hitElsewhere = innocent.filter((one) => stretched.has(one));
    const most = isLosing(snapshot, node) ? 0.6 : 0.8;
    const isHere = node !== '' && here.length >= FEWEST_ON_NODE && hit.length >= most * here.length;
    if (!isHere || hitElsewhere.length > 0.2 * innocent.length) return [];
    const moved = hit.filter(({ median }) => ratio(median) >= SLOW_TIMES);
    return [{ node, reason: moved.length >= 0.5 * hit.length ? 'NodeNetworkDelay' : 'NodeNetworkLoss', slow: hit }];
  });
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

function nodeFinding({ pods, nodes }: Snapshot, { node, reason, slow }: NodeTrouble): Finding {
  const names = slow.slice(0, 3).map(({ object }) => object.name);
  const how = reason === 'NodeNetworkDelay' ? 'slowed down together' : 'answer mostly as before and now and then very late';
  return {
    analyzer: performance.name,
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

function workloadFinding({ workloads, pods }: Snapshot, one: Profile): Finding {
  const { object, median, tail } = one;
  const { reason, says } = causeOf(one);
  const workload = workloads.find(({ ref }) => objectName(ref) === objectName(object));
  const containers = workload?.containers.filter(({ role }) => role === 'app') ?? [];
  const fields = (...names: readonly string[]) => containers.flatMap((container) => containerFields(object, container, ...names));
  return {
    analyzer: performance.name,
    reason,
    object,
    message: `${objectName(object)} takes ${seconds(median.high)} at the median and ${seconds(tail.high)} at the tail, after ${seconds(median.quiet)} and ${seconds(tail.quiet)}${says}.`,
    cures: ['RevertCommit'],
    evidence: [...one.evidence],
    pods: pods.filter(({ owner }) => objectName(owner) === objectName(object)).map(({ name }) => name),
    since: median.onset,
    touchedBy: { direct: fields('resources'), plausible: fields('image', 'env', 'args') },
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
