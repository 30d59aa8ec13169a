/** Histograms of the past for a real Prometheus, sent by OTLP as an application sends them: classic ones with bounds, or exponential ones, which become native. */
import { post } from '../cluster/lib/http.ts';

export interface HistogramHistory {
  /** As OpenTelemetry has it, such as `http.server.request.duration`. */
  readonly name: string;
  readonly unit: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Upper bounds of the buckets, without infinity; absent: exponential buckets. */
  readonly bounds?: readonly number[] | undefined;
  /** Cumulative: at a time, how many of each value have been seen. */
  readonly points: readonly (readonly [at: number, counts: readonly (readonly [value: number, count: number])[]])[];
}

const nanoseconds = (at: number): string => `${Math.round(at)}000000`;
const SCALE = 3;

export async function pushHistograms(prometheusUrl: string, histograms: readonly HistogramHistory[]): Promise<void> {
  const metrics = histograms.map(({ name, unit, labels, bounds, points }) => {
    const attributes = Object.entries(labels).map(([key, text]) => ({ key, value: { stringValue: text } }));
    const dataPoints = points.map(([at, counts]) => {
      const count = counts.reduce((sum, [, number]) => sum + number, 0);
      const sum = counts.reduce((total, [value, number]) => total + value * number, 0);
      const common = {
        timeUnixNano: nanoseconds(at),
        startTimeUnixNano: nanoseconds((points[0]?.[0] ?? at) - 1000),
        attributes,
        count: String(count),
        sum,
      };
      return bounds === undefined
        ? { ...common, scale: SCALE, zeroCount: '0', positive: exponential(counts) }
        : { ...common, ...classic(counts, bounds) };
    });
    const data = { aggregationTemporality: 2, dataPoints };
    return { name, unit, ...(bounds === undefined ? { exponentialHistogram: data } : { histogram: data }) };
  });
  await post(`${prometheusUrl}/api/v1/otlp/v1/metrics`, { resourceMetrics: [{ resource: {}, scopeMetrics: [{ scope: {}, metrics }] }] });
}

function classic(counts: readonly (readonly [number, number])[], bounds: readonly number[]): object {
  const buckets = [...bounds, Number.POSITIVE_INFINITY].map((upper, index) => {
    const lower = bounds[index - 1] ?? Number.NEGATIVE_INFINITY;
    return String(counts.filter(([value]) => value > lower && value <= upper).reduce((sum, [, number]) => sum + number, 0));
  });
  return { explicitBounds: bounds, bucketCounts: buckets };
}

/** https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram */
function exponential(counts: readonly (readonly [number, number])[]): object {
  const indexOf = (value: number): number => Math.ceil(Math.log2(value) * 2 ** SCALE) - 1;
  const offset = Math.min(...counts.map(([value]) => indexOf(value)));
  const length = Math.max(...counts.map(([value]) => indexOf(value))) - offset + 1;
  const inBucket = (index: number): number =>
    counts.filter(([value]) => indexOf(value) - offset === index).reduce((sum, [, number]) => sum + number, 0);
  return { offset, bucketCounts: Array.from({ length }, (_, index) => String(inBucket(index))) };
}
