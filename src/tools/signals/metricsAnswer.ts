/** What a query of metrics found, in words and as data. */
import { z } from 'zod';
import type { MetricsPort, RangeAnswer } from '../../sources/metrics.ts';
import { tidy } from '../../sources/text.ts';
import type { TimeWindow } from '../../sources/window.ts';
import { answerOf } from '../answer.ts';
import type { Answer } from '../tool.ts';
import type { AskedAll } from './asking.ts';
import type { SignalsDeps } from './deps.ts';
import type { ReadQuery } from './selectors.ts';
import { dataOf, iso, LONGEST_VALUE, minute, restLine, type Shown, seriesLines, seriesShape, sourced } from './seriesText.ts';
import { summaries } from './summary.ts';

export const metricsOutput = z.object({
  query: z.string().optional().describe('The PromQL as it was asked.'),
  start: z.string().describe('RFC 3339.'),
  end: z.string(),
  stepSeconds: z.number().optional(),
  sources: z.array(z.string()).describe('The instances that answered.'),
  total: z.int().describe('Series, or names of metrics, that were found.'),
  series: z.array(seriesShape).describe('Outliers first, then what moved most.'),
  metrics: z.array(z.string()).optional().describe('Names of metrics, where no query was given.'),
  remaining: z.int().describe('Series or names that are not shown.'),
  notes: z.array(z.string()).describe('Why it may not be all, or why it is empty.'),
});
type Output = z.input<typeof metricsOutput>;

export interface MetricsFound {
  readonly asked: Shown;
  readonly query: ReadQuery;
  readonly window: TimeWindow;
  readonly answers: AskedAll<MetricsPort, RangeAnswer>;
  readonly hints: readonly string[];
}

export function metricsAnswer(
  { redactor }: Pick<SignalsDeps, 'redactor'>,
  { asked, query, window, answers, hints }: MetricsFound,
): Answer<Output> {
  const found = answers.answers.flatMap(({ port, answer }) => sourced(port.name, answer));
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
