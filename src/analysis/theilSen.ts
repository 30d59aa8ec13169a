/**
 * The slope of a line through points, as the median of the slopes of all pairs: up to 29 % of the points may be wild.
 *
 * Source: Sen, "Estimates of the regression coefficient based on Kendall's tau", JASA 63 (1968); ties in time (a pair without a slope) are
 * left out. The interval takes the points as independent: neighbours that resemble each other make it too narrow, never the slope wrong.
 *
 * Pairs grow with the square: beyond MOST points, medians of equal runs of neighbours stand for them (less precise, never more certain).
 */
import { median } from './robust.ts';

/** 400 points have 79,800 pairs. */
const MOST = 400;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Line {
  /** Units of y for one of x. */
  readonly slope: number;
  readonly intercept: number;
  /** The confidence interval of the slope; unbounded where the points are too few to bound it. */
  readonly low: number;
  readonly high: number;
  /** Points that the line rests on. */
  readonly n: number;
}

/** Undefined for fewer than two points with different x. @param confidence of the slope's interval, 0.95 if not said */
export function theilSen(points: readonly Point[], confidence = 0.95): Line | undefined {
  const kept = thinned(points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)));
  const slopes = pairwiseSlopes(kept);
  const slope = median([...slopes]);
  if (slope === undefined) return undefined;
  const intercept = (median(kept.map(({ y }) => y)) as number) - slope * (median(kept.map(({ x }) => x)) as number);
  const halfWidth = normalQuantile((1 + confidence) / 2) * Math.sqrt(kendallVariance(kept));
  const low = Math.round((slopes.length - halfWidth) / 2) - 1;
  const high = Math.round((slopes.length + halfWidth) / 2);
  return { slope, intercept, low: slopes[low] ?? Number.NEGATIVE_INFINITY, high: slopes[high] ?? Number.POSITIVE_INFINITY, n: kept.length };
}

function pairwiseSlopes(points: readonly Point[]): Float64Array {
  const slopes = new Float64Array((points.length * (points.length - 1)) / 2);
  let count = 0;
  for (const [index, a] of points.entries()) {
    for (let other = index + 1; other < points.length; other += 1) {
      const b = points[other] as Point;
      const slope = (b.y - a.y) / (b.x - a.x);
      if (b.x === a.x || !Number.isFinite(slope)) continue;
      slopes[count] = slope;
      count += 1;
    }
  }
  return slopes.subarray(0, count).sort();
}

/** Of Kendall's S under no trend, with ties in x and in y. */
function kendallVariance(points: readonly Point[]): number {
  const n = points.length;
  const ties = (values: readonly number[]): number =>
    [...Map.groupBy(values, (value) => value).values()].reduce((sum, { length: t }) => sum + t * (t - 1) * (2 * t + 5), 0);
  return Math.max(0, n * (n - 1) * (2 * n + 5) - ties(points.map(({ x }) => x)) - ties(points.map(({ y }) => y))) / 18;
}

function thinned(points: readonly Point[]): readonly Point[] {
  if (points.length <= MOST) return points;
  const ordered = points.toSorted((a, b) => a.x - b.x);
  return Array.from({ length: MOST }, (_, run) => {
    const from = Math.floor((run * ordered.length) / MOST);
    const members = ordered.slice(from, Math.floor(((run + 1) * ordered.length) / MOST));
    return { x: median(members.map(({ x }) => x)) as number, y: median(members.map(({ y }) => y)) as number };
  });
}

/** Of the standard normal, for shares from 0.5 up; Abramowitz and Stegun 26.2.23, off by less than 0.00045. */
function normalQuantile(share: number): number {
  const t = Math.sqrt(-2 * Math.log(1 - Math.min(1 - 1e-12, Math.max(0.5, share))));
  const over = 2.515517 + t * (0.802853 + t * 0.010328);
  const under = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  return t - over / under;
}
