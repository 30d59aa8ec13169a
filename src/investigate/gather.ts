/**
 * Gathers everything that a diagnosis rests on: the cluster around the targets, what changed in Git, what the metrics say.
 *
 * Sources are asked side by side where one does not need the other. A source that fails or is late becomes a gap; this never throws for what
 * it could not see.
 */
import type { ObjectRef } from '../crds/common.ts';
import type { Gap } from '../crds/investigation.ts';
import type { KubeClient } from '../kube/client.ts';
import { type CallBudget, createCallBudget } from '../sources/budget.ts';
import { type ChangesPort, type ChangeWindow, type ObservedChange, observedCommit } from '../sources/changes.ts';
import { gapOf, SourceError } from '../sources/gap.ts';
import { readErrorLines } from '../sources/kubernetes/errorLines.ts';
import { gatherCluster } from '../sources/kubernetes/gather.ts';
import { evidenceKeys, objectName } from '../sources/kubernetes/names.ts';
import { createReader } from '../sources/kubernetes/reader.ts';
import type { Container, Pod, Snapshot } from '../sources/kubernetes/snapshot.ts';
import { type MetricsSource, workingSetQuery } from '../sources/prometheus.ts';
import type { Cleaner } from '../sources/text.ts';
import type { DashboardView } from './dashboards.ts';
import { causeOf, rankCauses } from './diagnose.ts';
import { withNeighbours } from './neighbours.ts';
import { rememberObjects } from './seenObjects.ts';
import { WEIGHTS } from './weights.ts';
import { type ChangeSources, whatChanged } from './whatChanged.ts';

export interface GatherDeps extends ChangeSources {
  readonly kube: KubeClient;
  readonly cleaner: Cleaner;
  readonly git?: ChangesPort | undefined;
  readonly metrics?: readonly MetricsSource[] | undefined;
}

export interface GatherOptions {
  readonly targets: readonly ObjectRef[];
  readonly window: ChangeWindow;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly calls: number;
  /** Aborts when the time is up. */
  readonly signal: AbortSignal;
  /** Looks for causes too: at Git and metrics, which say nothing about whether something is wrong now. */
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
  readonly calls: number;
}

const CALLS_AT_ONCE = 8;
/** Pods whose memory is asked for. */
const MOST_USAGES = 3;

export async function gather(deps: GatherDeps, options: GatherOptions): Promise<Gathered> {
  const budget = createCallBudget(options.calls, CALLS_AT_ONCE);
  const objects = rememberObjects(deps.kube);
  const reader = createReader({ kube: objects.kube, budget, signal: options.signal });
  const seen = await gatherCluster(reader, options, deps.cleaner);
  if (!options.causes) return { snapshot: seen, around: seen, changes: [], calls: budget.spent() };
  const snapshot = { ...seen, errorLines: await readErrorLines(reader, seen, deps.cleaner) };

  const gaps: Gap[] = [];
  const run: Run = { deps, options, budget, gaps };
  const [commits, pods] = await Promise.all([commitsOf(run, snapshot), withUsage(run, snapshot)]);
  const seenNow = { ...snapshot, pods };
  const near = saysWhy(seenNow) ? seenNow : await withNeighbours(reader, seenNow, deps.cleaner);
  const changed = await whatChanged(deps, { seen: objects, budget, cleaner: deps.cleaner, signal: options.signal }, near, commits);
  const { around, changes } = changed;
  const allGaps = [...new Map([...around.gaps, ...reader.gaps, ...gaps, ...changed.gaps].map((gap) => [gap.message, gap])).values()];
  return {
    snapshot: { ...seenNow, checks: around.checks, gaps: allGaps },
    around: { ...around, gaps: allGaps },
    changes,
    dashboards: changed.dashboards,
    calls: budget.spent(),
  };
}

/** A cause that lies deep enough explains the rest; one that is a symptom may have its cause in what the targets call. */
function saysWhy(snapshot: Snapshot): boolean {
  const cause = causeOf(rankCauses({ snapshot }).ranked);
  return cause !== undefined && WEIGHTS[cause.finding.reason].depth > SYMPTOMS_TO;
}

const SYMPTOMS_TO = 3;

interface Run {
  readonly deps: GatherDeps;
  readonly options: GatherOptions;
  readonly budget: CallBudget;
  readonly gaps: Gap[];
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

/** A source that does not heed its signal is left behind. */
function untilAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new SourceError('TimedOut', 'the time of this investigation was up'));
    if (signal.aborted) late();
    signal.addEventListener('abort', late, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', late));
  });
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

/** With the memory that killed containers used, where that is measured. */
async function withUsage(run: Run, { pods }: Snapshot): Promise<readonly Pod[]> {
  const killed = pods.filter(({ containers }) => containers.some(wasKilledForMemory)).slice(0, MOST_USAGES);
  if (killed.length === 0) return pods;
  const usages = new Map(await Promise.all(killed.map(async (pod) => [pod.uid, await usageOf(run, pod)] as const)));
  return pods.map((pod) => {
    const usage = usages.get(pod.uid);
    return usage === undefined ? pod : { ...pod, containers: pod.containers.map((container) => measured(pod, container, usage)) };
  });
}

const wasKilledForMemory = ({ state, lastState }: Container): boolean =>
  [state, lastState].some(({ terminated }) => terminated?.reason === 'OOMKilled');

/** Bytes by container, from the first source that knows the pod. */
async function usageOf(run: Run, { namespace, name }: Pod): Promise<ReadonlyMap<string, number>> {
  const { metrics = [] } = run.deps;
  if (metrics.length === 0) {
    const message = 'the memory that was used is not known: configure a Prometheus';
    run.gaps.push({ source: 'metrics', reason: 'NotConfigured', message });
  }
  for (const source of metrics) {
    const samples = await attempt(run, 'metrics', `ask ${source.name} for the memory of ${namespace}/${name}`, () =>
      source.instant(workingSetQuery(namespace, name), run.options.signal),
    );
    const known = (samples ?? []).flatMap(({ labels, value }) =>
      labels['container'] === undefined ? [] : [[labels['container'], value] as const],
    );
    if (known.length > 0) return new Map(known);
  }
  return new Map();
}

function measured({ namespace, name }: Pod, container: Container, usage: ReadonlyMap<string, number>): Container {
  const memoryBytes = usage.get(container.name);
  return memoryBytes === undefined ? container : { ...container, usage: { memoryBytes, evidence: evidenceKeys.memory(namespace, name) } };
}
