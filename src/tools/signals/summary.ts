/**
 * Series as they fit into an answer: each in four figures, the interesting first. Pure.
 *
 * Interesting is what stands apart from the others (its level is 3.5 robust standard deviations away, as Iglewicz and Hoaglin have it), then
 * what moved most within the window.
 */
import { median, robustZ } from '../../analysis/robust.ts';
import type { Labels, Series } from '../../sources/metrics.ts';

export interface SeriesSummary {
  readonly source: string;
  readonly labels: Labels;
  readonly min: number;
  readonly avg: number;
  readonly max: number;
  readonly first: number;
  readonly last: number;
  /** When it was highest, in milliseconds since the epoch. */
  readonly maxAt: number;
  readonly isOutlier: boolean;
  readonly points: Series['points'];
}

const OUTLIER = 3.5;
/** Of fewer nobody can tell which stands apart. */
const FEWEST = 5;

export interface Sourced extends Series {
  readonly source: string;
}

export function summaries(all: readonly Sourced[]): SeriesSummary[] {
  const levels = all.map(({ points }) => median(points.map(([, value]) => value)) ?? 0);
  return all
    .map((series, index) => {
      const apart = Math.abs(robustZ(levels[index] ?? 0, levels) ?? 0);
      return { ...summaryOf(series), isOutlier: all.length >= FEWEST && apart >= OUTLIER, apart };
    })
    .toSorted(
      (a, b) =>
        Number(b.isOutlier) - Number(a.isOutlier) || (a.isOutlier ? b.apart - a.apart : 0) || range(b) - range(a) || b.last - a.last,
    )
    .map(({ apart: _apart, ...summary }) => summary);
}

const range = ({ min, max }: Pick<SeriesSummary, 'min' | 'max'>): number => max - min;

function summaryOf({ source, labels, points }: Sourced): Omit<SeriesSummary, 'isOutlier'> {
  let [min, max, sum, maxAt] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (const [at, value] of points) {
    min = Math.min(min, value);
    sum += value;
    if (value > max) [max, maxAt] = [value, at];
  }
  return { source, labels, min, max, maxAt, avg: sum / points.length, first: points[0]?.[1] ?? 0, last: points.at(-1)?.[1] ?? 0, points };
}

/** Labels that all of them have in common, so that they need not be repeated. */
export function commonLabels(all: readonly { readonly labels: Labels }[]): Labels {
  const [first, ...others] = all;
  if (first === undefined || others.length === 0) return {};
  return Object.fromEntries(Object.entries(first.labels).filter(([name, value]) => others.every(({ labels }) => labels[name] === value)));
}

/** Four digits, as people read them. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-4)) return value.toExponential(2);
  return size >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(4)));
}
