/**
 * Traces through one workload: some that failed, some that were slow, and some of the same time a day before to compare them with.
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
  readonly failed: readonly Trace[];
  /** Without those that failed. */
  readonly slow: readonly Trace[];
  /** Of any kind, a day before. */
  readonly dayBefore: readonly Trace[];
}

export interface TraceOptions {
  /** From here on a request counts as slow. */
  readonly slowMs?: number | undefined;
}

const DAY_MS = 24 * 3_600_000;
const SLOW_MS = 500;
const EACH = 4;
const BEFORE = 8;

export async function traceSignals(
  subject: Subject,
  window: TimeWindow,
  ports: readonly TracesPort[],
  looking: Looking,
  { slowMs = SLOW_MS }: TraceOptions = {},
): Promise<TraceSignals> {
  const { service = subject.name } = subject;
  let answered: TraceSignals | undefined;
  for (const port of ports) {
    const found = await fromPort(port, { service, namespace: subject.namespace, window }, slowMs, looking);
    if (found !== undefined && found.failed.length + found.slow.length + found.dayBefore.length > 0) return found;
    answered ??= found;
  }
  return answered ?? { service, failed: [], slow: [], dayBefore: [] };
}

/** Undefined when nothing could be searched. */
async function fromPort(
  port: TracesPort,
  query: TraceQuery & { readonly service: string },
  slowMs: number,
  looking: Looking,
): Promise<TraceSignals | undefined> {
  const { service, window } = query;
  const past = earlier(DAY_MS, window);
  const searched = (kind: string, more: Partial<TraceQuery>): Promise<readonly string[] | undefined> =>
    search(port, kind, { ...query, ...more }, looking);
  const [failed, slow, before] = await Promise.all([
    searched('failed', { errorsOnly: true, limit: EACH }),
    searched('slow', { minDurationMs: slowMs, limit: EACH }),
    searched('earlier', { window: past, limit: BEFORE }),
  ]);
  if (failed === undefined && slow === undefined && before === undefined) return undefined;
  const alreadyFailed = new Set(failed);
  const inFull = async (ids: readonly string[] = [], over: TimeWindow = window): Promise<readonly Trace[]> =>
    (await fetchAll(port, ids, over, looking)).filter((trace) => isOf(trace, query));
  const [failedTraces, slowTraces, dayBefore] = await Promise.all([
    inFull(failed),
    inFull(slow?.filter((id) => !alreadyFailed.has(id))),
    inFull(before, past),
  ]);
  return { source: port.name, service, failed: failedTraces, slow: slowTraces, dayBefore };
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
