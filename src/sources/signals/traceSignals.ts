/**
 * Traces through one workload, as they come, now and at the same time a day before, so that they can be compared; and some that failed.
 *
 * Whole traces, as the cause is mostly further down. From the first instance that has any.
 */
import type { Trace, TraceQuery, TracesPort } from '../traces.ts';
import { earlier, type TimeWindow } from '../window.ts';
import type { Looking } from './looking.ts';
import type { Subject } from './subject.ts';

export interface TraceSignals {
  /** The instance that answered; absent when none did. */
  readonly source?: string | undefined;
  readonly service: string;
  readonly now: readonly Trace[];
  readonly dayBefore: readonly Trace[];
  /** Chosen because they failed: they say where, and nothing of how often. */
  readonly failed: readonly Trace[];
  /** How many were found that failed a day before, of as many as were looked for now; absent when that could not be seen. */
  readonly failedDayBefore?: number | undefined;
}

const DAY_MS = 24 * 3_600_000;
/** Enough of each side for a comparison, with some to spare. */
const SAMPLE = 15;
const FAILED = 4;
/** Of one side, so that traces of thousands of spans fit into memory. */
const MOST_SPANS = 10_000;

export async function traceSignals(
  { service: named, name, namespace }: Subject,
  window: TimeWindow,
  ports: readonly TracesPort[],
  looking: Looking,
): Promise<TraceSignals> {
  const service = named ?? name;
  let answered: TraceSignals | undefined;
  for (const port of ports) {
    const found = await fromPort(port, { service, namespace, window }, looking);
    if (found !== undefined && found.now.length + found.failed.length + found.dayBefore.length > 0) return found;
    answered ??= found;
  }
  return answered ?? { service, now: [], dayBefore: [], failed: [] };
}

/** Undefined when nothing could be searched. */
async function fromPort(
  port: TracesPort,
  query: TraceQuery & { readonly service: string },
  looking: Looking,
): Promise<TraceSignals | undefined> {
  const { service, window } = query;
  const past = earlier(DAY_MS, window);
  const searched = (kind: string, more: Partial<TraceQuery>): Promise<readonly string[] | undefined> =>
    search(port, kind, { ...query, ...more }, looking);
  const [now, failed, before, failedBefore] = await Promise.all([
    searched('present', { limit: SAMPLE }),
    searched('failed', { errorsOnly: true, limit: FAILED }),
    searched('earlier', { window: past, limit: SAMPLE }),
    searched('earlier failed', { window: past, errorsOnly: true, limit: FAILED }),
  ]);
  if (now === undefined && failed === undefined && before === undefined) return undefined;
  const inFull = async (ids: readonly string[] = [], over: TimeWindow = window): Promise<readonly Trace[]> =>
    bounded((await fetchAll(port, ids, over, looking)).filter((trace) => isOf(trace, query)));
  const sample = new Set(now);
  const [nowTraces, others, dayBefore] = await Promise.all([
    inFull(now),
    inFull(failed?.filter((id) => !sample.has(id))),
    inFull(before, past),
  ]);
  const known = nowTraces.filter(({ spans }) => failed?.includes(spans[0]?.traceId ?? ''));
  return { source: port.name, service, now: nowTraces, dayBefore, failed: [...known, ...others], failedDayBefore: failedBefore?.length };
}

function bounded(traces: readonly Trace[]): readonly Trace[] {
  let left = MOST_SPANS;
  return traces.filter(({ spans }) => {
    left -= spans.length;
    return left >= 0;
  });
}

/** The service of that name may be another one's, in another namespace. */
function isOf({ spans }: Trace, { service, namespace }: TraceQuery): boolean {
  return spans.some((span) => span.service === service && (span.attributes['k8s.namespace.name'] ?? namespace) === namespace);
}

/** Ids; of the service in any namespace where spans do not say theirs. */
async function search(
  port: TracesPort,
  kind: string,
  query: TraceQuery & { readonly service: string },
  { attempt, signal }: Looking,
): Promise<readonly string[] | undefined> {
  const found = await attempt('traces', `ask ${port.name} for ${kind} traces of ${query.service}`, async () => {
    const inNamespace = await port.search(query, signal);
    return inNamespace.traces.length > 0 ? inNamespace : port.search({ ...query, namespace: undefined }, signal);
  });
  return found?.traces.map(({ traceId }) => traceId);
}

/** Around the window: a trace may have begun before it, and end after it. */
async function fetchAll(
  port: TracesPort,
  ids: readonly string[],
  { start, end }: TimeWindow,
  { attempt, partial, signal }: Looking,
): Promise<readonly Trace[]> {
  const around = { start: start - 600_000, end: end + 600_000 };
  const traces = await Promise.all(
    ids.map((id) => attempt('traces', `ask ${port.name} for a trace`, () => port.trace(id, around, signal))),
  );
  const found = traces.filter((trace) => trace !== undefined);
  partial(
    'traces',
    `traces from ${port.name}`,
    found.flatMap(({ notes }) => notes),
  );
  return found.filter(({ spans }) => spans.length > 0);
}
