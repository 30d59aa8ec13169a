/**
 * What the Prometheus HTTP API answers, as Prometheus, Thanos, Mimir, VictoriaMetrics and Loki's metric queries give it.
 *
 * An answer may hold a hundred thousand points: these are checked by hand, as a schema takes longer than the call. More series or
 * points than are useful are TooLarge before they are looked at.
 */
import { z } from 'zod';
import { checked } from './ask.ts';
import { type GapReason, SourceError } from './gap.ts';
import type { Point, Sample, Series } from './metrics.ts';
import { tidy } from './text.ts';
import type { TimeWindow } from './window.ts';

const MAX_SAMPLES = 10_000;
const MAX_POINTS = 250_000;
const MAX_NOTES = 5;

const labels = z.record(z.string(), z.string());
const metadata = {
  status: z.literal('success'),
  warnings: z.array(z.string()).nullish(),
  /** VictoriaMetrics: some of its storage did not answer. */
  isPartial: z.boolean().optional(),
};
const result = z.object({ resultType: z.string(), result: z.array(z.unknown()) });
export const queryAnswer = z.object({ ...metadata, data: result });
export type QueryAnswer = z.infer<typeof queryAnswer>;
export const listAnswer = z.object({ ...metadata, data: z.array(z.unknown()) });

type WirePoint = readonly [number, string];
const isPoint = (value: unknown): value is WirePoint =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === 'number' && typeof value[1] === 'string';
const vector = z.array(z.object({ metric: labels, value: z.custom<WirePoint>(isPoint).optional() }));
const matrix = z.array(
  z.object({
    metric: labels,
    values: z.custom<readonly WirePoint[]>((value) => Array.isArray(value) && value.every(isPoint)).optional(),
  }),
);

/** Samples of an instant query; native histograms are left out. */
export function samplesOf(name: string, { data }: QueryAnswer): readonly Sample[] {
  const complaint = `${name}: its answer is not Prometheus' answer to an instant query`;
  refuseMoreThan(MAX_SAMPLES, data.result.length, name);
  if (data.resultType === 'scalar') return finite([{ labels: {}, value: numberIn(data.result[1]) }]);
  if (data.resultType !== 'vector') throw new SourceError('Malformed', complaint);
  const found = checked(vector, data.result, complaint);
  return finite(found.flatMap(({ metric, value }) => (value === undefined ? [] : [{ labels: metric, value: numberIn(value[1]) }])));
}

/** NaN for what is none: `Number` takes an empty text for zero. */
const numberIn = (text: unknown): number => (typeof text === 'string' && text.trim() !== '' ? Number(text) : Number.NaN);

const finite = (samples: readonly Sample[]): readonly Sample[] => samples.filter(({ value }) => Number.isFinite(value));

/** Series of a range query, without points outside of `window` and without those that have no point. */
export function seriesOf(name: string, { data }: QueryAnswer, maxSeries: number, window: TimeWindow): readonly Series[] {
  const complaint = `${name}: its answer is not Prometheus' answer to a range query`;
  if (data.resultType !== 'matrix') throw new SourceError('Malformed', complaint);
  refuseMoreThan(maxSeries, data.result.length, name);
  const found = checked(matrix, data.result, complaint);
  const points = found.reduce((sum, { values }) => sum + (values?.length ?? 0), 0);
  if (points > MAX_POINTS) throw new SourceError('TooLarge', `${name}: more than ${MAX_POINTS} points match`);
  return found
    .map(({ metric, values = [] }) => ({ labels: metric, points: pointsOf(values, window) }))
    .filter((series) => series.points.length > 0);
}

function refuseMoreThan(most: number, found: number, name: string): void {
  if (found > most) throw new SourceError('TooLarge', `${name}: more than ${most} series match`);
}

function pointsOf(values: readonly WirePoint[], { start, end }: TimeWindow): readonly Point[] {
  const points: Point[] = [];
  let sorted = true;
  let last = -Infinity;
  for (const [seconds, text] of values) {
    const at = Math.round(seconds * 1000);
    const value = numberIn(text);
    if (!Number.isFinite(value) || at < start || at > end) continue;
    sorted &&= at > last;
    last = at;
    points.push([at, value]);
  }
  return sorted ? points : [...new Map(points.toSorted(([a], [b]) => a - b)).entries()];
}

/** Why an answer may not be all. */
export function notesOf({ warnings, isPartial }: Pick<QueryAnswer, 'warnings' | 'isPartial'>): readonly string[] {
  const told = (warnings ?? []).slice(0, MAX_NOTES).map((text) => tidy(text, 200));
  return isPartial === true ? ['some of its storage did not answer', ...told] : told;
}

const TOO_MUCH = /too many|too large|exceed|maximum|limit/iu;
const refusal = z.object({ errorType: z.string().optional(), error: z.string().optional() });

/** Why a query was refused, from the error that is sent along. */
export function reasonOfRefusal(status: number, text: string): GapReason | undefined {
  const { errorType = '', error = text } = refusal.safeParse(jsonOrNothing(text)).data ?? {};
  if (errorType === 'timeout' || errorType === 'canceled' || status === 499) return 'TimedOut';
  if ((status === 400 || status === 422) && TOO_MUCH.test(error)) return 'TooLarge';
  return status === 400 || status === 422 ? 'Malformed' : undefined;
}

/** What it says in words, from the body of a refusal. */
export const refusalText = (text: string): string => refusal.safeParse(jsonOrNothing(text)).data?.error ?? text;

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
