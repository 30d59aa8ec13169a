/**
 * What each span did itself: its duration without the union of what its children covered of it.
 *
 * Never negative and never more than the duration, whatever the spans say: children overlap (parallel calls), outlive their parent
 * (asynchronous work), lie outside of it (clocks of other hosts), lack their parent, name each other as parents, or come twice.
 * Consumers of messages are not waited for and cover nothing. Children from another service that start before their parent or after its end
 * have another clock: all of that service under one parent are moved together into the middle of it, as Jaeger's clock skew adjuster does.
 */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId?: string;
  readonly service: string;
  /** The operation. With identifiers in it (`GET /users/17`) each is an operation of its own: cut them out first. */
  readonly name: string;
  readonly startMs: number;
  readonly durationMs: number;
  readonly error: boolean;
  readonly kind?: 'server' | 'client' | 'producer' | 'consumer' | 'internal';
  /** Whom a client calls, where its instrumentation says so: stands for a callee that sends no spans. */
  readonly peer?: string;
}

export interface TimedSpan {
  readonly span: Span;
  readonly selfMs: number;
  readonly parent?: Span;
  readonly children: readonly Span[];
  /** It failed, and none of its children did: where the error began, as far as the trace goes. */
  readonly ownError: boolean;
}

type Interval = readonly [start: number, end: number];

/** The last time that there is in milliseconds since the epoch (ECMA-262, "Time Values"). */
const LAST_MS = 8.64e15;

/** Spans whose times are none are left out; of several with one id, the first stands. */
export function selfTimes(spans: readonly Span[]): TimedSpan[] {
  const known = new Map<string, Span>();
  for (const span of spans) {
    if (!(Math.abs(span.startMs) <= LAST_MS && span.durationMs >= 0 && span.durationMs <= LAST_MS)) continue;
    const id = idOf(span.traceId, span.spanId);
    if (!known.has(id)) known.set(id, span);
  }
  const parentOf = ({ traceId, spanId, parentId }: Span): Span | undefined =>
    parentId === undefined || parentId === spanId ? undefined : known.get(idOf(traceId, parentId));
  const children = Map.groupBy(known.values(), parentOf);
  return [...known.values()].map((span) => timed(span, children.get(span) ?? [], parentOf(span)));
}

function timed(span: Span, children: readonly Span[], parent: Span | undefined): TimedSpan {
  const waitedFor = children.filter(({ kind }) => kind !== 'consumer');
  const covered = [...Map.groupBy(waitedFor, ({ service }) => service)].flatMap(([service, theirs]) => {
    const intervals = theirs.map(({ startMs, durationMs }): Interval => [startMs, startMs + durationMs]);
    return service === span.service ? intervals : withinClockOf(span, intervals);
  });
  return {
    span,
    selfMs: Math.max(0, span.durationMs - coveredMs(span, covered)),
    ...(parent === undefined ? {} : { parent }),
    children,
    ownError: span.error && !children.some(({ error }) => error),
  };
}

function withinClockOf({ startMs, durationMs }: Span, intervals: readonly Interval[]): readonly Interval[] {
  const end = startMs + durationMs;
  if (intervals.every(([from]) => from >= startMs && from <= end)) return intervals;
  const first = intervals.reduce((least, [from]) => Math.min(least, from), Number.POSITIVE_INFINITY);
  const length = intervals.reduce((greatest, [, to]) => Math.max(greatest, to), first) - first;
  const shift = startMs + Math.max(0, (durationMs - length) / 2) - first;
  return intervals.map(([from, to]) => [from + shift, to + shift]);
}

/** The length of the union of the intervals, as far as it lies within the span. */
function coveredMs({ startMs, durationMs }: Span, intervals: readonly Interval[]): number {
  let [covered, reached] = [0, startMs];
  for (const [from, to] of intervals.toSorted((a, b) => a[0] - b[0])) {
    const end = Math.min(to, startMs + durationMs);
    covered += Math.max(0, end - Math.max(from, reached));
    reached = Math.max(reached, end);
  }
  return covered;
}

const idOf = (traceId: string, spanId: string): string => `${traceId}\n${spanId}`;
