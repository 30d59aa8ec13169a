/**
 * A SigNoz, as far as it is asked: logs, spans and PromQL by `/api/v5/query_range`, names of metrics; behind an API key.
 *
 * It keeps the envelope and the refusals of the real one: null where there are no rows or series, zeros left out, numbers that are
 * none as text, 401 without a key, 400 with a code for a filter that it cannot parse and for a query type that it does not know.
 * Of its filters it knows comparisons joined by AND, and alternatives in parentheses. What a PromQL query gives is set by the test.
 * Source: https://signoz.io/docs/logs-management/logs-api/payload-model/ and https://signoz.io/docs/traces-management/trace-api/
 */
import { type Ask, type StandIn, startStandIn, type Told } from '../standin.ts';

export const SIGNOZ_KEY = 'signoz-standin-key';

export interface SignozWorld {
  readonly logs?: readonly { readonly at: number; readonly body: unknown; readonly resource: Readonly<Record<string, string>> }[];
  readonly spans?: readonly { readonly at: number; readonly columns: Readonly<Record<string, unknown>> }[];
  readonly promql?: Readonly<
    Record<
      string,
      readonly {
        readonly labels: Readonly<Record<string, string>>;
        readonly values: readonly (readonly [at: number, value: number | 'NaN'])[];
      }[]
    >
  >;
  readonly metricNames?: readonly string[];
  readonly warning?: string;
}

type Fields = Readonly<Record<string, unknown>>;

export function startSignozStandIn(world: SignozWorld): Promise<StandIn> {
  return startStandIn((ask) => {
    if (ask.headers['signoz-api-key'] !== SIGNOZ_KEY) return refusal(401, 'unauthenticated', 'unauthenticated');
    if (ask.method === 'GET' && ask.path === '/api/v2/metrics') return names(world);
    if (ask.method === 'POST' && ask.path === '/api/v5/query_range') return queryRange(world, ask);
    return { status: 200, body: '<!doctype html><title>SigNoz</title>' };
  });
}

const refusal = (status: number, code: string, message: string): Told => ({ status, body: { status: 'error', error: { code, message } } });

function names({ metricNames = [] }: SignozWorld): Told {
  const metrics = metricNames.length === 0 ? null : metricNames.map((metricName) => ({ metricName, type: 'gauge' }));
  return { status: 200, body: { status: 'success', data: { metrics } } };
}

interface Question {
  readonly start: number;
  readonly end: number;
  readonly requestType: string;
  readonly compositeQuery: { readonly queries: readonly { readonly type: string; readonly spec: Spec }[] };
}

interface Spec {
  readonly signal?: 'logs' | 'traces';
  readonly filter?: { readonly expression: string };
  readonly limit?: number;
  readonly order?: readonly { readonly direction: string }[];
  readonly selectFields?: readonly { readonly name: string }[];
  readonly query?: string;
  readonly stepInterval?: number;
}

function queryRange(world: SignozWorld, { body }: Ask): Told {
  const { start, end, requestType, compositeQuery } = JSON.parse(body) as Question;
  const [one] = compositeQuery.queries;
  if (one === undefined || start >= end) return refusal(400, 'invalid_input', 'invalid query range request');
  const { type, spec } = one;
  if (type === 'promql')
    return told(world, requestType, [{ queryName: 'A', aggregations: promqlSeries(world, spec.query ?? '', start, end) }]);
  if (type !== 'builder_query') return refusal(400, 'invalid_input', `unknown query type ${type}`);
  const matches = filterOf(spec.filter?.expression ?? '');
  if (matches === undefined) return refusal(400, 'invalid_input', 'Found 1 syntax errors while parsing the search expression.');
  const inside = (at: number): boolean => at >= start && at <= end;
  const logs = (world.logs ?? []).filter((log) => inside(log.at) && matches({ ...log.resource, body: log.body }));
  if (requestType === 'time_series')
    return told(world, requestType, [{ queryName: 'A', aggregations: counts(logs, (spec.stepInterval ?? 60) * 1000) }]);
  return told(world, requestType, [{ queryName: 'A', nextCursor: '', rows: rowsOf(spec, logs, spansOf(world, inside, matches)) }]);
}

const spansOf = ({ spans = [] }: SignozWorld, inside: (at: number) => boolean, matches: Matches): NonNullable<SignozWorld['spans']> =>
  spans.filter((span) => inside(span.at) && matches(span.columns));

/** Null where there are none. */
function rowsOf(spec: Spec, logs: NonNullable<SignozWorld['logs']>, spans: NonNullable<SignozWorld['spans']>): readonly object[] | null {
  const rows =
    spec.signal === 'logs'
      ? logs.map(({ at, body, resource }) => ({ at, data: { body, resources_string: resource, attributes_string: {} } }))
      : spans.map(({ at, columns }) => ({ at, data: selected(columns, spec) }));
  const sign = spec.order?.[0]?.direction === 'asc' ? 1 : -1;
  const sorted = rows.toSorted((a, b) => sign * (a.at - b.at)).slice(0, spec.limit ?? 100);
  return sorted.length === 0 ? null : sorted.map(({ at, data }) => ({ timestamp: new Date(at).toISOString(), data }));
}

const told = ({ warning }: SignozWorld, type: string, results: readonly unknown[]): Told => ({
  status: 200,
  body: {
    status: 'success',
    data: { type, meta: { rowsScanned: 1 }, warning: warning === undefined ? null : { message: warning }, data: { results } },
  },
});

const selected = (columns: Fields, { selectFields }: Spec): Fields =>
  Object.fromEntries((selectFields ?? []).flatMap(({ name }) => (name in columns ? [[name, columns[name]]] : [])));

function promqlSeries({ promql = {} }: SignozWorld, query: string, start: number, end: number): unknown {
  const found = promql[query] ?? [];
  if (found.length === 0) return null;
  const series = found.map(({ labels, values }) => ({
    labels: Object.entries(labels).map(([name, value]) => ({ key: { name }, value })),
    values: values
      .filter(([at]) => at >= start && at <= end)
      .map(([timestamp, value]) => (value === 0 ? { timestamp } : { timestamp, value })),
  }));
  return [{ index: 0, alias: '', series }];
}

function counts(logs: readonly { readonly at: number }[], stepMs: number): unknown {
  const groups = Map.groupBy(logs, ({ at }) => Math.floor(at / stepMs) * stepMs);
  const values = [...groups].map(([timestamp, all]) => ({ timestamp, value: all.length }));
  return values.length === 0 ? null : [{ index: 0, alias: '', series: [{ labels: null, values }] }];
}

type Matches = (fields: Fields) => boolean;

/** Undefined for what cannot be parsed. */
function filterOf(expression: string): Matches | undefined {
  const terms = split(expression, ' AND ');
  const parsed = terms.filter((term) => term !== '').map(termOf);
  return parsed.every((one) => one !== undefined) ? (fields) => parsed.every((one) => one(fields)) : undefined;
}

function termOf(term: string): Matches | undefined {
  if (term.startsWith('(') && term.endsWith(')')) {
    const parsed = split(term.slice(1, -1), ' OR ').map(termOf);
    return parsed.every((one) => one !== undefined) ? (fields) => parsed.some((one) => one(fields)) : undefined;
  }
  const [, key = '', operator, operand = ''] = /^([a-z0-9_.]+) (=|>=|IN|CONTAINS|REGEXP) (.+)$/su.exec(term) ?? [];
  if (operator === 'IN') return inList(key, operand);
  const value = literal(operand);
  if (value === undefined || operator === undefined) return undefined;
  if (operator === 'CONTAINS')
    return (fields) =>
      JSON.stringify(fields[key] ?? '')
        .toLowerCase()
        .includes(String(value).toLowerCase());
  if (operator === 'REGEXP') return (fields) => new RegExp(String(value), 'u').test(String(fields[key]));
  if (operator === '>=') return (fields) => Number(fields[key]) >= Number(value);
  return (fields) => fields[key] === value;
}

function inList(key: string, operand: string): Matches | undefined {
  if (!operand.startsWith('(') || !operand.endsWith(')')) return undefined;
  const values = new Set<unknown>(split(operand.slice(1, -1), ', ').map(literal));
  return values.has(undefined) ? undefined : (fields) => values.has(fields[key]);
}

function literal(text: string): string | number | boolean | undefined {
  const [, quoted] = /^'((?:[^'\\]|\\.)*)'$/su.exec(text) ?? [];
  if (quoted !== undefined) return quoted.replace(/\\(.)/gsu, '$1');
  if (text === 'true' || text === 'false') return text === 'true';
  return /^\d+$/u.test(text) ? Number(text) : undefined;
}

/** At `separator`s outside of quotes and parentheses. */
function split(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let isQuoted = false;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (isQuoted && letter === '\\') at += 1;
    else if (letter === "'") isQuoted = !isQuoted;
    else if (!isQuoted && letter === '(') depth += 1;
    else if (!isQuoted && letter === ')') depth -= 1;
    else if (!isQuoted && depth === 0 && text.startsWith(separator, at)) {
      parts.push(text.slice(from, at));
      from = at + separator.length;
      at = from - 1;
    }
  }
  return [...parts, text.slice(from)];
}
