/** What a query of metrics found, in words and as data. */
import { z } from 'zod';
import type { Labels, MetricsPort, RangeAnswer } from '../../sources/metrics.ts';
import { tidy } from '../../sources/text.ts';
import type { TimeWindow } from '../../sources/window.ts';
import { answerOf } from '../incidents/answer.ts';
import type { Answer } from '../tool.ts';
import type { AskedAll } from './asking.ts';
import type { SignalsDeps } from './deps.ts';
import type { ReadQuery } from './selectors.ts';
import { commonLabels, figure, type SeriesSummary, summaries } from './summary.ts';

const labels = z.record(z.string(), z.string());

export const metricsOutput = z.object({
  query: z.string().optional().describe('The PromQL as it was asked.'),
  start: z.string().describe('RFC 3339.'),
  end: z.string(),
  stepSeconds: z.number().optional(),
  sources: z.array(z.string()).describe('The instances that answered.'),
  total: z.int().describe('Series, or names of metrics, that were found.'),
  series: z
    .array(
      z.object({
        source: z.string(),
        labels,
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
      }),
    )
    .describe('Outliers first, then what moved most.'),
  metrics: z.array(z.string()).optional().describe('Names of metrics, where no query was given.'),
  remaining: z.int().describe('Series or names that are not shown.'),
  notes: z.array(z.string()).describe('Why it may not be all, or why it is empty.'),
});
type Output = z.input<typeof metricsOutput>;

interface Shown {
  readonly limit: number;
  readonly points: boolean;
}

export interface MetricsFound {
  readonly asked: Shown;
  readonly query: ReadQuery;
  readonly window: TimeWindow;
  readonly answers: AskedAll<MetricsPort, RangeAnswer>;
  readonly hints: readonly string[];
}

const LONGEST_VALUE = 200;
/** Whoever is scraped may write anything into a label. */
const readable = (found: Labels): Labels =>
  Object.fromEntries(Object.entries(found).map(([name, value]) => [name, tidy(value, LONGEST_VALUE)]));
const iso = (at: number): string => new Date(at).toISOString();
const minute = (at: number): string => `${iso(at).slice(0, 16)}Z`;

export function metricsAnswer(
  { redactor }: Pick<SignalsDeps, 'redactor'>,
  { asked, query, window, answers, hints }: MetricsFound,
): Answer<Output> {
  const found = answers.answers.flatMap(({ port, answer }) =>
    answer.series.map((series) => ({ source: port.name, ...series, labels: readable(series.labels) })),
  );
  const all = summaries(found);
  const shown = all.slice(0, asked.limit);
  const remaining = all.length - shown.length;
  const partial = answers.answers.flatMap(({ port, answer }) => answer.notes.map((note) => `${port.name}: ${note}`));
  const notes = [...answers.notes, ...partial, ...hints];
  const stepSeconds = (answers.answers[0]?.answer.stepMs ?? 0) / 1000;
  const sources = answers.answers.map(({ port }) => port.name);
  const head = `${all.length === 1 ? '1 series' : `${all.length} series`} from ${sources.join(', ')}, ${minute(window.start)} to ${minute(window.end)}, step ${stepSeconds} s, of ${query.text}`;
  return answerOf(redactor, {
    lines: [head, ...seriesLines(all, shown, sources.length > 1), ...restLine(remaining, asked), ...notes.map((note) => `Note: ${note}`)],
    data: {
      query: query.text,
      start: iso(window.start),
      end: iso(window.end),
      stepSeconds,
      sources,
      total: all.length,
      series: shown.map((one) => dataOf(one, asked.points)),
      remaining,
      notes,
    },
  });
}

function seriesLines(all: readonly SeriesSummary[], shown: readonly SeriesSummary[], hasSeveral: boolean): string[] {
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

const restLine = (remaining: number, { limit }: Shown): string[] =>
  remaining === 0
    ? []
    : [
        `${remaining} more: limit=${Math.min(100, limit + remaining)} shows ${limit + remaining > 100 ? 'some' : 'all'}; or aggregate, as in topk(5, …) or sum by (…) (…).`,
      ];

function dataOf({ isOutlier, maxAt, points, ...one }: SeriesSummary, withPoints: boolean): Output['series'][number] {
  return {
    ...one,
    maxAt: iso(maxAt),
    outlier: isOutlier,
    ...(withPoints && { points: points.map(([at, value]): [number, number] => [at / 1000, value]) }),
  };
}

export interface NamesFound {
  readonly asked: Shown;
  readonly of: string;
  readonly window: TimeWindow;
  readonly found: AskedAll<MetricsPort, readonly string[]>;
}

/** Names are short: so many of them for each series that may be shown. */
const NAMES_A_SERIES = 10;

export function namesAnswer({ redactor }: Pick<SignalsDeps, 'redactor'>, { asked, of, window, found }: NamesFound): Answer<Output> {
  const names = [...new Set(found.answers.flatMap(({ answer }) => answer))].map((name) => tidy(name, LONGEST_VALUE)).toSorted();
  const shown = names.slice(0, NAMES_A_SERIES * asked.limit);
  const remaining = names.length - shown.length;
  const sources = found.answers.map(({ port }) => port.name);
  const rest = remaining === 0 ? [] : [`${remaining} more: a higher limit shows more.`];
  return answerOf(redactor, {
    lines: [`${names.length} metrics of ${of} in ${sources.join(', ')}:`, ...shown, ...rest, ...found.notes.map((note) => `Note: ${note}`)],
    data: {
      start: iso(window.start),
      end: iso(window.end),
      sources,
      total: names.length,
      series: [],
      metrics: shown,
      remaining,
      notes: [...found.notes],
    },
  });
}
