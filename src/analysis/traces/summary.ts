/** Traces summed up by operation (service and name) and by edge (caller's service to callee's). Times are in milliseconds. */
import { quantile } from '../robust.ts';
import { type Span, selfTimes, type TimedSpan } from './selfTime.ts';

export interface Operation {
  readonly service: string;
  readonly name: string;
  readonly count: number;
  readonly p95Ms: number;
  readonly selfP95Ms: number;
  readonly selfMeanMs: number;
  /** Shares of its spans that failed, and that failed without any of their children failing. */
  readonly errorRate: number;
  readonly ownErrorRate: number;
}

export interface Edge {
  readonly caller: string;
  readonly callee: string;
  readonly count: number;
  /** As the caller saw it, where the caller's client span is there. */
  readonly p95Ms: number;
  readonly errorRate: number;
}

export interface TraceSummary {
  readonly traces: number;
  readonly operations: ReadonlyMap<string, Operation>;
  readonly edges: ReadonlyMap<string, Edge>;
  /** Spans by service. */
  readonly spans: ReadonlyMap<string, number>;
}

export function summarise(spans: readonly Span[]): TraceSummary {
  const timed = selfTimes(spans);
  const operations = Map.groupBy(timed, ({ span }) => `${span.service}\n${span.name}`);
  const edges = Map.groupBy(timed.flatMap(callOf), ({ caller, callee }) => `${caller}\n${callee}`);
  return {
    traces: new Set(timed.map(({ span }) => span.traceId)).size,
    operations: new Map([...operations].map(([key, members]) => [key, operationOf(members)])),
    edges: new Map([...edges].map(([key, calls]) => [key, edgeOf(calls)])),
    spans: new Map([...Map.groupBy(timed, ({ span }) => span.service)].map(([service, members]) => [service, members.length])),
  };
}

function operationOf(members: readonly TimedSpan[]): Operation {
  const { service, name } = (members[0] as TimedSpan).span;
  return {
    service,
    name,
    count: members.length,
    p95Ms: quantile(
      members.map(({ span }) => span.durationMs),
      0.95,
    ) as number,
    selfP95Ms: quantile(
      members.map(({ selfMs }) => selfMs),
      0.95,
    ) as number,
    selfMeanMs: members.reduce((sum, { selfMs }) => sum + selfMs, 0) / members.length,
    errorRate: members.filter(({ span }) => span.error).length / members.length,
    ownErrorRate: members.filter(({ ownError }) => ownError).length / members.length,
  };
}

interface Call {
  readonly caller: string;
  readonly callee: string;
  readonly durationMs: number;
  readonly error: boolean;
}

function callOf({ span, parent, children }: TimedSpan): readonly Call[] {
  if (parent !== undefined && parent.service !== span.service) {
    const client = parent.kind === 'client' ? parent : span;
    return [{ caller: parent.service, callee: span.service, durationMs: client.durationMs, error: client.error || span.error }];
  }
  const unseen = span.peer !== undefined && !children.some(({ service }) => service !== span.service);
  return unseen ? [{ caller: span.service, callee: span.peer, durationMs: span.durationMs, error: span.error }] : [];
}

function edgeOf(calls: readonly Call[]): Edge {
  const { caller, callee } = calls[0] as Call;
  return {
    caller,
    callee,
    count: calls.length,
    p95Ms: quantile(
      calls.map(({ durationMs }) => durationMs),
      0.95,
    ) as number,
    errorRate: calls.filter(({ error }) => error).length / calls.length,
  };
}
