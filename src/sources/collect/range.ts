/** Ranges of Prometheus' API, for a support bundle. Samples that are no number are left out. */
import { z } from 'zod';
import type { ChangeWindow } from '../changes.ts';
import { SourceError } from '../gap.ts';
import type { Endpoint, HttpSource } from '../http.ts';

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch, and the value; oldest first. */
  readonly points: readonly (readonly [at: number, value: number])[];
}

export interface RangeSource {
  readonly name: string;
  range(
    query: string,
    window: ChangeWindow,
    options: { readonly points: number; readonly maxSeries: number },
    signal?: AbortSignal,
  ): Promise<{ readonly series: readonly Series[] }>;
}

const matrixAnswer = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('matrix'),
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), values: z.array(z.tuple([z.number(), z.string()])).max(11_000) })),
  }),
});

export function createRangeSource(http: HttpSource, endpoint: Endpoint): RangeSource {
  const { name } = endpoint;
  return {
    name,
    async range(query, { start, end }, { points, maxSeries }, signal) {
      const step = Math.max(15, Math.ceil((end - start) / 1000 / points));
      const parameters = { query, start: String(start / 1000), end: String(end / 1000), step: String(step), limit: String(maxSeries + 1) };
      const answer = matrixAnswer.safeParse(await http.getJson(endpoint, 'api/v1/query_range', new URLSearchParams(parameters), signal));
      if (!answer.success)
        throw new SourceError('Malformed', `${name}: its answer to api/v1/query_range is not Prometheus'`, { cause: answer.error });
      const { result } = answer.data.data;
      if (result.length > maxSeries) throw new SourceError('TooLarge', `${name}: more than ${maxSeries} series`);
      return { series: result.map(({ metric, values }) => ({ labels: metric, points: numbersOf(values) })) };
    },
  };
}

const numbersOf = (values: readonly (readonly [number, string])[]): Series['points'] =>
  values.map(([seconds, value]) => [seconds * 1000, Number(value)] as const).filter(([, value]) => Number.isFinite(value));
