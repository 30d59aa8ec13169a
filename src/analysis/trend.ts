/**
 * What the memory of a process did: leaked, grew suddenly, breathed with its garbage collector, or stayed.
 *
 * The rules, in this order, over each life (the time between two restarts) that has enough readings:
 * - a life *leaks* when its floor (the least of each of its parts: what collections do not free) rises with 99 % confidence, by at least a
 *   tenth of its level, still in its second half (a cache that fills up does not), and a line describes the floor better than a step;
 * - a life *jumps* when a step describes the floor as well as a line or better, is at least a fifth of the level before it, and
 *   comes out of a steady level (that of a process that starts up, or of a collector, is not);
 * - it *breathes* when it fell three times or more by at least a fifth of its level within a life;
 * - else it is *flat*.
 * The series is a leak when lives that leak make up most of the time and at least an hour, whether in one life or in several that restarts
 * cut short; sudden when the last long enough life jumps; then sawtooth, then flat.
 *
 * Restarts must be given: a fall to the bottom may as well be a collection. Memory that follows the load up through half a day looks like a
 * leak: `baseline.ts` knows the day before. Source of the slope and its interval: Sen (1968), `theilSen.ts`; the rules are this project's own.
 */
import { median, quantile } from './robust.ts';
import { HOUR, inOrder, type Reading } from './series.ts';
import { theilSen } from './theilSen.ts';

export type MemoryPattern =
  /** `perHour` in the series' unit: the median of the lives that leak. */
  | { readonly kind: 'leak'; readonly perHour: number; readonly lives: number; readonly hours: number }
  /** `at` is when the higher level was first seen, in milliseconds since the epoch. */
  | { readonly kind: 'sudden'; readonly at: number; readonly before: number; readonly after: number }
  | { readonly kind: 'sawtooth'; readonly falls: number }
  | { readonly kind: 'flat' }
  | { readonly kind: 'not enough history'; readonly have: number; readonly need: number };

const LEAST_READINGS = 12;
const LEAST_LEAK = HOUR;
/** Parts of a life, at most; each has several readings, or there are fewer. Coarse for a leak, to hold whole collections; fine for a late jump. */
const LEAK_PARTS = 24;
const JUMP_PARTS = 120;
const READINGS_A_PART = 3;
const LEAST_PARTS = 8;
const LEAST_GROWTH = 0.1;
const LEAST_JUMP = 0.2;
const MOST_WAVER = 0.15;
const LEAST_LATE_SHARE = 0.25;
const LEAST_FALL = 0.2;
const LEAST_FALLS = 3;

type Life =
  | { readonly kind: 'leaks'; readonly perHour: number }
  | { readonly kind: 'jumps'; readonly at: number; readonly before: number; readonly after: number }
  | { readonly kind: 'stays' };

/**
 * @param readings of memory in use, of one container
 * @param restarts when it started anew, in milliseconds since the epoch
 */
export function memoryPattern(readings: readonly Reading[], restarts: readonly number[] = []): MemoryPattern {
  const lives = livesOf(inOrder(readings), restarts);
  const long = lives.filter(({ length }) => length >= LEAST_READINGS);
  if (long.length === 0) {
    return { kind: 'not enough history', have: lives.reduce((most, { length }) => Math.max(most, length), 0), need: LEAST_READINGS };
  }
  const judged = long.map((life) => ({ lasted: durationOf(life), verdict: judge(life), falls: fallsOf(life) }));
  const total = judged.reduce((sum, { lasted }) => sum + lasted, 0);
  const rates = judged.flatMap(({ lasted, verdict }) => (verdict.kind === 'leaks' ? [{ lasted, perHour: verdict.perHour }] : []));
  const leaked = rates.reduce((sum, { lasted }) => sum + lasted, 0);
  if (leaked >= LEAST_LEAK && leaked > total / 2) {
    return { kind: 'leak', perHour: median(rates.map(({ perHour }) => perHour)) as number, lives: rates.length, hours: leaked / HOUR };
  }
  const last = judged.at(-1)?.verdict;
  if (last?.kind === 'jumps') return { kind: 'sudden', at: last.at, before: last.before, after: last.after };
  const falls = judged.reduce((sum, life) => sum + life.falls, 0);
  return falls >= LEAST_FALLS ? { kind: 'sawtooth', falls } : { kind: 'flat' };
}

function livesOf(ordered: readonly Reading[], restarts: readonly number[]): Reading[][] {
  const starts = restarts.filter((at) => Number.isFinite(at)).toSorted((a, b) => a - b);
  const lives: Reading[][] = [[]];
  let next = 0;
  for (const reading of ordered) {
    for (; next < starts.length && (starts[next] as number) <= reading.at; next += 1) if (lives.at(-1)?.length !== 0) lives.push([]);
    lives.at(-1)?.push(reading);
  }
  return lives;
}

function judge(life: readonly Reading[]): Life {
  const floor = floorOf(life, LEAK_PARTS);
  const line = lineThrough(floor);
  if (line.low > 0 && line.off < bestStep(floor).off && growsOn(floor)) return { kind: 'leaks', perHour: line.slope };
  const fine = floorOf(life, JUMP_PARTS);
  const { index, before, after, off, waver } = bestStep(fine);
  const jumps = after > before && after - before >= LEAST_JUMP * Math.abs(before) && waver <= MOST_WAVER * (after - before);
  return jumps && off <= lineThrough(fine).off
    ? { kind: 'jumps', at: firstAbove(life, fine[index - 1] as Reading, (before + after) / 2), before, after }
    : { kind: 'stays' };
}

/** `off` is the sum of what the readings are off the line. */
function lineThrough(floor: readonly Reading[]): { readonly slope: number; readonly low: number; readonly off: number } {
  const points = floor.map(({ at, value }) => ({ x: at / HOUR, y: value }));
  const { slope, intercept, low } = theilSen(points, 0.99) ?? { slope: 0, intercept: 0, low: 0 };
  return { slope, low, off: points.reduce((sum, { x, y }) => sum + Math.abs(y - intercept - slope * x), 0) };
}

/** By a tenth of its level, and a quarter of that in its second half. */
function growsOn(floor: readonly Reading[]): boolean {
  const quarter = Math.floor(floor.length / 4);
  const level = (from: number, to: number): number => median(floor.slice(from, to).map(({ value }) => value)) as number;
  const middle = Math.floor((floor.length - quarter) / 2);
  const [first, half, last] = [level(0, quarter), level(middle, middle + quarter), level(-quarter, floor.length)];
  return last - first >= LEAST_GROWTH * Math.abs(first) && last - half >= LEAST_LATE_SHARE * (last - first);
}

/** The least reading of each part, at the time of the part's beginning. */
function floorOf(life: readonly Reading[], most: number): Reading[] {
  const parts = Math.min(most, Math.max(LEAST_PARTS, Math.floor(life.length / READINGS_A_PART)));
  return Array.from({ length: parts }, (_, part) => {
    const members = life.slice(Math.floor((part * life.length) / parts), Math.floor(((part + 1) * life.length) / parts));
    return {
      at: (members[0] as Reading).at,
      value: quantile(
        members.map(({ value }) => value),
        0,
      ) as number,
    };
  });
}

interface Step {
  readonly index: number;
  readonly before: number;
  readonly after: number;
  /** The sum of what the readings are off their side's median. */
  readonly off: number;
  /** The same of the side before, a reading. */
  readonly waver: number;
}

function bestStep(floor: readonly Reading[]): Step {
  const values = floor.map(({ value }) => value);
  const steps = values.slice(1).map((_, place): Step => {
    const [left, right] = [values.slice(0, place + 1), values.slice(place + 1)];
    const [before, after] = [median(left) as number, median(right) as number];
    const [offLeft, offRight] = [offFrom(left, before), offFrom(right, after)];
    return { index: place + 1, before, after, off: offLeft + offRight, waver: offLeft / left.length };
  });
  return steps.reduce((best, step) => (step.off < best.off ? step : best));
}

const offFrom = (values: readonly number[], level: number): number => values.reduce((sum, value) => sum + Math.abs(value - level), 0);

function firstAbove(life: readonly Reading[], after: Reading, level: number): number {
  return (life.find(({ at, value }) => at >= after.at && value >= level) ?? after).at;
}

/** Falls by a fifth of the life's median, each from the highest since the last one. */
function fallsOf(life: readonly Reading[]): number {
  const least = LEAST_FALL * Math.abs(median(life.map(({ value }) => value)) as number);
  let [falls, high] = [0, Number.NEGATIVE_INFINITY];
  let low = Number.POSITIVE_INFINITY;
  for (const { value } of life) {
    // Falling until it rises again by as much: a slide over several readings is one fall.
    if (high === Number.NEGATIVE_INFINITY && value - low >= least) [high, low] = [value, Number.POSITIVE_INFINITY];
    else if (high === Number.NEGATIVE_INFINITY) low = Math.min(low, value);
    else if (least > 0 && high - value >= least) [falls, high, low] = [falls + 1, Number.NEGATIVE_INFINITY, value];
    else high = Math.max(high, value);
  }
  return falls;
}

const durationOf = (life: readonly Reading[]): number => (life.at(-1) as Reading).at - (life[0] as Reading).at;
