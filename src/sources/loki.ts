/**
 * Loki's HTTP API, version 2.8 or newer: lines by LogQL, and counts over time.
 *
 * Its refusals are plain text; those about its limits are TooLarge. See https://grafana.com/docs/loki/latest/reference/loki-http-api/
 */
import { z } from 'zod';
import { createAsk, sent } from './ask.ts';
import { type GapReason, SourceError } from './gap.ts';
import type { Endpoint, HttpSource } from './http.ts';
import { countQuery, type LabelNames, labelNames, logQuery, type WrittenQuery } from './logql.ts';
import { DEFAULT_LINES, type LogQuery, type LogqlPort, type LogsPort, MAX_LINES } from './logs.ts';
import { cleanEntries, cleanLabels, type Entry } from './logText.ts';
import { notesOf, queryAnswer, reasonOfRefusal, seriesOf } from './prometheusAnswers.ts';
import type { Cleaner } from './text.ts';
import { hoursAround, inSteps, stepFor, type TimeWindow } from './window.ts';

const COUNT_POINTS = 120;
const DEFAULT_SERIES = 500;

type WireEntry = readonly [nanoseconds: string, line: string, ...rest: unknown[]];
const isEntry = (value: unknown): value is WireEntry =>
  Array.isArray(value) && typeof value[0] === 'string' && /^\d{7,20}$/u.test(value[0]) && typeof value[1] === 'string';
const streamsAnswer = z.object({
  status: z.literal('success'),
  warnings: z.array(z.string()).nullish(),
  data: z.object({
    resultType: z.literal('streams'),
    result: z.array(
      z.object({
        stream: z.record(z.string(), z.string()),
        values: z.custom<readonly WireEntry[]>((value) => Array.isArray(value) && value.every(isEntry)),
      }),
    ),
  }),
});
const labelsAnswer = z.object({ status: z.literal('success'), data: z.array(z.string()).nullish() });

export function createLoki(http: HttpSource, endpoint: Endpoint, cleaner: Cleaner): LogsPort {
  const { name } = endpoint;
  const ask = createAsk(http, endpoint, "Loki's", reasonOfLoki);

  const labelsOf = async (window: TimeWindow, signal: AbortSignal | undefined): Promise<readonly string[]> => {
    const around = new URLSearchParams(nanosecondsOf(hoursAround(window)));
    return (await ask(labelsAnswer, 'loki/api/v1/labels', { query: around }, signal)).data ?? [];
  };

  /** The query in LogQL, by the labels that this Loki has; undefined when it has none, as it has no logs of that time. */
  async function written(query: LogQuery, signal: AbortSignal | undefined): Promise<WrittenQuery | undefined> {
    const labels = await labelsOf(query.window, signal);
    const names = namesAmong(name, labels);
    return names === undefined ? undefined : logQuery(query, names, labels);
  }

  const linesOf: LogqlPort['lines'] = async (query, window, { limit = DEFAULT_LINES } = {}, signal) => {
    const most = Math.min(limit, MAX_LINES);
    const parameters = { query, ...nanosecondsOf(window), limit: String(most + 1), direction: 'backward' };
    const answer = await ask(streamsAnswer, 'loki/api/v1/query_range', sent(parameters), signal);
    const entries = answer.data.result.flatMap(({ stream, values }): readonly Entry[] => {
      const labels = cleanLabels(stream, cleaner);
      return values.map(([at, line]) => ({ at: Number(at.slice(0, -6)), text: line, labels }));
    });
    return { ...cleanEntries(entries, most, cleaner), notes: notesOf(answer) };
  };

  const rangeOf: LogqlPort['range'] = async (query, window, { points = COUNT_POINTS, maxSeries = DEFAULT_SERIES } = {}, signal) => {
    const stepMs = stepFor(window, points);
    const aligned = inSteps(stepMs, window);
    const parameters = { query, ...nanosecondsOf(aligned), step: String(stepMs / 1000) };
    const answer = await ask(queryAnswer, 'loki/api/v1/query_range', sent(parameters), signal);
    return { stepMs, series: seriesOf(name, answer, maxSeries, aligned), notes: notesOf(answer) };
  };

  return {
    name,
    logql: {
      lines: linesOf,
      range: rangeOf,
      async labels(window, signal) {
        const labels = await labelsOf(window, signal);
        const names = namesAmong(name, labels);
        return names && { namespace: names.namespace, pod: labels.includes(names.pod) ? names.pod : undefined };
      },
    },
    async lines(query, options, signal) {
      const logQl = await written(query, signal);
      if (logQl === undefined) return { lines: [], truncated: false, notes: NOTHING };
      const found = await linesOf(logQl.text, query.window, options, signal);
      return { ...found, notes: [...notesOfQuery(logQl), ...found.notes] };
    },
    async counts(query, signal) {
      const stepMs = stepFor(query.window, COUNT_POINTS);
      const logQl = await written(query, signal);
      if (logQl === undefined) return { points: [], stepMs, notes: NOTHING };
      const { series, notes } = await rangeOf(countQuery(logQl.text, stepMs), query.window, { maxSeries: 1 }, signal);
      return { points: series[0]?.points ?? [], stepMs, notes: [...notesOfQuery(logQl), ...notes] };
    },
  };
}

/** Undefined: it has no logs at all of that time. */
function namesAmong(name: string, labels: readonly string[]): LabelNames | undefined {
  const names = labelNames(labels);
  if (names !== undefined || labels.length === 0) return names;
  const some = labels.slice(0, 10).join(', ').slice(0, 150);
  throw new SourceError('NotFound', `${name}: none of its labels is known to name a namespace (it has ${some})`);
}

const NOTHING = ['it has no logs at all of that time'];

const notesOfQuery = ({ unlabelled }: WrittenQuery): readonly string[] =>
  unlabelled.map((label) => `it has no label ${label}; lines were looked for by structured metadata of that name`);

const nanosecondsOf = ({ start, end }: TimeWindow): { readonly start: string; readonly end: string } => ({
  start: `${start}000000`,
  end: `${end}000000`,
});

function reasonOfLoki(status: number, text: string): GapReason | undefined {
  if (status >= 500 && /deadline exceeded|context canceled|timed? ?out/iu.test(text)) return 'TimedOut';
  return reasonOfRefusal(status, text);
}
