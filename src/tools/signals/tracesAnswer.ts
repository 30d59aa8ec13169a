/** What a query of traces found, in words and as data: of several the slowest first, of one its tree. */
import { z } from 'zod';
import { quantile } from '../../analysis/robust.ts';
import { selfTimes } from '../../analysis/traces/selfTime.ts';
import { spanTree } from '../../sources/signals/spanTree.ts';
import type { Trace, TraceSearch, TracesPort } from '../../sources/traces.ts';
import type { TimeWindow } from '../../sources/window.ts';
import { answerOf } from '../answer.ts';
import type { Answer } from '../tool.ts';
import type { AskedAll } from './asking.ts';
import type { SignalsDeps } from './deps.ts';
import { iso, minute } from './seriesText.ts';

const span = z.object({
  spanId: z.string(),
  parentId: z.string().optional(),
  service: z.string(),
  name: z.string(),
  start: z.string(),
  durationMs: z.number(),
  selfMs: z.number().optional().describe('Without what its children took.'),
  error: z.boolean(),
});

export const tracesOutput = z.object({
  start: z.string().describe('RFC 3339.'),
  end: z.string(),
  sources: z.array(z.string()).describe('The instances that answered.'),
  total: z.int().describe('Traces that were found, or spans of the one that was asked for.'),
  traces: z
    .array(
      z.object({
        traceId: z.string(),
        source: z.string(),
        service: z.string(),
        name: z.string(),
        start: z.string(),
        durationMs: z.number(),
      }),
    )
    .describe('The slowest first.'),
  spans: z.array(span).describe('Of the trace that was asked for; those that failed first, then the slowest by themselves.'),
  hidden: z.int().describe('Spans of namespaces that the caller may not see.'),
  remaining: z.int().describe('Spans that are not listed.'),
  notes: z.array(z.string()).describe('Why it may not be all.'),
});
type Output = z.input<typeof tracesOutput>;
type Deps = Pick<SignalsDeps, 'redactor'>;

const MOST_SPANS = 50;
const ms = (value: number): string => (value >= 10_000 ? `${(value / 1000).toFixed(1)} s` : `${Math.round(value)} ms`);

export interface TracesFound {
  readonly window: TimeWindow;
  readonly of: string;
  readonly answers: AskedAll<TracesPort, TraceSearch>;
}

export function foundAnswer({ redactor }: Deps, { window, of, answers: { answers, notes: troubles } }: TracesFound): Answer<Output> {
  const all = answers
    .flatMap(({ port, answer }) => answer.traces.map((trace) => ({ ...trace, source: port.name })))
    .toSorted((a, b) => b.durationMs - a.durationMs);
  const durations = all.map(({ durationMs }) => durationMs);
  const [median = 0, p95 = 0] = [quantile(durations, 0.5), quantile(durations, 0.95)];
  const sources = answers.map(({ port }) => port.name);
  const notes = [...troubles, ...answers.flatMap(({ answer }) => answer.notes)];
  const first = all[0];
  return answerOf(redactor, {
    lines: [
      `${all.length} trace${all.length === 1 ? '' : 's'} from ${sources.join(', ')}, ${minute(window.start)} to ${minute(window.end)}, of ${of}${all.length < 2 ? '' : `: median ${ms(median)}, p95 ${ms(p95)}`}`,
      ...all.map((one) => `${ms(one.durationMs)}  ${one.service}: ${one.name}  ${iso(one.startMs).slice(0, 19)}Z  ${one.traceId}`),
      ...(first === undefined ? [] : [`trace_id="${first.traceId}" shows the slowest, span by span.`]),
      ...notes.map((note) => `Note: ${note}`),
    ],
    data: {
      start: iso(window.start),
      end: iso(window.end),
      sources,
      total: all.length,
      traces: all.map(({ startMs, ...one }) => ({ ...one, start: iso(startMs) })),
      spans: [],
      hidden: 0,
      remaining: 0,
      notes,
    },
  });
}

export interface TraceShown {
  readonly traceId: string;
  readonly window: TimeWindow;
  readonly source: string;
  readonly trace: Trace;
  readonly hidden: number;
  readonly notes: readonly string[];
}

export function traceAnswer(
  { redactor }: Deps,
  { traceId, window, source, trace: { spans, notes: partial }, hidden, notes: troubles }: TraceShown,
): Answer<Output> {
  const own = new Map(
    selfTimes(spans.map(({ parentId, ...one }) => ({ ...one, ...(parentId !== undefined && { parentId }) }))).map((timed) => [
      timed.span.spanId,
      timed,
    ]),
  );
  const selfOf = (spanId: string): number => own.get(spanId)?.selfMs ?? 0;
  const ordered = spans.toSorted((a, b) => Number(b.error) - Number(a.error) || selfOf(b.spanId) - selfOf(a.spanId));
  const start = spans.reduce((least, { startMs }) => Math.min(least, startMs), Number.POSITIVE_INFINITY);
  const end = spans.reduce((most, one) => Math.max(most, one.startMs + one.durationMs), start);
  const failed = spans.filter(({ error }) => error).length;
  const began = [...own.values()].filter(({ ownError }) => ownError).map(({ span: { service, name } }) => `${service}: ${name}`);
  const slowest = spans.toSorted((a, b) => selfOf(b.spanId) - selfOf(a.spanId))[0];
  const notes = [...troubles, ...partial, ...(hidden === 0 ? [] : [`${hidden} spans of namespaces that you may not see are left out`])];
  const services = new Set(spans.map(({ service }) => service));
  return answerOf(redactor, {
    lines: [
      `Trace ${traceId} from ${source}: ${spans.length} spans of ${services.size} services in ${ms(end - start)}, ${failed === 0 ? 'none failed' : `${failed} failed`}, began ${iso(start)}`,
      ...(slowest === undefined
        ? []
        : [`Most time was spent in ${slowest.service}: ${slowest.name} (${ms(selfOf(slowest.spanId))} by itself).`]),
      ...(began.length === 0 ? [] : [`Errors began in ${[...new Set(began)].slice(0, 5).join('; ')}.`]),
      ...spanTree(spans),
      ...notes.map((note) => `Note: ${note}`),
    ],
    data: {
      start: iso(window.start),
      end: iso(window.end),
      sources: [source],
      total: spans.length,
      traces: [],
      spans: ordered.slice(0, MOST_SPANS).map(({ spanId, parentId, service, name, startMs, durationMs, error }) => ({
        spanId,
        ...(parentId !== undefined && { parentId }),
        service,
        name,
        start: iso(startMs),
        durationMs,
        selfMs: own.get(spanId)?.selfMs,
        error,
      })),
      hidden,
      remaining: Math.max(0, spans.length - MOST_SPANS),
      notes,
    },
  });
}
