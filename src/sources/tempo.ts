/**
 * Tempo's HTTP API, version 2: search by TraceQL, traces by id, names of services.
 *
 * Its refusals are plain text. A trace of which blocks could not be read comes with 206, or says PARTIAL: that is told. See
 * https://grafana.com/docs/tempo/latest/api_docs/
 */
import { z } from 'zod';
import { checked, createAsk } from './ask.ts';
import { type GapReason, gapReason, SourceError } from './gap.ts';
import type { Answer, Endpoint, HttpSource } from './http.ts';
import { resourceSpans, traceOf } from './otlp.ts';
import { createSpanCleaner } from './spanText.ts';
import type { Cleaner } from './text.ts';
import { tidy } from './text.ts';
import { traceQl } from './traceql.ts';
import { DEFAULT_TRACES, MAX_TRACES, type Trace, type TraceSearch, type TraceSummary, type TracesPort } from './traces.ts';
import type { TimeWindow } from './window.ts';

export interface TempoClient extends TracesPort {
  /** Names of services that sent spans in the window. */
  services(window: TimeWindow, signal?: AbortSignal): Promise<readonly string[]>;
}

const MAX_SERVICES = 5_000;

const summary = z.object({
  traceID: z.string().regex(/^[0-9a-fA-F]{1,32}$/u),
  rootServiceName: z.string().default(''),
  rootTraceName: z.string().default(''),
  startTimeUnixNano: z.string().regex(/^\d{1,20}$/u),
  durationMs: z.number().default(0),
});
const searchAnswer = z.object({
  traces: z.array(summary).max(MAX_TRACES).nullish(),
  /** Always there: it tells an answer without traces from something else. */
  metrics: z.record(z.string(), z.unknown()),
});
const batches = z.array(resourceSpans).nullish();
const body = z.object({ resourceSpans: batches, batches });
const traceV2 = z.object({ trace: body, status: z.string().optional(), message: z.string().optional() });
const traceV1 = body.refine((found) => found.batches !== undefined || found.resourceSpans !== undefined);
const valuesAnswer = z.object({ tagValues: z.array(z.object({ value: z.string() })).nullable() });

export function createTempo(http: HttpSource, endpoint: Endpoint, cleaner: Cleaner): TempoClient {
  const { name } = endpoint;
  const ask = createAsk(http, endpoint, "Tempo's", reasonOfTempo);
  const get = (path: string, parameters: Readonly<Record<string, string>>, signal: AbortSignal | undefined): Promise<Answer> =>
    http.ask(endpoint, path, { query: new URLSearchParams(parameters), reasonOf: reasonOfTempo }, signal);

  async function search(q: string, window: TimeWindow, most: number, signal: AbortSignal | undefined): Promise<TraceSearch> {
    const limit = Math.min(most, MAX_TRACES);
    const parameters = { q, ...secondsOf(window), limit: String(limit), spss: '1' };
    const { traces } = await ask(searchAnswer, 'api/search', { query: new URLSearchParams(parameters) }, signal);
    const clean = createSpanCleaner(cleaner);
    const found = (traces ?? []).map(
      (one): TraceSummary => ({
        // zeros at the beginning are not sent
        traceId: one.traceID.toLowerCase().padStart(32, '0'),
        service: clean.name(one.rootServiceName),
        name: clean.name(one.rootTraceName),
        startMs: Number(BigInt(one.startTimeUnixNano) / 1_000_000n),
        durationMs: one.durationMs,
      }),
    );
    return { traces: found, notes: found.length >= limit ? [`it stops at ${limit} traces; there may be more`] : [] };
  }

  return {
    name,
    byTraceQl: search,
    search: (query, signal) => search(traceQl(query), query.window, query.limit ?? DEFAULT_TRACES, signal),
    async trace(traceId, window, signal) {
      if (!/^[0-9a-f]{1,32}$/iu.test(traceId)) throw new SourceError('NotFound', `${name}: no trace has such an id`);
      const parameters = secondsOf(window);
      try {
        return readV2(name, await get(`api/v2/traces/${traceId}`, parameters, signal), cleaner);
      } catch (error) {
        // Before 2.7 there was no second version
        if (gapReason(error) !== 'NotFound') throw error;
        return readV1(name, await get(`api/traces/${traceId}`, parameters, signal), cleaner);
      }
    },
    async services(window, signal) {
      const query = new URLSearchParams(secondsOf(window));
      const { tagValues } = await ask(valuesAnswer, 'api/v2/search/tag/resource.service.name/values', { query }, signal);
      return (tagValues ?? []).slice(0, MAX_SERVICES).map(({ value }) => value);
    },
  };
}

function readV2(name: string, { json, status }: Answer, cleaner: Cleaner): Trace {
  const answer = checked(traceV2, json, `${name}: its answer is not a trace of Tempo's`);
  const trace = traceOf(answer.trace.resourceSpans ?? answer.trace.batches ?? [], cleaner);
  const isPartial = status === 206 || answer.status === 'PARTIAL';
  return isPartial ? partial(trace, answer.message ?? '') : trace;
}

function readV1(name: string, { json, status }: Answer, cleaner: Cleaner): Trace {
  const answer = checked(traceV1, json, `${name}: its answer is not a trace of Tempo's`);
  const trace = traceOf(answer.resourceSpans ?? answer.batches ?? [], cleaner);
  return status === 206 ? partial(trace, '') : trace;
}

const partial = ({ spans, notes }: Trace, why: string): Trace => ({
  spans,
  notes: [`the trace is not whole${why === '' ? '' : `: ${tidy(why, 150)}`}`, ...notes],
});

const secondsOf = ({ start, end }: TimeWindow): { readonly start: string; readonly end: string } => ({
  start: String(Math.floor(start / 1000)),
  end: String(Math.ceil(end / 1000)),
});

function reasonOfTempo(status: number, text: string): GapReason | undefined {
  if (status >= 500 && /deadline exceeded|context canceled|timed? ?out/iu.test(text)) return 'TimedOut';
  if (/exceed|too (?:many|large|long)|maximum|larger than/iu.test(text) && (status === 400 || status === 422 || status === 500))
    return 'TooLarge';
  return status === 400 || status === 422 ? 'Malformed' : undefined;
}
