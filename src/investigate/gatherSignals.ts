/**
 * Asks telemetry about the workloads that look worst, and brings what it says into the snapshot: as `signals`, which analyzers judge; news of
 * their stored logs as lines that tell of trouble; memory as a series, and as what killed containers used.
 *
 * So many workloads as the calls allow. Each kind of source has a share of the calls, turns of its own and, together, a share of the time: a
 * slow one holds up neither the others nor the diagnosis, and what it did not say is a gap.
 */
import type { Clock } from '../clock.ts';
import type { ObjectRef } from '../crds/common.ts';
import type { Gap } from '../crds/investigation.ts';
import type { CallBudget } from '../sources/budget.ts';
import { evidenceKeys, objectName } from '../sources/kubernetes/names.ts';
import type { Container, ErrorLines, Metric, Pod, Series, Signals, Snapshot } from '../sources/kubernetes/snapshot.ts';
import { callReadingOf } from '../sources/signals/callReading.ts';
import { complaintsOf, isNews } from '../sources/signals/complaints.ts';
import type { SignalKind } from '../sources/signals/looking.ts';
import type { SignalName } from '../sources/signals/metricTable.ts';
import { subjectOf } from '../sources/signals/subjectOf.ts';
import { signalsOf, type TelemetryPorts } from '../sources/signalsOf.ts';
import { livingPods } from './containers.ts';
import { signalKey } from './signalRecords.ts';
import { untilAborted, withDeadline } from './withDeadline.ts';

export interface SignalsRun {
  readonly ports: TelemetryPorts;
  readonly clock: Pick<Clock, 'setTimeout'>;
  /** For all that is asked here. */
  readonly milliseconds: number;
  readonly signal: AbortSignal;
  /** Of telemetry alone. */
  readonly budget: CallBudget;
}

const MOST_WORKLOADS = 3;
/** What one workload takes where every kind of source is there. */
const CALLS_EACH = 60;
const SHARES = { metrics: 0.45, logs: 0.1, traces: 0.45 } as const satisfies Readonly<Record<SignalKind, number>>;
const AT_ONCE = 6;

/** Of the workloads in `snapshot` that were not asked about yet. */
export async function withSignals(run: SignalsRun, snapshot: Snapshot): Promise<Snapshot> {
  const budget = {
    metrics: run.budget.part(SHARES.metrics, AT_ONCE),
    logs: run.budget.part(SHARES.logs, AT_ONCE),
    traces: run.budget.part(SHARES.traces, AT_ONCE),
  };
  const chosen = worstOf(snapshot).slice(0, Math.max(1, Math.min(MOST_WORKLOADS, Math.floor(run.budget.left() / CALLS_EACH))));
  const gaps: Gap[] = [];
  const found = await withDeadline(
    run.clock,
    run.signal,
    run.milliseconds,
    (signal) =>
      Promise.all(
        chosen.map(async ({ ref, containers }): Promise<Signals> => {
          const spend = <T>(kind: SignalKind, call: () => Promise<T>): Promise<T> => budget[kind].spend(() => untilAborted(call(), signal));
          const said = await signalsOf(subjectOf({ ref, containers }, snapshot.pods), snapshot.window, run.ports, { spend, signal });
          gaps.push(...said.gaps);
          const { window, metrics, logs, traces } = said;
          const complaints = complaintsOf(logs, window);
          return { object: ref, window, metrics, complaints, logSource: logs.source, traces: callReadingOf(traces) };
        }),
      ),
    'the sources of telemetry',
  );
  return {
    ...snapshot,
    signals: [...snapshot.signals, ...found],
    errorLines: [...snapshot.errorLines, ...found.flatMap(newLines)],
    series: [...snapshot.series, ...found.flatMap(seriesOf)],
    pods: snapshot.pods.map((pod) => withUsage(pod, found)),
    gaps: [...snapshot.gaps, ...gaps],
  };
}

type Looked = Pick<Pod, 'containers'> & { readonly ref: ObjectRef };

/** What was killed for memory first, then what is not whole, then what complains most; then in the order of the targets. */
function worstOf(snapshot: Snapshot): readonly (Looked | Snapshot['workloads'][number])[] {
  const known = new Set(snapshot.signals.map(({ object }) => objectName(object)));
  const pods = livingPods(snapshot);
  const lone = pods.filter(({ owner }) => owner.kind === 'Pod').map(({ owner, containers }) => ({ ref: owner, containers }));
  const badness = ({ ref }: { readonly ref: ObjectRef }): number => {
    const own = pods.filter(({ owner }) => objectName(owner) === objectName(ref));
    const complaints = snapshot.errorLines.filter(({ owner }) => objectName(owner) === objectName(ref));
    const killed = own.some(({ containers }) => containers.some(wasKilledForMemory));
    const ill = own.some(({ ready, phase }) => !ready && phase !== 'Succeeded');
    return (killed ? 4 : 0) + (ill ? 2 : 0) + (complaints.length > 0 ? 1 : 0);
  };
  return [...snapshot.workloads, ...lone]
    .filter(({ ref }) => !known.has(objectName(ref)))
    .map((one) => ({ one, badness: badness(one) }))
    .toSorted((a, b) => b.badness - a.badness)
    .map(({ one }) => one);
}

const newLines = ({ object, complaints }: Signals): ErrorLines[] => {
  const lines = complaints.filter(isNews).map(({ sample, now }) => ({ text: sample, count: now }));
  return lines.length === 0 ? [] : [{ owner: object, lines, evidence: evidenceKeys.complaints(object) }];
};

/** Signals that other analyzers read as series, whoever measured them. */
const AS_SERIES: Partial<Record<SignalName, { readonly metric: Metric; readonly label: string }>> = {
  memoryUsage: { metric: 'memoryBytes', label: 'container' },
  volumeUsage: { metric: 'volumeUsedShare', label: 'persistentvolumeclaim' },
};

const seriesOf = ({ object, metrics }: Signals): Series[] =>
  metrics.flatMap(({ signal, labels, points }): Series[] => {
    const as = AS_SERIES[signal];
    if (as === undefined) return [];
    return [{ object, metric: as.metric, instance: labels[as.label], points, evidence: signalKey(object, { signal, labels }) }];
  });

const wasKilledForMemory = ({ state, lastState }: Container): boolean =>
  [state, lastState].some(({ terminated }) => terminated?.reason === 'OOMKilled');

/** With the most memory that killed containers used lately, where that is measured. */
function withUsage(pod: Pod, found: readonly Signals[]): Pod {
  const own = found.find(({ object }) => objectName(object) === objectName(pod.owner));
  if (own === undefined || !pod.containers.some(wasKilledForMemory)) return pod;
  const containers = pod.containers.map((container): Container => {
    const series = seriesOf(own).find(({ metric, instance }) => metric === 'memoryBytes' && instance === container.name);
    const used = (series?.points ?? []).filter(([at]) => at >= own.window.start).map(([, value]) => value);
    if (series === undefined || used.length === 0) return container;
    return { ...container, usage: { memoryBytes: Math.max(...used), evidence: series.evidence } };
  });
  return { ...pod, containers };
}
