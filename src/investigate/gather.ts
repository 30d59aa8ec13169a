/**
 * Gathers everything that a diagnosis rests on: the cluster around the targets, what changed in Git, what telemetry says.
 *
 * Sources are asked side by side where one does not need the other. A source that fails or is late becomes a gap; this never throws for what
 * it could not see.
 */
import type { Clock } from '../clock.ts';
import type { ObjectRef } from '../crds/common.ts';
import type { Aftermath, Gap } from '../crds/investigation.ts';
import type { FindingReason } from '../crds/reasons.ts';
import type { KubeClient } from '../kube/client.ts';
import { type CallBudget, createCallBudget } from '../sources/budget.ts';
import { type ChangesPort, type ChangeWindow, type ObservedChange, observedCommit } from '../sources/changes.ts';
import { cleanGaps, gapOf } from '../sources/gap.ts';
import { readErrorLines } from '../sources/kubernetes/errorLines.ts';
import { gatherCluster } from '../sources/kubernetes/gather.ts';
import { objectName } from '../sources/kubernetes/names.ts';
import { createReader } from '../sources/kubernetes/reader.ts';
import { remembering } from '../sources/kubernetes/remembering.ts';
import type { Snapshot } from '../sources/kubernetes/snapshot.ts';
import type { TelemetryPorts } from '../sources/signalsOf.ts';
import type { Cleaner } from '../sources/text.ts';
import { type AfterFix, aftermathOf } from './aftermath.ts';
import type { DashboardView } from './dashboards.ts';
import { causeOf, rankCauses } from './diagnose.ts';
import { type SignalsRun, withSignals } from './gatherSignals.ts';
import { withNeighbours } from './neighbours.ts';
import { rememberObjects } from './seenObjects.ts';
import { WEIGHTS } from './weights.ts';
import { type ChangeSources, whatChanged } from './whatChanged.ts';
import { untilAborted } from './withDeadline.ts';

export interface GatherDeps extends ChangeSources {
  readonly kube: KubeClient;
  readonly cleaner: Cleaner;
  readonly git?: ChangesPort | undefined;
  readonly clock: Pick<Clock, 'setTimeout' | 'sleep'>;
  /** Absent: none of it is configured. */
  readonly telemetry?: TelemetryPorts | undefined;
}

export interface GatherOptions {
  readonly targets: readonly ObjectRef[];
  readonly window: ChangeWindow;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly calls: number;
  /** For all of it. */
  readonly milliseconds: number;
  /** Aborts when the time is up. */
  readonly signal: AbortSignal;
  /** The fix that is looked after; absent: the targets alone are looked at. */
  readonly fix?: AfterFix | undefined;
  /** Looks for causes too: at Git and telemetry, which say nothing about whether something is wrong now. */
  readonly causes: boolean;
}

export interface Gathered {
  /** The targets. */
  readonly snapshot: Snapshot;
  /** The targets and what they call, where the targets alone do not say why. */
  readonly around: Snapshot;
  /** Newest first. */
  readonly changes: readonly ObservedChange[];
  /** Where a person sees more of what was found. */
  readonly dashboards?: readonly DashboardView[] | undefined;
  /** Of a verification. */
  readonly aftermath?: Aftermath | undefined;
  readonly calls: number;
}

const CALLS_AT_ONCE = 8;
/** Of what is left, what telemetry may take: for the targets, and then for what they call. */
const TELEMETRY_SHARE = { time: 0.3, calls: 0.7 } as const;
const NOTHING_CONFIGURED: TelemetryPorts = { metrics: [], logs: [], traces: [] };

export async function gather(deps: GatherDeps, options: GatherOptions): Promise<Gathered> {
  const budget = createCallBudget(options.calls, CALLS_AT_ONCE);
  const objects = rememberObjects(deps.kube);
  const reader = remembering(createReader({ kube: objects.kube, budget, signal: options.signal, clock: deps.clock }));
  const seen = await gatherCluster(reader, options, deps.cleaner);
  if (!options.causes) {
    const snapshot = { ...seen, gaps: cleanGaps(seen.gaps, deps.cleaner) };
    const aftermath = options.fix && (await aftermathOf(reader, snapshot, options.fix, deps.cleaner));
    return { snapshot, around: snapshot, changes: [], aftermath, calls: budget.spent() };
  }
  const snapshot = { ...seen, errorLines: await readErrorLines(reader, seen, deps.cleaner) };

  const gaps: Gap[] = [];
  const run: Run = { deps, options, budget, gaps };
  const telemetry = telemetryOf(run);
  const [commits, seenNow] = await Promise.all([commitsOf(run, snapshot), withSignals(telemetry(), snapshot)]);
  const near = saysWhy(seenNow) ? seenNow : await withSignals(telemetry(), await withNeighbours(reader, seenNow, deps.cleaner));
  const changed = await whatChanged(deps, { seen: objects, budget, cleaner: deps.cleaner, signal: options.signal }, near, commits);
  const { around, changes } = changed;
  const cleaned = cleanGaps([...around.gaps, ...reader.gaps, ...gaps, ...changed.gaps], deps.cleaner);
  const allGaps = [...new Map(cleaned.map((gap) => [gap.message, gap])).values()];
  return {
    snapshot: { ...seenNow, checks: around.checks, gaps: allGaps },
    around: { ...around, gaps: allGaps },
    changes,
    dashboards: changed.dashboards,
    calls: budget.spent(),
  };
}

/**
 * A cause that lies deep enough explains the rest; one that is a symptom, or says only that something else is not reached, may have its cause in
 * what the targets call.
 */
function saysWhy(snapshot: Snapshot): boolean {
  const cause = causeOf(rankCauses({ snapshot }).ranked);
  return cause !== undefined && WEIGHTS[cause.finding.reason].depth > SYMPTOMS_TO && !OF_OTHERS.has(cause.finding.reason);
}

const SYMPTOMS_TO = 3;
const OF_OTHERS: ReadonlySet<FindingReason> = new Set(['DNSNameNotFound', 'DatabaseUnreachable']);

interface Run {
  readonly deps: GatherDeps;
  readonly options: GatherOptions;
  readonly budget: CallBudget;
  readonly gaps: Gap[];
}

/** Each time a share of what is left. */
function telemetryOf({ deps, options, budget }: Run): () => SignalsRun {
  let left = options.milliseconds;
  return () => {
    const milliseconds = TELEMETRY_SHARE.time * left;
    left -= milliseconds;
    const { telemetry: ports = NOTHING_CONFIGURED, clock } = deps;
    return { ports, clock, milliseconds, signal: options.signal, budget: budget.part(TELEMETRY_SHARE.calls, Number.POSITIVE_INFINITY) };
  };
}

/** Undefined when it failed; the gap is noted. */
async function attempt<T>({ budget, options, gaps }: Run, source: string, tried: string, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await budget.spend(() => untilAborted(ask(), options.signal));
  } catch (error) {
    gaps.push(gapOf(source, tried, error));
    return undefined;
  }
}

async function commitsOf(run: Run, { workloads }: Snapshot): Promise<ObservedChange[]> {
  const { deps, options, gaps } = run;
  const { git } = deps;
  if (git === undefined) {
    gaps.push({
      source: 'git',
      reason: 'NotConfigured',
      message: 'commits were not looked at; an operator that may read the repositories does',
    });
    return [];
  }
  const lists = await Promise.all(
    workloads.map(async ({ ref }) => {
      const found = await attempt(run, 'git', `read the commits behind ${objectName(ref)}`, () =>
        git.changesFor(ref, options.window, { signal: options.signal }),
      );
      return (found ?? []).map((change) => observedCommit(change, ref, deps.cleaner));
    }),
  );
  const commits = [...new Map(lists.flat().map((change) => [change.key, change])).values()];
  gaps.push(...commits.filter(({ fieldsKnown }) => !fieldsKnown).map(unknownFields));
  return commits;
}

const unknownFields = ({ commit = '', detail }: ObservedChange): Gap => ({
  source: 'git',
  reason: 'Malformed',
  message: `which fields commit ${commit.slice(0, 10)} changed is not known: ${detail.split('\n')[0] ?? ''}`,
});
