/** What a query of logs found, in words and as data: kinds of lines first, as thousands of lines are a few kinds; then the newest lines. */
import { z } from 'zod';
import { messageOf } from '../../analysis/logTemplates/message.ts';
import { createTemplateMiner } from '../../analysis/logTemplates/miner.ts';
import type { LogLine, LogLines, LogsPort } from '../../sources/logs.ts';
import type { Labels, RangeAnswer } from '../../sources/metrics.ts';
import type { TimeWindow } from '../../sources/window.ts';
import { cut } from '../../text/layout.ts';
import { answerOf } from '../answer.ts';
import type { Answer } from '../tool.ts';
import type { AskedAll } from './asking.ts';
import type { SignalsDeps } from './deps.ts';
import { dataOf, iso, minute, restLine, seriesLines, seriesShape, sourced } from './seriesText.ts';
import { commonLabels, summaries } from './summary.ts';

export const logsOutput = z.object({
  query: z.string().optional().describe('The LogQL as it was asked, where it was asked so.'),
  start: z.string().describe('RFC 3339.'),
  end: z.string(),
  sources: z.array(z.string()).describe('The instances that answered.'),
  total: z.int().describe('Lines, or series of a query that counts, that were found.'),
  truncated: z.boolean().describe('There are more lines than were read; the newest were.'),
  kinds: z
    .array(z.object({ template: z.string(), count: z.int(), sample: z.string() }))
    .describe('Lines by their template, the most frequent first.'),
  lines: z
    .array(z.object({ at: z.string(), source: z.string(), labels: z.record(z.string(), z.string()), line: z.string() }))
    .describe('The newest, oldest first.'),
  series: z.array(seriesShape).describe('Of a query that counts.'),
  remaining: z.int().describe('Lines or series that are not shown.'),
  notes: z.array(z.string()).describe('Why it may not be all.'),
});
type Output = z.input<typeof logsOutput>;
type Deps = Pick<SignalsDeps, 'redactor'>;

interface Told<T> {
  readonly asked: { readonly limit: number };
  readonly window: TimeWindow;
  /** As in `shop/cart with "error"`. */
  readonly of: string;
  readonly query?: string | undefined;
  readonly answers: AskedAll<LogsPort, T>;
}

const MOST_KINDS = 12;
const LONGEST_LINE = 300;
const LONGEST_SAMPLE = 200;

export function linesAnswer(
  { redactor }: Deps,
  { asked, window, of, query, answers: { answers, notes: troubles } }: Told<LogLines>,
): Answer<Output> {
  const found = answers
    .flatMap(({ port, answer }) => answer.lines.map((line) => ({ ...line, source: port.name })))
    .toSorted((a, b) => a.at - b.at);
  const shown = found.slice(-asked.limit);
  const truncated = answers.some(({ answer }) => answer.truncated);
  const kinds = kindsOf(found);
  const notes = [...troubles, ...answers.flatMap(({ port, answer }) => answer.notes.map((note) => `${port.name}: ${note}`))];
  const sources = answers.map(({ port }) => port.name);
  const remaining = found.length - shown.length;
  const count = `${truncated ? 'More than ' : ''}${found.length} line${found.length === 1 ? '' : 's'}`;
  return answerOf(redactor, {
    lines: [
      `${count} from ${sources.join(', ')}, ${minute(window.start)} to ${minute(window.end)}, of ${of}`,
      ...kindLines(kinds, found.length),
      ...newest(shown, remaining),
      ...(truncated ? [`Only the newest ${found.length} were read: narrow the window or the query for those before.`] : []),
      ...notes.map((note) => `Note: ${note}`),
    ],
    data: {
      ...(query !== undefined && { query }),
      start: iso(window.start),
      end: iso(window.end),
      sources,
      total: found.length,
      truncated,
      kinds,
      lines: shown.map(({ at, source, labels, line }) => ({ at: iso(at), source, labels, line: cut(line, 2 * LONGEST_LINE) })),
      series: [],
      remaining,
      notes,
    },
  });
}

function kindsOf(lines: readonly LogLine[]): Output['kinds'] {
  const miner = createTemplateMiner({ longestSample: LONGEST_SAMPLE });
  for (const { line } of lines) miner.add(messageOf(line.split('\n', 1)[0] ?? ''));
  return miner
    .templates()
    .slice(0, MOST_KINDS)
    .map(({ template, count, lastSample }) => ({ template: cut(template, LONGEST_SAMPLE), count, sample: lastSample }));
}

/** A few lines are read faster than their kinds. */
const kindLines = (kinds: Output['kinds'], total: number): string[] =>
  total <= 5 || kinds.length === 0 ? [] : ['Kinds of lines:', ...kinds.map(({ template, count }) => `${count} × ${template}`)];

function newest(shown: readonly LogLine[], remaining: number): string[] {
  if (shown.length === 0) return [];
  const common = commonLabels(shown);
  const told = Object.entries(common).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const lines = shown.map(({ at, line, labels }) => {
    const own = placeOf(labels, common);
    return cut(`${iso(at).slice(0, 19)}Z ${own === '' ? '' : `${own}: `}${line.replaceAll('\n', ' ⏎ ')}`, LONGEST_LINE);
  });
  const heading = `The newest${told.length === 0 ? '' : ` (all with ${told.join(', ')})`}:`;
  return [heading, ...lines, ...(remaining === 0 ? [] : [`${remaining} older ones: a higher limit, or an earlier end, shows them.`])];
}

const PLACES = ['pod', 'k8s_pod_name', 'kubernetes_pod_name', 'pod_name', 'container', 'k8s_container_name', 'app', 'service_name'];

/** What tells where a line is from, without what all have. */
const placeOf = (labels: Labels, common: Labels): string =>
  PLACES.flatMap((name) => (name in common ? [] : (labels[name] ?? [])))
    .slice(0, 2)
    .join('/');

export function countsAnswer(
  { redactor }: Deps,
  { asked, window, of, query, answers: { answers, notes: troubles } }: Told<RangeAnswer>,
): Answer<Output> {
  const all = summaries(answers.flatMap(({ port, answer }) => sourced(port.name, answer)));
  const shown = all.slice(0, asked.limit);
  const remaining = all.length - shown.length;
  const notes = [...troubles, ...answers.flatMap(({ port, answer }) => answer.notes.map((note) => `${port.name}: ${note}`))];
  const sources = answers.map(({ port }) => port.name);
  return answerOf(redactor, {
    lines: [
      `${all.length} series from ${sources.join(', ')}, ${minute(window.start)} to ${minute(window.end)}, of ${of}`,
      ...seriesLines(all, shown, sources.length > 1),
      ...restLine(remaining, { ...asked, points: false }),
      ...notes.map((note) => `Note: ${note}`),
    ],
    data: {
      ...(query !== undefined && { query }),
      start: iso(window.start),
      end: iso(window.end),
      sources,
      total: all.length,
      truncated: false,
      kinds: [],
      lines: [],
      series: shown.map((one) => dataOf(one, false)),
      remaining,
      notes,
    },
  });
}
