/**
 * How a workload answered within the window, beside what else was measured of it: its latency when it was quiet and when it was not, and its
 * CPU, throttling and requests in either state. Of several pods, the one that moved most stands for the workload.
 */
import { type Shift, shiftOf } from '../../analysis/shift.ts';
import type { ObjectRef } from '../../crds/common.ts';
import { objectName } from '../../sources/kubernetes/names.ts';
import type { Metric, Series, Snapshot } from '../../sources/kubernetes/snapshot.ts';

export interface Profile {
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

export type Level = Pick<Shift, 'quiet' | 'high'>;

/** A median that rose less than this many times, or by less than this, is a busy minute. */
const SLOW_TIMES = 3;
const TAIL_TIMES = 5;
const BLINK_SECONDS = 0.02;
const TAIL_SECONDS = 0.05;

export function profilesOf({ series }: Snapshot): Profile[] {
  const byObject = Map.groupBy(series, ({ object }) => objectName(object));
  return [...byObject.values()].flatMap((own) => {
    const of = (metric: Metric): Shift | undefined => worstShift(own.filter((one) => one.metric === metric));
    const [median, tail] = [of('latencyP50Seconds'), of('latencyP95Seconds')];
    const [first] = own;
    if (median === undefined || tail === undefined || first === undefined) return [];
    const isSlowAt = slowTimes(own, median, tail);
    const level = (metric: Metric): Level | undefined =>
      worst(own.filter((one) => one.metric === metric).flatMap(({ points }) => levelOf(points, isSlowAt) ?? []));
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
  return worst(shifts);
}

const worst = <T extends Level>(levels: readonly T[]): T | undefined => levels.toSorted((a, b) => ratio(b) - ratio(a))[0];

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

export const ratio = ({ quiet, high }: Level): number => (quiet > 0 ? high / quiet : high > 0 ? Number.MAX_SAFE_INTEGER : 1);
export const rise = ({ quiet, high }: Level): number => high - quiet;

export function isSlow(profile: Profile): boolean {
  const { median, cpu, throttled } = profile;
  if (ratio(median) >= SLOW_TIMES && rise(median) >= BLINK_SECONDS) return true;
  return isStarved(cpu, throttled) && isStretched(profile);
}

/** Its tail rose far beyond a busy minute's. */
const isStretched = ({ tail }: Profile): boolean => ratio(tail) >= TAIL_TIMES && rise(tail) >= TAIL_SECONDS;

/** Throttled for half of the time and more, and using at least twice the CPU: it wants more than it gets. */
export const isStarved = (cpu: Level | undefined, throttled: Level | undefined): boolean =>
  cpu !== undefined && throttled !== undefined && ratio(cpu) >= 2 && throttled.high >= 0.5 && ratio(throttled) >= 5;

/** A workload whose answers nobody measures, as a database's, and that is throttled all the same. */
export interface Starved {
  readonly object: ObjectRef;
  readonly cpu: Level;
  readonly throttled: Level;
  readonly since: number;
  readonly evidence: readonly string[];
}

export function starvedUnmeasured({ series }: Snapshot): Starved[] {
  const byObject = Map.groupBy(series, ({ object }) => objectName(object));
  return [...byObject.values()].flatMap((own) => {
    const of = (metric: Metric): Shift | undefined => worstShift(own.filter((one) => one.metric === metric));
    const [cpu, throttled, median] = [of('cpuCores'), of('cpuThrottledShare'), of('latencyP50Seconds')];
    const [first] = own;
    if (first === undefined || cpu === undefined || throttled === undefined || median !== undefined || !isStarved(cpu, throttled))
      return [];
    return [{ object: first.object, cpu, throttled, since: throttled.onset, evidence: [...new Set(own.map(({ evidence }) => evidence))] }];
  });
}
