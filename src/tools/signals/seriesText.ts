/** Series in an answer, whatever they are of: the shape of one as data, and its line. */
import { z } from 'zod';
import type { Labels, RangeAnswer } from '../../sources/metrics.ts';
import { tidy } from '../../sources/text.ts';
import { commonLabels, figure, type SeriesSummary, type Sourced } from './summary.ts';

export const seriesShape = z.object({
  source: z.string(),
  labels: z.record(z.string(), z.string()),
  min: z.number(),
  avg: z.number(),
  max: z.number(),
  maxAt: z.string(),
  first: z.number(),
  last: z.number(),
  outlier: z.boolean().describe('Its level stands apart from the others.'),
  points: z
    .array(z.tuple([z.number(), z.number()]))
    .optional()
    .describe('Seconds since the epoch, and the value.'),
});

export interface Shown {
  readonly limit: number;
  readonly points: boolean;
}

export const LONGEST_VALUE = 200;
export const iso = (at: number): string => new Date(at).toISOString();
export const minute = (at: number): string => `${iso(at).slice(0, 16)}Z`;

/** Whoever is scraped may write anything into a label. */
const readable = (found: Labels): Labels =>
  Object.fromEntries(Object.entries(found).map(([name, value]) => [name, tidy(value, LONGEST_VALUE)]));

export const sourced = (source: string, { series }: RangeAnswer): Sourced[] =>
  series.map(({ labels, points }) => ({ source, labels: readable(labels), points }));

export function seriesLines(all: readonly SeriesSummary[], shown: readonly SeriesSummary[], hasSeveral: boolean): string[] {
  const common = commonLabels(all);
  const own = (one: SeriesSummary): Labels => Object.fromEntries(Object.entries(one.labels).filter(([name]) => !(name in common)));
  const heading = Object.keys(common).length === 0 ? [] : [`All have ${labelText(common)}.`];
  const lines = shown.map((one) => {
    const { min, avg, max, maxAt, first, last, isOutlier, source } = one;
    const moved =
      min === max
        ? 'constant'
        : `first ${figure(first)}, min ${figure(min)}, avg ${figure(avg)}, max ${figure(max)} at ${iso(maxAt).slice(11, 19)}`;
    return `${labelText(own(one))}${hasSeveral ? ` (${source})` : ''}: last ${figure(last)}, ${moved}${isOutlier ? '; stands apart' : ''}`;
  });
  return [...heading, ...lines];
}

const labelText = (found: Labels): string =>
  `{${Object.entries(found)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ')}}`;

export const restLine = (remaining: number, { limit }: Shown): string[] =>
  remaining === 0
    ? []
    : [
        `${remaining} more: limit=${Math.min(100, limit + remaining)} shows ${limit + remaining > 100 ? 'some' : 'all'}; or aggregate, as in topk(5, …) or sum by (…) (…).`,
      ];

export function dataOf({ isOutlier, maxAt, points, ...one }: SeriesSummary, withPoints: boolean): z.input<typeof seriesShape> {
  return {
    ...one,
    maxAt: iso(maxAt),
    outlier: isOutlier,
    ...(withPoints && { points: points.map(([at, value]): [number, number] => [at / 1000, value]) }),
  };
}
