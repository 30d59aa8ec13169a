/**
 * What tells whether a fix has helped beyond what its action always asks for: by what the diagnosis rested on, and by what can be seen.
 *
 * A fix for latency is verified by latency, one for what was logged by what is logged, and every one by what users notice and neighbours suffer. Levels
 * are where the signal was before it departed, by the rule that called it bad. Only what is measured is put in; what is not is said.
 */
import { BADNESS, type RisingSignal, stillGood } from '../analysis/badness.ts';
import { departureOf } from '../analysis/departure.ts';
import { DAY, HOUR, type Reading } from '../analysis/series.ts';
import type { ActionType } from '../crds/actions/actions.ts';
import { type JudgedSignal, WORSENING_SIGNALS } from '../crds/criteria.ts';
import type { InvestigationStatus, RootCause } from '../crds/investigation.ts';
import type { RemediationPolicy } from '../crds/kinds.ts';
import type { FindingReason } from '../crds/reasons.ts';
import type { AbortCriterion, Criterion, NotVerified } from '../crds/remediationPlan.ts';
import { citedComplaints } from '../domain/logEvidence.ts';
import { decidePolicy } from '../domain/policy.ts';
import { SourceError } from '../sources/gap.ts';
import type { Measurement, Measurements } from '../sources/measurements.ts';
import { measured, SIGNAL_WORDS } from './figures.ts';
import type { Workload } from './workload.ts';

export interface Choosing {
  readonly measurements: Measurements;
  readonly policies: readonly RemediationPolicy[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface ChooseInput {
  readonly action: ActionType;
  readonly workload: Workload;
  readonly rootCause: RootCause;
  readonly diagnosis: InvestigationStatus;
}

export interface ChosenCriteria {
  readonly success: readonly Criterion[];
  readonly abort: readonly AbortCriterion[];
  readonly notVerified: readonly NotVerified[];
}

const WITHIN_SECONDS = 900;
const WINDOW_SECONDS = 120;
const MEMORY_OF_LIMIT = 0.9;

/** By what trouble of a sort shows itself. */
const SHOWN_BY: Readonly<Partial<Record<FindingReason, JudgedSignal>>> = {
  LatencyIncreased: 'latencyP95',
  NetworkDelay: 'latencyP95',
  NodeNetworkDelay: 'latencyP95',
  DatabaseSlowQueries: 'latencyP95',
  ErrorRateIncreased: 'errorShare',
  DependencyFailing: 'errorShare',
  CPUThrottled: 'cpuThrottling',
  CPUSaturated: 'cpuUsage',
  ContainerOutOfMemory: 'memoryOfLimit',
  MemoryLeak: 'memoryOfLimit',
};

export async function chooseCriteria(input: ChooseInput, choosing: Choosing, signal?: AbortSignal): Promise<ChosenCriteria> {
  const { workload, rootCause } = input;
  const target = { kind: workload.kind, namespace: workload.namespace, name: workload.name };
  const asked = [...new Set([SHOWN_BY[rootCause.reason], ...WORSENING_SIGNALS].filter((name) => name !== undefined))];
  const found = await Promise.all(asked.map((name) => levelOf(name, input, choosing, signal)));
  const levels = found.flatMap((one) => ('level' in one ? [one] : []));
  const byPolicy = policyCriteria(
    input,
    choosing,
    found.some((one) => one.name === 'errorShare' && !('why' in one)),
  );
  const at = { target, withinSeconds: WITHIN_SECONDS };
  return {
    success: [
      ...(citedComplaints({ ...input.diagnosis, rootCause }).length > 0 ? [{ type: 'LogTemplateGone' as const, ...at }] : []),
      { type: 'NeighboursUnharmed', ...at },
      ...levels.map(({ name, level }) => ({ type: 'SignalWithin' as const, ...at, signal: { name, ...AT_MOST, level } })),
      ...byPolicy.success.map((criterion) => ({ ...criterion, target })),
    ],
    abort: WORSENING_SIGNALS.filter((name) => found.some((one) => one.name === name && !('why' in one))).map((name) => ({
      type: 'SignalWorsened',
      target,
      threshold: 1,
      signal: name,
    })),
    notVerified: [
      ...found.flatMap((one) => ('why' in one ? [{ what: SIGNAL_WORDS[one.name].title, why: one.why }] : [])),
      ...byPolicy.notVerified,
    ],
  };
}

const AT_MOST = { comparison: 'AtMost', windowSeconds: WINDOW_SECONDS } as const;

/** Where it has to get back to; why it can't be told; or neither, as it is measured and was never bad. */
type Level =
  | { readonly name: JudgedSignal }
  | { readonly name: JudgedSignal; readonly level: string }
  | { readonly name: JudgedSignal; readonly why: string };

async function levelOf(
  name: JudgedSignal,
  { workload, rootCause }: ChooseInput,
  choosing: Choosing,
  signal: AbortSignal | undefined,
): Promise<Level> {
  const { measurements, now } = choosing;
  if (measurements.sources.length === 0) return { name, why: 'no metrics are configured' };
  try {
    const recent = { start: now - 2 * HOUR, end: now };
    const present = await measurements.measure(measured(workload), name, recent, signal);
    if (present === undefined || present.series.length === 0) return { name, why: 'nobody measures it of this workload' };
    const past = await measurements.measure(measured(workload), name, { start: recent.start - DAY, end: now - DAY }, signal);
    const level = name === 'memoryOfLimit' ? MEMORY_OF_LIMIT : usualLevel(name, present, past);
    if (level !== undefined) return { name, level: decimalText(level) };
    const isWanted = SHOWN_BY[rootCause.reason] === name;
    return isWanted ? { name, why: 'its metrics do not show when it became bad, and so not where it has to get back to' } : { name };
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof SourceError)) throw error;
    return { name, why: error.message.slice(0, 256) };
  }
}

/** Below which it is not bad any more; undefined: it is not bad now. */
function usualLevel(name: JudgedSignal, present: Measurement, past: Measurement | undefined): number | undefined {
  const badness = BADNESS[name as RisingSignal];
  const levels = present.series.flatMap((series) => {
    const departure = departureOf(readings(series.points), readings(twinOf(series.labels, past)), badness);
    return departure === undefined ? [] : [stillGood(Math.max(departure.before, departure.dayBefore ?? 0), badness)];
  });
  return levels.length === 0 ? undefined : Math.max(...levels);
}

type Series = Measurement['series'][number];

function twinOf(labels: Series['labels'], past: Measurement | undefined): Series['points'] {
  const key = JSON.stringify(labels);
  return past?.series.find((one) => JSON.stringify(one.labels) === key)?.points ?? [];
}

const readings = (points: Series['points']): readonly Reading[] => points.map(([at, value]) => ({ at, value }));

/** Three digits that count, upwards: a level that is met exactly is met. */
function decimalText(value: number): string {
  const step = 10 ** (Math.floor(Math.log10(Math.max(value, 1e-6))) - 2);
  return String(Number((Math.ceil(value / step - 1e-9) * step).toFixed(9)));
}

/** What an administrator wants to hold for the workload. */
function policyCriteria(
  { action, workload }: ChooseInput,
  { policies, measurements }: Choosing,
  hasErrors: boolean,
): { readonly success: readonly Criterion[]; readonly notVerified: readonly NotVerified[] } {
  const { namespace, labels } = workload;
  const { policy } = decidePolicy(policies, { namespace, labels, actions: [action], protectedNamespaces: [] });
  const { objectivePercent, criteria = [] } = policy?.spec ?? {};
  if (policy === undefined) return { success: [], notVerified: [] };
  if (measurements.sources.length === 0)
    return { success: [], notVerified: criteria.map(({ name }) => ({ what: name, why: 'no metrics are configured' })) };
  const own = criteria.map(({ name, withinSeconds }) => ({
    type: 'QueryWithin' as const,
    withinSeconds,
    query: { policy: policy.metadata.name, name },
  }));
  if (objectivePercent === undefined) return { success: own, notVerified: [] };
  if (!hasErrors)
    return { success: own, notVerified: [{ what: `error budget of ${objectivePercent} %`, why: 'nobody measures its errors' }] };
  return { success: [{ type: 'BurnRateWithin', withinSeconds: WITHIN_SECONDS, burnRate: { objectivePercent } }, ...own], notVerified: [] };
}
