/**
 * What traces through a workload say of calls: who calls whom, which calls began to fail or became slow against the day before, and where it
 * begins.
 *
 * How often is told from traces as they came, now and a day before (`compareTraces.ts`). Traces that were chosen because they failed tell where
 * only, and count as news only if none that failed was found a day before: some requests always fail.
 * Pure. Names come redacted and cleaned; identifiers in operations are cut out, so that one operation has one name.
 */
import { compareTraces, type EdgeChange, type Suspect } from '../../analysis/traces/compareTraces.ts';
import { type Span as AnalysedSpan, selfTimes } from '../../analysis/traces/selfTime.ts';
import { summarise } from '../../analysis/traces/summary.ts';
import type { Span, Trace } from '../traces.ts';
import { spanTree } from './spanTree.ts';
import type { TraceSignals } from './traceSignals.ts';

/** Names of services, as they send spans, or of hosts that send none. */
export interface ServiceCall {
  readonly caller: string;
  readonly callee: string;
}

export interface FailingOrigin {
  readonly service: string;
  readonly operation: string;
  /** Traces in which an error began here, of those that were chosen because they failed. */
  readonly traces: number;
  /** What the span says of its error; empty where it says nothing. */
  readonly said: string;
}

export interface CallReading {
  readonly source: string;
  readonly service: string;
  readonly calls: readonly ServiceCall[];
  /** Calls that fail more often than a day before. */
  readonly failing: readonly ServiceCall[];
  readonly slower: readonly ServiceCall[];
  /** Operations that became slower or began to fail themselves; the one with most of it first. */
  readonly suspects: readonly Suspect[];
  readonly changes: readonly EdgeChange[];
  /** Where errors begin, the most frequent first; empty when as many failed a day before. */
  readonly origins: readonly FailingOrigin[];
  readonly compared: { readonly now: number; readonly dayBefore: number };
  readonly failed: { readonly now: number; readonly dayBefore?: number | undefined };
  /** Namespaces of services that say theirs. */
  readonly namespaces: Readonly<Record<string, string>>;
  /** One trace that shows it, a line a span. */
  readonly example: readonly string[];
}

/** Of two that failed one may be a client that went away. */
const LEAST_FAILED = 2;
const MOST_CALLS = 100;

/** Undefined where there are no traces. */
export function callReadingOf({ source, service, now, dayBefore, failed, failedDayBefore }: TraceSignals): CallReading | undefined {
  const all = [...now, ...failed];
  if (source === undefined || all.length === 0) return undefined;
  const spansOf = (traces: readonly Trace[]): AnalysedSpan[] => traces.flatMap(({ spans }) => spans.map(analysed));
  const comparison = compareTraces(spansOf(now), spansOf(dayBefore));
  const { edges, suspects } = comparison.kind === 'compared' ? comparison : { edges: [], suspects: [] };
  const isNew = failed.length >= LEAST_FAILED && failedDayBefore === 0;
  const chosen = isNew ? failed : [];
  const changes = edges.filter(({ kind }) => kind === 'failing' || kind === 'slower');
  const failing = distinct([...changes.filter(({ kind }) => kind === 'failing'), ...failingIn(spansOf(chosen))]);
  const slower = distinct(changes.filter(({ kind }) => kind === 'slower'));
  return {
    source,
    service,
    calls: distinct([...summarise(spansOf(all)).edges.values()]).slice(0, MOST_CALLS),
    failing,
    slower,
    suspects,
    changes,
    origins: originsOf(chosen),
    compared: { now: now.length, dayBefore: dayBefore.length },
    failed: { now: failed.length, dayBefore: failedDayBefore },
    namespaces: Object.fromEntries(
      all.flatMap(({ spans }) =>
        spans.flatMap((span): [string, string][] => {
          const namespace = span.attributes['k8s.namespace.name'];
          return namespace === undefined ? [] : [[span.service, namespace]];
        }),
      ),
    ),
    example: exampleOf(all, failing.length > 0 || isNew, suspects),
  };
}

const distinct = (calls: readonly ServiceCall[]): ServiceCall[] => [
  ...new Map(calls.map(({ caller, callee }) => [`${caller}\n${callee}`, { caller, callee }])).values(),
];

function analysed({ attributes, parentId, name, ...span }: Span): AnalysedSpan {
  const { 'http.route': route } = attributes;
  const peer = attributes['peer.service'] ?? attributes['server.address'] ?? attributes['net.peer.name'];
  return {
    ...span,
    name: withoutIdentifiers(route === undefined || name.includes(route) ? name : `${name.split(' ', 1)[0] ?? ''} ${route}`),
    ...(parentId !== undefined && { parentId }),
    ...(peer !== undefined && span.kind === 'client' && { peer }),
  };
}

const IDENTIFIER = /\b(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16,64}|\d+)\b/giu;
const withoutIdentifiers = (name: string): string => name.replaceAll(IDENTIFIER, '*');

/** Calls that failed in each of several chosen traces. */
function failingIn(spans: readonly AnalysedSpan[]): ServiceCall[] {
  const byTrace = Map.groupBy(spans, ({ traceId }) => traceId);
  const counts = new Map<string, { readonly call: ServiceCall; count: number }>();
  for (const own of byTrace.values()) {
    for (const [key, edge] of summarise(own).edges) {
      if (edge.errorRate === 0) continue;
      const known = counts.get(key) ?? { call: edge, count: 0 };
      counts.set(key, { ...known, count: known.count + 1 });
    }
  }
  return [...counts.values()].filter(({ count }) => count >= LEAST_FAILED).map(({ call }) => call);
}

function originsOf(failed: readonly Trace[]): FailingOrigin[] {
  const began = failed.flatMap(({ spans }) => {
    const said = new Map(spans.map(({ spanId, attributes }) => [spanId, attributes['exception.message'] ?? attributes['status.message']]));
    const own = selfTimes(spans.map(analysed)).filter(({ ownError }) => ownError);
    const inTrace = own.map(({ span }) => ({ service: span.service, operation: span.name, said: said.get(span.spanId) ?? '' }));
    return [...new Map(inTrace.map((one) => [`${one.service}\n${one.operation}`, one])).values()];
  });
  return [...Map.groupBy(began, ({ service, operation }) => `${service}\n${operation}`).values()]
    .map((group) => ({ ...(group[0] as (typeof began)[number]), traces: group.length }))
    .filter(({ traces }) => traces >= LEAST_FAILED)
    .toSorted((a, b) => b.traces - a.traces);
}

/** One that failed where that is what changed; else the slowest in which the first suspect has a part. */
function exampleOf(traces: readonly Trace[], isFailing: boolean, [suspect]: readonly Suspect[]): readonly string[] {
  const shows = ({ spans }: Trace): boolean =>
    isFailing ? spans.some(({ error }) => error) : spans.some(({ service }) => service === suspect?.service);
  const lengthOf = ({ spans }: Trace): number => spans.reduce((most, { durationMs }) => Math.max(most, durationMs), 0);
  const [example] = traces.filter(shows).toSorted((a, b) => lengthOf(b) - lengthOf(a));
  return example === undefined ? [] : spanTree(example.spans);
}
