/**
 * A Tempo of version 2, as far as its HTTP API is asked: traces by id in both versions, search by TraceQL, values of a tag.
 *
 * It takes OTLP in JSON, and gives ids in base64 as protobuf's JSON has them, ids in search without the zeros at their beginning,
 * refusals as plain text with Tempo's statuses, and 206 for a trace that was marked as partial. Of TraceQL it knows comparisons
 * joined by `&&` in one pair of braces; what else it is given it refuses, as Tempo refuses what it cannot parse.
 * Source: https://grafana.com/docs/tempo/latest/api_docs/
 */
import { type Ask, type StandIn, startStandIn, type Told } from '../standin.ts';

export interface OtlpSpan {
  /** Hexadecimal. */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly OtlpAttribute[];
  readonly status?: { readonly code?: string; readonly message?: string };
  readonly events?: readonly { readonly name: string; readonly attributes?: readonly OtlpAttribute[] }[];
}

export interface OtlpAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

export interface OtlpResource {
  readonly resource: { readonly attributes: readonly OtlpAttribute[] };
  readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
}

export interface TempoOptions {
  /** Demands this tenant in X-Scope-OrgID. */
  readonly tenant?: string;
  /** Has no second version of traces by id, as before 2.7. */
  readonly isOld?: boolean;
  /** Longest window of a search; Tempo's default is 168 hours. */
  readonly maxSearchHours?: number;
}

export interface TempoStandIn extends StandIn {
  push(resources: readonly OtlpResource[]): void;
  /** Blocks of this trace cannot be read from now on. */
  breakTrace(traceId: string): void;
}

export async function startTempoStandIn({ tenant, isOld = false, maxSearchHours = 168 }: TempoOptions = {}): Promise<TempoStandIn> {
  const stored: OtlpResource[] = [];
  const broken = new Set<string>();
  const standIn = await startStandIn((ask) => {
    if (tenant !== undefined && ask.headers['x-scope-orgid'] !== tenant) return { status: 401, body: 'no org id' };
    if (ask.method !== 'GET') return { status: 405, body: '' };
    const [, version, id] = /^\/api\/(v2\/)?traces\/([^/]+)$/u.exec(ask.path) ?? [];
    if (id !== undefined && !(isOld && version !== undefined)) return traceById(stored, broken, id, version === undefined ? 1 : 2);
    if (ask.path === '/api/search') return search(stored, ask, maxSearchHours);
    if (ask.path === '/api/v2/search/tag/resource.service.name/values') return services(stored);
    return { status: 404, body: '404 page not found\n' };
  });
  return { ...standIn, push: (resources) => void stored.push(...resources), breakTrace: (id) => void broken.add(id) };
}

function traceById(stored: readonly OtlpResource[], broken: ReadonlySet<string>, id: string, version: 1 | 2): Told {
  if (!/^[0-9a-fA-F]{1,32}$/u.test(id)) return { status: 400, body: 'trace IDs can only contain hex characters' };
  const wanted = id.toLowerCase().padStart(32, '0');
  const found = stored.flatMap(({ resource, scopeSpans }) => {
    const spans = scopeSpans.flatMap((scope) => scope.spans).filter(({ traceId }) => traceId === wanted);
    return spans.length === 0 ? [] : [{ resource, scopeSpans: [{ scope: {}, spans: spans.map(inBase64) }] }];
  });
  if (found.length === 0) return version === 1 ? { status: 404, body: 'trace not found' } : { status: 404, body: '' };
  const isPartial = broken.has(wanted);
  if (version === 1) return { status: isPartial ? 206 : 200, body: { batches: found } };
  const state = isPartial ? { status: 'PARTIAL', message: 'some blocks could not be read' } : { status: 'COMPLETE' };
  return { status: 200, body: { trace: { resourceSpans: found }, metrics: {}, ...state } };
}

const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');
const inBase64 = ({ traceId, spanId, parentSpanId, ...rest }: OtlpSpan): object => ({
  traceId: base64(traceId),
  spanId: base64(spanId),
  ...(parentSpanId !== undefined && { parentSpanId: base64(parentSpanId) }),
  ...rest,
});

function search(stored: readonly OtlpResource[], { query }: Ask, maxHours: number): Told {
  const start = Number(query.get('start') ?? 0);
  const end = Number(query.get('end') ?? 0);
  if (start >= end) return { status: 400, body: `http parameter start must be before end. received start=${start} end=${end}` };
  const longest = maxHours * 3600;
  if (end - start > longest) {
    return { status: 400, body: `range specified by start and end exceeds ${maxHours}h0m0s. received start=${start} end=${end}` };
  }
  const matches = conditionsOf(query.get('q') ?? '{}');
  if (matches === undefined) return { status: 400, body: 'invalid TraceQL query: parse error at line 1, col 3: syntax error' };
  const limit = Number(query.get('limit') ?? 20);
  const spans = stored.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap((scope) => scope.spans).map((span) => ({ resource, span })),
  );
  const found = spans.filter(({ resource, span }) => inside(span, start, end) && matches(resource.attributes, span));
  const ids = [...new Set(found.map(({ span }) => span.traceId))].slice(0, limit);
  const traces = ids.map((id) =>
    summaryOf(
      id,
      spans.filter(({ span }) => span.traceId === id),
    ),
  );
  return { status: 200, body: { traces, metrics: { inspectedTraces: ids.length, inspectedBytes: '1024', totalBlocks: 1 } } };
}

const inside = ({ startTimeUnixNano }: OtlpSpan, start: number, end: number): boolean => {
  const seconds = Number(BigInt(startTimeUnixNano) / 1_000_000_000n);
  return seconds >= start && seconds <= end;
};

function summaryOf(id: string, spans: readonly { readonly resource: OtlpResource['resource']; readonly span: OtlpSpan }[]): object {
  const root = spans.find(({ span }) => span.parentSpanId === undefined);
  const starts = spans.map(({ span }) => BigInt(span.startTimeUnixNano)).toSorted((a, b) => (a < b ? -1 : 1));
  const ends = spans.map(({ span }) => BigInt(span.endTimeUnixNano)).toSorted((a, b) => (a < b ? 1 : -1));
  const first = starts[0] ?? 0n;
  const durationMs = Number(((ends[0] ?? 0n) - first) / 1_000_000n);
  return {
    traceID: id.replace(/^0+/u, ''),
    rootServiceName: root === undefined ? '<root span not yet received>' : textOf(root.resource.attributes, 'service.name'),
    rootTraceName: root?.span.name ?? '',
    startTimeUnixNano: String(first),
    ...(durationMs > 0 && { durationMs }),
  };
}

function textOf(attributes: readonly OtlpAttribute[], key: string): string {
  const value = attributes.find((one) => one.key === key)?.value['stringValue'];
  return typeof value === 'string' ? value : '';
}

type Matches = (resource: readonly OtlpAttribute[], span: OtlpSpan) => boolean;

interface Condition {
  readonly matches: Matches;
  readonly length: number;
}

/** Undefined for what cannot be parsed. */
function conditionsOf(q: string): Matches | undefined {
  const [, inner] = /^\{(.*)\}$/su.exec(q.trim()) ?? [];
  if (inner === undefined) return undefined;
  const conditions: Matches[] = [];
  for (let rest = inner.trim(); rest !== ''; ) {
    const condition = textCondition(rest) ?? statusCondition(rest) ?? durationCondition(rest);
    if (condition === undefined) return undefined;
    conditions.push(condition.matches);
    const after = rest.slice(condition.length).trim();
    if (after !== '' && !after.startsWith('&& ')) return undefined;
    rest = after.slice(3).trim();
  }
  return (resource, span) => conditions.every((condition) => condition(resource, span));
}

function textCondition(rest: string): Condition | undefined {
  const [whole, key = '', literal = ''] = /^resource\.([a-z0-9._]+) = "((?:[^"\\]|\\.)*)"/su.exec(rest) ?? [];
  if (whole === undefined) return undefined;
  const value = literal.replace(/\\(.)/gsu, (_, letter: string) => (letter === 'n' ? '\n' : letter));
  return { length: whole.length, matches: (resource) => textOf(resource, key) === value };
}

function statusCondition(rest: string): Condition | undefined {
  const whole = 'status = error';
  return rest.startsWith(whole) ? { length: whole.length, matches: (_, span) => span.status?.code === 'STATUS_CODE_ERROR' } : undefined;
}

function durationCondition(rest: string): Condition | undefined {
  const [whole, milliseconds = ''] = /^duration >= (\d+)ms/u.exec(rest) ?? [];
  if (whole === undefined) return undefined;
  const least = BigInt(milliseconds) * 1_000_000n;
  return { length: whole.length, matches: (_, span) => BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano) >= least };
}

function services(stored: readonly OtlpResource[]): Told {
  const names = new Set(stored.map(({ resource }) => textOf(resource.attributes, 'service.name')));
  return { status: 200, body: { tagValues: [...names].map((value) => ({ type: 'string', value })), metrics: {} } };
}
