/**
 * Traces now against traces of a baseline: which operation became slow or began to fail *itself*, and which edges changed.
 *
 * An operation is a suspect when the p95 of its self time grew to `factor` times the baseline's and by `leastMs`, or when its own errors
 * (none of its children failed) rose. Callers that only wait for a suspect, or pass its errors on, are no suspects; those that wait are listed
 * apart. Suspects are ranked by the share of all extra time (of all own errors) that is theirs. What has no counterpart in the baseline
 * has nothing to be slower than: it shows as a new edge only.
 *
 * Self time as the measure follows the critical path argument of MicroRank (Yu et al., WWW 2021) and of Sambasivan et al., "Diagnosing
 * performance changes by comparing request flows" (NSDI 2011), which also has the structural differences: edges that are new or gone.
 */
import type { Span } from './selfTime.ts';
import { type Edge, type Operation, summarise, type TraceSummary } from './summary.ts';

interface NowAndBefore {
  readonly now: number;
  readonly baseline: number;
}

export interface Suspect {
  readonly kind: 'slower' | 'failing';
  readonly service: string;
  readonly name: string;
  /** Of all self time that was added, or of all errors that began somewhere, 0 to 1. */
  readonly share: number;
  readonly p95Ms: NowAndBefore;
  readonly selfP95Ms: NowAndBefore;
  readonly ownErrorRate: NowAndBefore;
  /** Spans. */
  readonly count: NowAndBefore;
}

export interface EdgeChange {
  readonly kind: 'slower' | 'failing' | 'new' | 'missing';
  readonly caller: string;
  readonly callee: string;
  readonly p95Ms: Partial<NowAndBefore>;
  readonly errorRate: Partial<NowAndBefore>;
  readonly count: NowAndBefore;
}

export type TraceComparison =
  | {
      readonly kind: 'compared';
      readonly suspects: readonly Suspect[];
      /** Operations that became slower while their self time did not. */
      readonly waiting: readonly Pick<Operation, 'service' | 'name'>[];
      readonly edges: readonly EdgeChange[];
      readonly traces: NowAndBefore;
    }
  | { readonly kind: 'not enough traces'; readonly traces: NowAndBefore; readonly need: number };

export interface CompareOptions {
  /** 1.5 if not said. */
  readonly factor?: number;
  /** 10 if not said: what nobody waits for is no matter. */
  readonly leastMs?: number;
  /** Spans (calls, traces) on both sides for a comparison to mean something; 10 if not said. */
  readonly leastCount?: number;
  /** A share; 0.05 if not said. Beside it, the rise must be beyond chance: three standard errors. */
  readonly leastErrorRise?: number;
}
type Limits = Required<CompareOptions>;

const DEFAULTS: Limits = { factor: 1.5, leastMs: 10, leastCount: 10, leastErrorRise: 0.05 };
const STANDARD_ERRORS = 3;

export function compareTraces(now: readonly Span[], baseline: readonly Span[], options: CompareOptions = {}): TraceComparison {
  const limits = { ...DEFAULTS, ...options };
  const [current, before] = [summarise(now), summarise(baseline)];
  const traces = { now: current.traces, baseline: before.traces };
  if (Math.min(traces.now, traces.baseline) < limits.leastCount) return { kind: 'not enough traces', traces, need: limits.leastCount };

  const pairs = [...current.operations].flatMap(([key, operation]): OperationPair[] => {
    const earlier = before.operations.get(key);
    const enough = earlier !== undefined && Math.min(operation.count, earlier.count) >= limits.leastCount;
    return enough ? [{ now: operation, baseline: earlier }] : [];
  });
  return {
    kind: 'compared',
    suspects: [...slower(pairs, limits), ...failing(pairs, limits)].toSorted(mostShareFirst),
    waiting: pairs
      .filter((pair) => grew(pair, 'p95Ms', limits) && !grew(pair, 'selfP95Ms', limits))
      .map(({ now: { service, name } }) => ({ service, name })),
    edges: edgeChanges(current, before, limits),
    traces,
  };
}

interface OperationPair {
  readonly now: Operation;
  readonly baseline: Operation;
}

function slower(pairs: readonly OperationPair[], limits: Limits): Suspect[] {
  const extraMs = ({ now, baseline }: OperationPair): number => Math.max(0, now.selfMeanMs - baseline.selfMeanMs) * now.count;
  const all = pairs.reduce((sum, pair) => sum + extraMs(pair), 0);
  return pairs
    .filter((pair) => grew(pair, 'selfP95Ms', limits))
    .map((pair) => suspect('slower', pair, all === 0 ? 0 : extraMs(pair) / all));
}

function failing(pairs: readonly OperationPair[], limits: Limits): Suspect[] {
  const errors = ({ now }: OperationPair): number => now.ownErrorRate * now.count;
  const all = pairs.reduce((sum, pair) => sum + errors(pair), 0);
  return pairs
    .filter(({ now, baseline }) =>
      rose({ rate: now.ownErrorRate, count: now.count }, { rate: baseline.ownErrorRate, count: baseline.count }, limits),
    )
    .map((pair) => suspect('failing', pair, errors(pair) / all));
}

function suspect(kind: Suspect['kind'], { now, baseline }: OperationPair, share: number): Suspect {
  const both = (field: 'p95Ms' | 'selfP95Ms' | 'ownErrorRate' | 'count'): NowAndBefore => ({ now: now[field], baseline: baseline[field] });
  const { service, name } = now;
  return {
    kind,
    service,
    name,
    share,
    p95Ms: both('p95Ms'),
    selfP95Ms: both('selfP95Ms'),
    ownErrorRate: both('ownErrorRate'),
    count: both('count'),
  };
}

function mostShareFirst(a: Suspect, b: Suspect): number {
  return b.share - a.share || (`${a.service}\n${a.name}` < `${b.service}\n${b.name}` ? -1 : 1);
}

function grew<Field extends string>(
  { now, baseline }: { readonly now: Readonly<Record<Field, number>>; readonly baseline: Readonly<Record<Field, number>> },
  field: Field,
  { factor, leastMs }: Limits,
): boolean {
  return now[field] >= factor * baseline[field] && now[field] - baseline[field] >= leastMs;
}

interface Share {
  readonly rate: number;
  readonly count: number;
}

/** By the test of two proportions with their pooled rate. */
function rose(now: Share, baseline: Share, { leastErrorRise }: Limits): boolean {
  const rise = now.rate - baseline.rate;
  const pooled = (now.rate * now.count + baseline.rate * baseline.count) / (now.count + baseline.count);
  const standardError = Math.sqrt(pooled * (1 - pooled) * (1 / now.count + 1 / baseline.count));
  return rise >= leastErrorRise && rise > 0 && rise >= STANDARD_ERRORS * standardError;
}

function edgeChanges(current: TraceSummary, before: TraceSummary, limits: Limits): EdgeChange[] {
  const keys = new Set([...current.edges.keys(), ...before.edges.keys()]);
  return [...keys].toSorted().flatMap((key): EdgeChange[] => {
    const [now, baseline] = [current.edges.get(key), before.edges.get(key)];
    const { caller, callee } = (now ?? baseline) as Edge;
    return edgeKinds(now, baseline, { current, before, limits }).map((kind) => ({
      kind,
      caller,
      callee,
      p95Ms: known(now?.p95Ms, baseline?.p95Ms),
      errorRate: known(now?.errorRate, baseline?.errorRate),
      count: { now: now?.count ?? 0, baseline: baseline?.count ?? 0 },
    }));
  });
}

interface Sides {
  readonly current: TraceSummary;
  readonly before: TraceSummary;
  readonly limits: Limits;
}

function edgeKinds(now: Edge | undefined, baseline: Edge | undefined, { current, before, limits }: Sides): EdgeChange['kind'][] {
  if (now === undefined) return baseline !== undefined && wouldBeSeen(baseline, before, current, limits) ? ['missing'] : [];
  if (baseline === undefined) return wouldBeSeen(now, current, before, limits) ? ['new'] : [];
  if (Math.min(now.count, baseline.count) < limits.leastCount) return [];
  const kinds: EdgeChange['kind'][] = [];
  if (rose(errorsOf(now), errorsOf(baseline), limits)) kinds.push('failing');
  if (grew({ now, baseline }, 'p95Ms', limits)) kinds.push('slower');
  return kinds;
}

const errorsOf = ({ errorRate, count }: Edge): Share => ({ rate: errorRate, count });

/** Whether an edge of one side, were it as frequent on the other, would have shown there: its caller was at work often enough. */
function wouldBeSeen({ caller, count }: Edge, here: TraceSummary, there: TraceSummary, { leastCount }: Limits): boolean {
  const callsPerSpan = count / (here.spans.get(caller) as number);
  return count >= leastCount && callsPerSpan * (there.spans.get(caller) ?? 0) >= leastCount;
}

function known(now: number | undefined, baseline: number | undefined): Partial<NowAndBefore> {
  return { ...(now === undefined ? {} : { now }), ...(baseline === undefined ? {} : { baseline }) };
}
