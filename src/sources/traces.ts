/**
 * The port of traces: which requests were slow or failed, and what they were made of.
 *
 * Times are milliseconds, since the epoch or of duration, with fractions. Names and attributes are cleaned and redacted; of the
 * attributes those are kept that say what was called and how it ended.
 */
import type { Labels } from './metrics.ts';
import type { TimeWindow } from './window.ts';

export interface TraceQuery {
  readonly service?: string | undefined;
  /** Of Kubernetes. */
  readonly namespace?: string | undefined;
  readonly window: TimeWindow;
  /** Only traces with a span of that service that failed. */
  readonly errorsOnly?: boolean | undefined;
  /** Only traces with a span of that service that took at least this long. */
  readonly minDurationMs?: number | undefined;
  readonly limit?: number | undefined;
}

export interface TraceSummary {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** Of the root span, where it is known; else of the one that was found. */
  readonly service: string;
  readonly name: string;
  readonly startMs: number;
  readonly durationMs: number;
}

export interface TraceSearch {
  readonly traces: readonly TraceSummary[];
  readonly notes: readonly string[];
}

export type SpanKind = 'server' | 'client' | 'producer' | 'consumer' | 'internal';

export interface Span {
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  readonly parentId?: string | undefined;
  readonly service: string;
  readonly name: string;
  readonly startMs: number;
  readonly durationMs: number;
  readonly error: boolean;
  readonly kind: SpanKind;
  readonly attributes: Labels;
}

export interface Trace {
  /** By start; those of services that do not send any, or were late, are not among them. */
  readonly spans: readonly Span[];
  readonly notes: readonly string[];
}

export interface TracesPort {
  readonly name: string;
  /** Search by TraceQL that somebody has written; absent where it is not spoken. */
  readonly byTraceQl?: ((traceQl: string, window: TimeWindow, limit: number, signal?: AbortSignal) => Promise<TraceSearch>) | undefined;
  search(query: TraceQuery, signal?: AbortSignal): Promise<TraceSearch>;
  /** @param window when it was, about */
  trace(traceId: string, window: TimeWindow, signal?: AbortSignal): Promise<Trace>;
}

export const DEFAULT_TRACES = 20;
export const MAX_TRACES = 200;
/** Of one trace. */
export const MAX_SPANS = 2_000;
