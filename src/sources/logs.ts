/**
 * The port of logs: lines of pods in a window of time, and how many there were.
 *
 * Lines are cleaned and redacted, bounded in length and number; what was left out is said. No lines is an answer; that nobody could
 * look is a SourceError, and that something may be missing stands in `notes`.
 */
import type { Labels, Point, RangeAnswer, RangeOptions } from './metrics.ts';
import type { TimeWindow } from './window.ts';

export interface LogQuery {
  readonly namespace: string;
  /** Exact names; absent: all pods of the namespace. */
  readonly pods?: readonly string[] | undefined;
  /** A regular expression of RE2 for whole names, for pods whose names are not known: `podPatternOf` makes them. */
  readonly podPattern?: string | undefined;
  readonly container?: string | undefined;
  readonly window: TimeWindow;
  /** Only lines that contain one of these words, whatever their letter case. */
  readonly containing?: readonly string[] | undefined;
}

export interface LineOptions {
  /** Lines, at most; the newest are kept. */
  readonly limit?: number | undefined;
}

export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** May have line breaks in it, as stack traces do. */
  readonly line: string;
  readonly labels: Labels;
}

export interface LogLines {
  /** Oldest first. */
  readonly lines: readonly LogLine[];
  /** More matched than were taken. */
  readonly truncated: boolean;
  readonly notes: readonly string[];
}

export interface LogCounts {
  /** Lines in the step that ends at each time, oldest first; times without any are left out. */
  readonly points: readonly Point[];
  readonly stepMs: number;
  readonly notes: readonly string[];
}

/** What Loki answers beside: queries that somebody has written, and that were checked. */
export interface LogqlPort {
  /** Under which label it knows namespaces, and under which pods; undefined while it has no logs of that time. */
  labels(window: TimeWindow, signal?: AbortSignal): Promise<{ readonly namespace: string; readonly pod?: string | undefined } | undefined>;
  lines(logQl: string, window: TimeWindow, options?: LineOptions, signal?: AbortSignal): Promise<LogLines>;
  /** Of a query that gives numbers. */
  range(logQl: string, window: TimeWindow, options?: RangeOptions, signal?: AbortSignal): Promise<RangeAnswer>;
}

export interface LogsPort {
  readonly name: string;
  /** Absent where it is not spoken. */
  readonly logql?: LogqlPort | undefined;
  lines(query: LogQuery, options?: LineOptions, signal?: AbortSignal): Promise<LogLines>;
  counts(query: LogQuery, signal?: AbortSignal): Promise<LogCounts>;
}

export const DEFAULT_LINES = 1_000;
export const MAX_LINES = 4_000;
