/**
 * SigNoz' one query API (`/api/v5/query_range`): a filter or PromQL goes in, rows or series come out.
 *
 * Filters are built from escaped parts. An answer without rows has null where a list would be. See
 * https://signoz.io/docs/logs-management/logs-api/payload-model/ and https://signoz.io/docs/metrics-management/query-range-api/
 */
import { z } from 'zod';
import { createAsk } from '../ask.ts';
import { type GapReason, SourceError } from '../gap.ts';
import type { Endpoint } from '../http/endpoint.ts';
import type { HttpSource } from '../http.ts';
import type { Point, Series } from '../metrics.ts';
import { tidy } from '../text.ts';
import type { TimeWindow } from '../window.ts';

export interface Row {
  readonly timestamp?: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface BuilderQuery {
  readonly signal: 'logs' | 'traces';
  readonly filter: string;
  readonly limit: number;
  /** Without them the usual ones come. */
  readonly fields?: readonly string[];
  readonly order?: 'asc' | 'desc';
}

export interface SignozQueries {
  rows(
    query: BuilderQuery,
    window: TimeWindow,
    signal?: AbortSignal,
  ): Promise<{ readonly rows: readonly Row[]; readonly notes: readonly string[] }>;
  /** Rows that match, a step. */
  counts(filter: string, window: TimeWindow, stepMs: number, signal?: AbortSignal): Promise<SeriesAnswer>;
  promql(
    query: string,
    window: TimeWindow,
    options: { readonly stepMs: number; readonly maxSeries: number },
    signal?: AbortSignal,
  ): Promise<SeriesAnswer>;
  /** Names of metrics that were reported in the window. */
  metricNames(window: TimeWindow, most: number, signal?: AbortSignal): Promise<readonly string[]>;
}

export interface SeriesAnswer {
  readonly series: readonly Series[];
  readonly notes: readonly string[];
}

/** `'it\'s'`, as its filters and SQL-like expressions have texts. */
export const quotedText = (value: string): string => `'${value.replace(/[\\']/gu, '\\$&')}'`;

const MAX_POINTS = 250_000;

const warning = z.object({ message: z.string().optional() }).nullish();
const envelope = <T extends z.ZodType>(result: T) =>
  z.object({
    status: z.literal('success'),
    data: z.object({ type: z.string(), warning, data: z.object({ results: z.array(result).nullish() }) }),
  });
const row = z.object({ timestamp: z.string().optional(), data: z.record(z.string(), z.unknown()) });
const rowsAnswer = envelope(z.object({ rows: z.array(row).nullish() }));

interface WireValue {
  readonly timestamp: number;
  readonly value?: unknown;
}
const isValues = (value: unknown): value is readonly WireValue[] =>
  Array.isArray(value) &&
  value.every((one: unknown) => typeof one === 'object' && one !== null && 'timestamp' in one && typeof one.timestamp === 'number');
const label = z.object({ key: z.object({ name: z.string() }), value: z.unknown().optional() });
const series = z.object({ labels: z.array(label).nullish(), values: z.custom<readonly WireValue[]>(isValues).nullish() });
const seriesAnswer = envelope(z.object({ aggregations: z.array(z.object({ series: z.array(z.unknown()).nullish() })).nullish() }));
const namesAnswer = z.object({
  status: z.literal('success'),
  data: z.object({ metrics: z.array(z.object({ metricName: z.string() })).nullable() }),
});

export function createSignozQueries(http: HttpSource, endpoint: Endpoint): SignozQueries {
  const { name } = endpoint;
  const ask = createAsk(http, endpoint, "SigNoz'", reasonOfSignoz);
  const query = <T>(
    schema: z.ZodType<T>,
    requestType: string,
    one: object,
    { start, end }: TimeWindow,
    signal: AbortSignal | undefined,
  ): Promise<T> => {
    const json = { schemaVersion: 'v1', start, end, requestType, compositeQuery: { queries: [one] }, variables: {} };
    return ask(schema, 'api/v5/query_range', { body: { json } }, signal);
  };
  const read = (answer: z.infer<typeof seriesAnswer>, maxSeries: number, window: TimeWindow): SeriesAnswer => ({
    series: readSeries(name, answer, maxSeries, window),
    notes: notesOf(answer.data.warning),
  });
  return {
    async rows(one, window, signal) {
      const answer = await query(rowsAnswer, 'raw', builderQuery(one), window, signal);
      const rows = (answer.data.data.results ?? []).flatMap((found) => found.rows ?? []);
      return { rows: rows.slice(0, one.limit), notes: notesOf(answer.data.warning) };
    },
    async counts(filter, window, stepMs, signal) {
      const spec = {
        name: 'A',
        signal: 'logs',
        filter: { expression: filter },
        aggregations: [{ expression: 'count()' }],
        stepInterval: stepMs / 1000,
      };
      return read(await query(seriesAnswer, 'time_series', { type: 'builder_query', spec }, window, signal), 1, window);
    },
    async promql(text, window, { stepMs, maxSeries }, signal) {
      const one = { type: 'promql', spec: { name: 'A', query: text, step: stepMs / 1000 } };
      return read(await query(seriesAnswer, 'time_series', one, window, signal), maxSeries, window);
    },
    async metricNames({ start, end }, most, signal) {
      const parameters = new URLSearchParams({ start: String(start), end: String(end), limit: String(most) });
      const { data } = await ask(namesAnswer, 'api/v2/metrics', { query: parameters }, signal);
      return (data.metrics ?? []).slice(0, most).map(({ metricName }) => metricName);
    },
  };
}

function builderQuery({ signal, filter, limit, fields, order = 'desc' }: BuilderQuery): object {
  const spec = {
    name: 'A',
    signal,
    filter: { expression: filter },
    ...(fields !== undefined && { selectFields: fields.map((name) => ({ name })) }),
    order: [{ key: { name: 'timestamp' }, direction: order }],
    limit,
    offset: 0,
    disabled: false,
  };
  return { type: 'builder_query', spec };
}

function readSeries(name: string, { data }: z.infer<typeof seriesAnswer>, maxSeries: number, window: TimeWindow): readonly Series[] {
  const found = (data.data.results ?? []).flatMap(({ aggregations }) => aggregations ?? []).flatMap((one) => one.series ?? []);
  if (found.length > maxSeries) throw new SourceError('TooLarge', `${name}: more than ${maxSeries} series match`);
  const checked = z.array(series).safeParse(found);
  if (!checked.success) throw new SourceError('Malformed', `${name}: its answer is not SigNoz' series`, { cause: checked.error });
  const points = checked.data.reduce((sum, { values }) => sum + (values?.length ?? 0), 0);
  if (points > MAX_POINTS) throw new SourceError('TooLarge', `${name}: more than ${MAX_POINTS} points match`);
  return checked.data
    .map(({ labels, values }) => ({
      labels: Object.fromEntries((labels ?? []).map(({ key, value }) => [key.name, textOf(value)])),
      points: pointsOf(values ?? [], window),
    }))
    .filter((one) => one.points.length > 0);
}

function pointsOf(values: readonly WireValue[], { start, end }: TimeWindow): readonly Point[] {
  const points = values
    // a value of zero is not sent; one that is no number comes as text
    .map(({ timestamp, value = 0 }): Point => [timestamp, typeof value === 'number' ? value : Number.NaN])
    .filter(([at, value]) => Number.isFinite(value) && at >= start && at <= end);
  return [...new Map(points.toSorted(([a], [b]) => a - b)).entries()];
}

/** What has no text of its own is JSON. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

const notesOf = (found: z.infer<typeof warning>): readonly string[] => (found?.message ? [tidy(found.message, 200)] : []);

function reasonOfSignoz(status: number, text: string): GapReason | undefined {
  if (/"(?:code|errorType)":"(?:timeout|canceled)/u.test(text)) return 'TimedOut';
  if (status === 400 || status === 422) return /exceed|too (?:many|large|long)|maximum|limit/iu.test(text) ? 'TooLarge' : 'Malformed';
  return undefined;
}
