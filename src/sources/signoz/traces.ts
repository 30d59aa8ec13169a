/** SigNoz as a port of traces: its rows are spans; a search gives the traces that they belong to. */
import { createSpanCleaner, type SpanCleaner } from '../spanText.ts';
import type { Cleaner } from '../text.ts';
import {
  DEFAULT_TRACES,
  MAX_SPANS,
  MAX_TRACES,
  type Span,
  type SpanKind,
  type TraceQuery,
  type TraceSummary,
  type TracesPort,
} from '../traces.ts';
import { quotedText, type Row, type SignozQueries, textOf } from './query.ts';

const COLUMNS = [
  'trace_id',
  'span_id',
  'parent_span_id',
  'name',
  'service.name',
  'duration_nano',
  'has_error',
  'kind_string',
  'status_message',
];
const ATTRIBUTES = [
  'http.method',
  'http.request.method',
  'http.route',
  'http.status_code',
  'http.response.status_code',
  'db.system',
  'db.operation',
  'server.address',
  'net.peer.name',
  'peer.service',
  'rpc.service',
  'rpc.method',
  'k8s.namespace.name',
  'k8s.pod.name',
  'exception.type',
  'exception.message',
];
/** Several spans of one trace may match. */
const SPANS_A_TRACE = 5;
const KINDS: readonly SpanKind[] = ['server', 'client', 'producer', 'consumer', 'internal'];

export function createSignozTraces(name: string, queries: SignozQueries, cleaner: Cleaner): TracesPort {
  return {
    name,
    async search(query, signal) {
      const limit = Math.min(query.limit ?? DEFAULT_TRACES, MAX_TRACES);
      const one = { signal: 'traces', filter: searchFilter(query), limit: limit * SPANS_A_TRACE, fields: COLUMNS } as const;
      const { rows, notes } = await queries.rows(one, query.window, signal);
      const clean = createSpanCleaner(cleaner);
      const spans = rows.flatMap((row) => spanOf(row, clean) ?? []);
      const traces = [...Map.groupBy(spans, ({ traceId }) => traceId).values()].map(summaryOf);
      const more = rows.length >= one.limit || traces.length > limit ? [`it stops at ${limit} traces; there may be more`] : [];
      return { traces: traces.slice(0, limit), notes: [...notes, ...more] };
    },
    async trace(traceId, window, signal) {
      const filter = `trace_id = ${quotedText(traceId.toLowerCase())}`;
      const one = { signal: 'traces', filter, limit: MAX_SPANS, fields: [...COLUMNS, ...ATTRIBUTES], order: 'asc' } as const;
      const { rows, notes } = await queries.rows(one, window, signal);
      const clean = createSpanCleaner(cleaner);
      const spans = rows.flatMap((row) => spanOf(row, clean) ?? []);
      const more = rows.length >= MAX_SPANS ? [`${MAX_SPANS} spans of it were looked at; it has more`] : [];
      return { spans: spans.toSorted((a, b) => a.startMs - b.startMs), notes: [...notes, ...more] };
    },
  };
}

function searchFilter({ service, namespace, errorsOnly = false, minDurationMs }: TraceQuery): string {
  return [
    ...(service === undefined ? [] : [`service.name = ${quotedText(service)}`]),
    ...(namespace === undefined ? [] : [`k8s.namespace.name = ${quotedText(namespace)}`]),
    ...(errorsOnly ? ['has_error = true'] : []),
    ...(minDurationMs === undefined ? [] : [`duration_nano >= ${Math.max(0, Math.round(minDurationMs * 1e6))}`]),
  ].join(' AND ');
}

/** The root, if it is among those that matched, else the longest. */
function summaryOf(spans: readonly Span[]): TraceSummary {
  const longest = spans.reduce((a, b) => (b.durationMs > a.durationMs ? b : a));
  const { traceId, service, name, startMs, durationMs } = spans.find(({ parentId }) => parentId === undefined) ?? longest;
  return { traceId, service, name, startMs, durationMs };
}

function spanOf({ timestamp, data }: Row, clean: SpanCleaner): Span | undefined {
  const traceId = textOf(data['trace_id']).toLowerCase();
  const spanId = textOf(data['span_id']).toLowerCase();
  const parentId = textOf(data['parent_span_id']).toLowerCase();
  const startMs = Date.parse(timestamp ?? textOf(data['timestamp']));
  const nanoseconds = Number(data['duration_nano'] ?? Number.NaN);
  if (!/^[0-9a-f]{32}$/u.test(traceId) || !/^[0-9a-f]{16}$/u.test(spanId)) return undefined;
  if (!Number.isFinite(startMs) || !Number.isFinite(nanoseconds)) return undefined;
  const word = textOf(data['kind_string']).toLowerCase();
  return {
    traceId,
    spanId,
    parentId: /^[0-9a-f]{16}$/u.test(parentId) ? parentId : undefined,
    service: clean.name(textOf(data['service.name']) || 'unknown'),
    name: clean.name(textOf(data['name'])),
    startMs,
    durationMs: Math.max(0, Math.round(nanoseconds / 1000) / 1000),
    error: data['has_error'] === true,
    kind: KINDS.find((kind) => kind === word) ?? 'internal',
    attributes: clean.attributes({ ...data, 'status.message': data['status_message'] }),
  };
}
