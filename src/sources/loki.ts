/**
 * Loki's HTTP API, version 2.8 or newer: lines by LogQL, and counts over time.
 *
 * Its refusals are plain text; those about its limits are TooLarge. See https://grafana.com/docs/loki/latest/reference/loki-http-api/
 */
import { z } from 'zod';
import { createAsk } from './ask.ts';
import { type GapReason, SourceError } from './gap.ts';
import type { Endpoint, HttpSource } from './http.ts';
import { countQuery, labelNames, logQuery, type WrittenQuery } from './logql.ts';
import { DEFAULT_LINES, type LogQuery, type LogsPort, MAX_LINES } from './logs.ts';
import { cleanEntries, cleanLabels, type Entry } from './logText.ts';
import { notesOf, queryAnswer, reasonOfRefusal, seriesOf } from './prometheusAnswers.ts';
import type { Cleaner } from './text.ts';
import { hoursAround, inSteps, stepFor, type TimeWindow } from './window.ts';

const COUNT_POINTS = 120;

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

  /** The query in LogQL, by the labels that this Loki has; undefined when it has none, as it has no logs of that time. */
  async function written(query: LogQuery, signal: AbortSignal | undefined): Promise<WrittenQuery | undefined> {
    const around = new URLSearchParams(nanosecondsOf(hoursAround(query.window)));
    const labels = (await ask(labelsAnswer, 'loki/api/v1/labels', { query: around }, signal)).data ?? [];
    const names = labelNames(labels);
    if (names !== undefined) return logQuery(query, names, labels);
    if (labels.length === 0) return undefined;
    const some = labels.slice(0, 10).join(', ').slice(0, 150);
    throw new SourceError('NotFound', `${name}: none of its labels is known to name a namespace (it has ${some})`);
  }

  return {
    name,
    async lines(query, { limit = DEFAULT_LINES } = {}, signal) {
      const most = Math.min(limit, MAX_LINES);
      const logQl = await written(query, signal);
      if (logQl === undefined) return { lines: [], truncated: false, notes: NOTHING };
      const parameters = { query: logQl.text, ...nanosecondsOf(query.window), limit: String(most + 1), direction: 'backward' };
      const answer = await ask(streamsAnswer, 'loki/api/v1/query_range', { query: new URLSearchParams(parameters) }, signal);
      const entries = answer.data.result.flatMap(({ stream, values }): readonly Entry[] => {
        const labels = cleanLabels(stream, cleaner);
        return values.map(([at, line]) => ({ at: Number(at.slice(0, -6)), text: line, labels }));
      });
      return { ...cleanEntries(entries, most, cleaner), notes: [...notesOfQuery(logQl), ...notesOf(answer)] };
    },
    async counts(query, signal) {
      const stepMs = stepFor(query.window, COUNT_POINTS);
      const window = inSteps(stepMs, query.window);
      const logQl = await written(query, signal);
      if (logQl === undefined) return { points: [], stepMs, notes: NOTHING };
      const parameters = { query: countQuery(logQl.text, stepMs), ...nanosecondsOf(window), step: String(stepMs / 1000) };
      const answer = await ask(queryAnswer, 'loki/api/v1/query_range', { query: new URLSearchParams(parameters) }, signal);
      const [sum] = seriesOf(name, answer, 1, window);
      return { points: sum?.points ?? [], stepMs, notes: [...notesOfQuery(logQl), ...notesOf(answer)] };
    },
  };
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
