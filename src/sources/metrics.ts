/**
 * The port of metrics: series of numbers over time, by PromQL.
 *
 * Times are milliseconds since the epoch. Samples that are no number (NaN, infinities) are left out, as they say nothing; an answer
 * that its source calls partial, or that was cut, says so in `notes`: to see no series in it is no proof that there is none.
 */
import type { Matcher } from './promql.ts';
import type { TimeWindow } from './window.ts';

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** The least that an investigation asks of a metrics source. */
export interface MetricsSource {
  readonly name: string;
  instant(query: string, signal?: AbortSignal): Promise<readonly Sample[]>;
}

export type Point = readonly [at: number, value: number];

export interface Series {
  readonly labels: Labels;
  /** Oldest first, one time once; never empty. */
  readonly points: readonly Point[];
}

export interface RangeAnswer {
  readonly series: readonly Series[];
  readonly stepMs: number;
  /** Why it may not be all. */
  readonly notes: readonly string[];
}

export interface RangeOptions {
  /** Points a series, at most; the step is chosen for it. */
  readonly points?: number | undefined;
  /** More series than this are TooLarge. */
  readonly maxSeries?: number | undefined;
}

export interface MetricsPort extends MetricsSource {
  range(query: string, window: TimeWindow, options?: RangeOptions, signal?: AbortSignal): Promise<RangeAnswer>;
  /** Names of the metrics that have series which any of these sets of matchers fits; a source that cannot tell gives more. */
  metricNames(anyOf: readonly (readonly Matcher[])[], window: TimeWindow, signal?: AbortSignal): Promise<readonly string[]>;
}
