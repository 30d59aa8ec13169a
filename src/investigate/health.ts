/**
 * Whether the targets are well now, as far as it was seen: healthy only when everything that was asked for was seen and is complete.
 *
 * "Not seen" is never "healthy". A workload that is scaled to zero serves nobody and is not healthy either, whoever asked for it.
 */
import type { Snapshot, Workload } from '../sources/kubernetes/snapshot.ts';
import { lastEnd, livingPods } from './containers.ts';
import { quoteUnlessToken } from './quote.ts';

export function isHealthy(snapshot: Snapshot): boolean {
  const { workloads, missing, unseen } = snapshot;
  const pods = livingPods(snapshot);
  const looked = workloads.length + pods.length > 0;
  return looked && missing.length === 0 && unseen.length === 0 && workloads.every(isWhole) && pods.every(({ ready }) => ready);
}

const isWhole = (workload: Workload): boolean => workload.complete && workload.podsSeen && !isScaledToZero(workload);

/** Jobs and CronJobs have no pods most of the time. */
export const isScaledToZero = ({ ref, desired }: Workload): boolean => desired === 0 && !['CronJob', 'Job', 'DaemonSet'].includes(ref.kind);

export interface Recovery {
  /** When the last pod became ready again. */
  readonly at: number;
  /** What had been wrong, as far as it left traces. */
  readonly after: string;
  readonly evidence: readonly string[];
}

/** Traces of trouble within the window that is over: a crash, or warnings, before a pod that has been ready since. */
export function recoveryOf(snapshot: Snapshot): Recovery | undefined {
  const recovered = livingPods(snapshot).flatMap((pod) => {
    const { readySince } = pod;
    if (!pod.ready || readySince === undefined || readySince < snapshot.window.start) return [];
    const crashes = pod.containers
      .flatMap((container) => lastEnd(container) ?? [])
      .filter(({ finishedAt = 0 }) => finishedAt >= snapshot.window.start);
    const warnings = snapshot.events.filter(
      ({ kind, name, namespace, type, firstAt, lastAt }) =>
        kind === 'Pod' &&
        name === pod.name &&
        namespace === pod.namespace &&
        type === 'Warning' &&
        firstAt <= readySince &&
        lastAt >= snapshot.window.start,
    );
    if (crashes.length === 0 && warnings.length === 0) return [];
    const [crash] = crashes;
    const after =
      crash === undefined
        ? `warnings (${quoteUnlessToken(warnings[0]?.reason ?? '')})`
        : `a run that ended with ${crash.reason} (exit code ${crash.exitCode})`;
    return [{ at: readySince, after, evidence: [pod.evidence, ...warnings.map(({ evidence }) => evidence)] }];
  });
  return recovered.toSorted((a, b) => b.at - a.at)[0];
}
