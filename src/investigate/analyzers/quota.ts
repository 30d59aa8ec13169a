/**
 * Pods that a ResourceQuota forbids: they are never made, so nothing about them is in any pod.
 *
 * Right when the workload's ReplicaFailure condition, or a FailedCreate event of it or of what makes its pods, says "exceeded
 * quota", or that a quota wants limits which the pod does not have, and fewer pods exist than are wanted. Disproved by a workload
 * that has all its pods.
 */
import { objectName } from '../../sources/kubernetes/names.ts';
import type { ObjectEvent, Snapshot, Workload } from '../../sources/kubernetes/snapshot.ts';
import { objectFields } from '../fields.ts';
import type { Analyzer } from '../finding.ts';
import { quote } from '../quote.ts';

const EXCEEDED = /exceeded quota|failed quota/iu;

export const quota: Analyzer = {
  name: 'quota',
  *find(snapshot) {
    for (const workload of snapshot.workloads) {
      if (workload.complete) continue;
      const failure = workload.conditions.find(
        ({ type, status, message }) => type === 'ReplicaFailure' && status === 'True' && EXCEEDED.test(message),
      );
      const events = failure === undefined && hasItsPods(workload) ? [] : refusals(snapshot, workload);
      const said = failure?.message ?? events[0]?.message;
      if (said === undefined) continue;
      yield {
        analyzer: quota.name,
        reason: 'QuotaExceeded',
        detail: resourceIn(said),
        object: workload.ref,
        message: `${objectName(workload.ref)} may not make its pods: ${quote(said.slice(said.search(EXCEEDED)))}.`,
        cures: ['RevertCommit', 'SetResources'],
        evidence: [workload.evidence, ...new Set(events.map(({ evidence }) => evidence))],
        pods: [],
        since: events.length === 0 ? undefined : Math.min(...events.map(({ firstAt }) => firstAt)),
        touchedBy: {
          direct: objectFields(workload.ref, 'spec.replicas', 'spec.template.spec.containers', 'spec.template.spec.initContainers'),
          plausible: [],
        },
      };
    }
  },
};

/** All of the present revision were made, so nothing is refused any more. */
const hasItsPods = ({ desired, updated }: Workload): boolean => updated >= desired;

/**
 * `exceeded quota: compute, requested: requests.cpu=1,pods=1, used: …`: the first resource that was asked for; `failed quota: compute: must
 * specify limits.cpu for: app`: the first that was not.
 */
const resourceIn = (said: string): string | undefined => /(?:requested: |must specify )([\w./-]+)/u.exec(said)?.[1];

/** Newest first. What makes a Deployment's pods is one of its ReplicaSets. */
function refusals({ events, at }: Snapshot, { ref, revisions }: Workload): ObjectEvent[] {
  const makers = new Set([ref.name, ...revisions.map(({ name }) => name)]);
  const hour = 60 * 60_000;
  return events
    .filter(({ reason, namespace, name }) => reason === 'FailedCreate' && namespace === ref.namespace && makers.has(name))
    .filter(({ message, lastAt }) => EXCEEDED.test(message) && at - lastAt < hour)
    .toSorted((a, b) => b.lastAt - a.lastAt);
}
