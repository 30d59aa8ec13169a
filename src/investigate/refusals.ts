/**
 * Why a workload may not make its pods: what its condition says, and events of it and of what makes its pods.
 *
 * Only while pods of the present revision are lacking. An event that is older than the newest pod of that revision healed: the same
 * controller made a pod since.
 */
import type { ObjectEvent, Snapshot, Workload } from '../sources/kubernetes/snapshot.ts';

export interface Refusal {
  readonly text: string;
  readonly evidence: string;
  readonly since?: number | undefined;
}

const HOUR_MS = 60 * 60_000;

/** The condition first, then the newest event. */
export function refusalsOf(snapshot: Snapshot, workload: Workload): Refusal[] {
  if (workload.complete || !lacksPods(workload)) return [];
  const said = workload.conditions
    .filter(
      ({ type, status, reason }) =>
        (type === 'ReplicaFailure' && status === 'True') || (type === 'Progressing' && reason.endsWith('CreateError')),
    )
    .map(({ message, since }) => ({ text: message, evidence: workload.evidence, since }));
  const newest = Math.max(
    0,
    ...snapshot.pods.filter(({ owner, current }) => owner.uid === workload.ref.uid && current).map(({ createdAt }) => createdAt),
  );
  const events = eventsOf(snapshot, workload)
    .filter(({ lastAt }) => lastAt >= newest)
    .map(({ message, evidence, firstAt }) => ({ text: message, evidence, since: firstAt }));
  return [...said, ...events];
}

/** Of the present revision; a Job's pods come and go, and its own word counts. */
function lacksPods({ desired, podCounts, ref, podsSeen }: Workload): boolean {
  if (!podsSeen || ref.kind === 'Job' || ref.kind === 'CronJob') return true;
  const present = podCounts.filter(({ current }) => current).reduce((sum, { total }) => sum + total, 0);
  return present < desired;
}

function eventsOf({ events, at }: Snapshot, { ref, revisions }: Workload): ObjectEvent[] {
  const makers = new Set([ref.name, ...revisions.map(({ name }) => name)]);
  return events
    .filter(
      ({ reason, namespace, name }) =>
        /^(?:FailedCreate|ReplicaSetCreateError)$/u.test(reason) && namespace === ref.namespace && makers.has(name),
    )
    .filter(({ lastAt }) => at - lastAt < HOUR_MS)
    .toSorted((a, b) => b.lastAt - a.lastAt);
}
