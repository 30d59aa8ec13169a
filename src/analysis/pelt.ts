/**
 * PELT: the exact best division of a series into segments of constant mean, each division paid for with a penalty.
 *
 * Source: Killick, Fearnhead and Eckley, "Optimal detection of changepoints with a linear computational cost", JASA 107 (2012); the cost of
 * a segment is its sum of squares about its mean. Time is linear where changes are as frequent as the series is long; a series without
 * any is the worst case, in the square, in a loop of a few instructions (10,000 samples: tens of milliseconds). Candidates are pruned every
 * few steps, not at each, and only when a whole segment fits between: with a minimum length the paper's rule holds no sooner.
 */

const PRUNE_EVERY = 16;

/**
 * The first index of each segment but the first, ascending.
 *
 * @param values finite, about zero (centre and scale them: the sums are of squares)
 * @param penalty in units of squared values, for each change
 * @param minSegment samples, at least 1
 * @param places where a segment may end, ascending, the last one the length of the series; everywhere if not said
 */
export function pelt(values: ArrayLike<number>, penalty: number, minSegment: number, places?: readonly number[]): number[] {
  const n = values.length;
  if (n < minSegment) return [];
  const ends = places ?? Array.from({ length: n }, (_, index) => index + 1);
  const sums = runningSums(values);
  const inverse = Float64Array.from({ length: n + 1 }, (_, length) => 1 / length);
  // cost[t] is the best cost of the first t samples without their sum of squares, which no division changes.
  const cost = new Float64Array(n + 1).fill(Number.POSITIVE_INFINITY);
  cost[0] = -penalty;
  const last = new Int32Array(n + 1);
  const starts = new Int32Array(n + 1);
  let [count, arriving] = [1, 0];
  for (const [turn, end] of ends.entries()) {
    if (end < minSegment) continue;
    for (; (ends[arriving] as number) <= end - minSegment; arriving += 1) {
      if (cost[ends[arriving] as number] === Number.POSITIVE_INFINITY) continue;
      starts[count] = ends[arriving] as number;
      count += 1;
    }
    if (turn % PRUNE_EVERY === 0) count = prune({ sums, cost, starts, count });
    const sum = sums[end] as number;
    let best = Number.POSITIVE_INFINITY;
    for (let candidate = 0; candidate < count; candidate += 1) {
      const start = starts[candidate] as number;
      const inside = sum - (sums[start] as number);
      const total = (cost[start] as number) - inside * inside * (inverse[end - start] as number);
      if (total < best) {
        best = total;
        last[end] = start;
      }
    }
    cost[end] = best + penalty;
  }
  return boundaries(last, n);
}

interface Search {
  readonly sums: Float64Array;
  readonly cost: Float64Array;
  readonly starts: Int32Array;
  readonly count: number;
}

/** Drops the starts that the newest one beats for every later end: it lies a whole segment before all of them. */
function prune({ sums, cost, starts, count }: Search): number {
  const newest = starts[count - 1] as number;
  let kept = 0;
  for (let candidate = 0; candidate < count; candidate += 1) {
    const start = starts[candidate] as number;
    const inside = (sums[newest] as number) - (sums[start] as number);
    const through = (cost[start] as number) - (inside * inside) / (newest - start);
    if (start < newest && through >= (cost[newest] as number)) continue;
    starts[kept] = start;
    kept += 1;
  }
  return kept;
}

function runningSums(values: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let index = 0; index < values.length; index += 1) sums[index + 1] = (sums[index] as number) + (values[index] as number);
  return sums;
}

function boundaries(last: Int32Array, n: number): number[] {
  const found: number[] = [];
  for (let end = last[n] as number; end > 0; end = last[end] as number) found.push(end);
  return found.toReversed();
}
