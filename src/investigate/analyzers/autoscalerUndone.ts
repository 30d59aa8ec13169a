/**
 * An autoscaler whose replica count is taken back: by a GitOps engine that applies a count from Git, or by whoever does that again and again.
 *
 * Right by either of two records, both within the window. Managed fields: the engine alone owns `spec.replicas`, and wrote after the autoscaler had
 * scaled; had it not changed the number since, the autoscaler would own it. Events: the present ReplicaSet went at least twice from a size that
 * the autoscaler had asked for to one that it never asked for, in a workload that an engine deploys. Disproved by an autoscaler that has not
 * scaled since the engine wrote, as a count in Git that nobody contradicts is none of its business; by one that asked for that size itself; and
 * by a single step, which may be a person's. An autoscaler that another one undoes is told by `autoscaler.ts`.
 */
import { objectName } from '../../sources/kubernetes/names.ts';
import type { Autoscaler, FieldOwner, ObjectEvent, Snapshot, Workload } from '../../sources/kubernetes/snapshot.ts';
import { objectFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { spokenTime } from '../times.ts';

export const autoscalerUndone: Analyzer = {
  name: 'autoscalerUndone',
  *find(snapshot) {
    for (const scaler of snapshot.autoscalers) {
      const workload = snapshot.workloads.find(({ ref }) => objectName(ref) === objectName(scaler.target));
      if (workload === undefined || workload.desired === 0) continue;
      const undone = byOwner(snapshot, scaler, workload) ?? byEvents(snapshot, scaler, workload);
      if (undone !== undefined) yield finding(scaler, workload, undone);
    }
  },
};

interface Undone {
  readonly says: string;
  readonly since: number;
  readonly evidence: readonly string[];
}

/** The API server keeps seconds, and clocks of controllers differ by some. */
const isWithin = ({ window }: Snapshot, at: number): boolean => at >= window.start && at <= window.end + 5_000;

function byOwner(snapshot: Snapshot, { scaledAt, desired }: Autoscaler, workload: Workload): Undone | undefined {
  const [owner, another] = workload.replicaOwners ?? [];
  if (owner?.at === undefined || owner.by !== 'engine' || another !== undefined || scaledAt === undefined) return undefined;
  if (!isWithin(snapshot, scaledAt) || !isWithin(snapshot, owner.at) || owner.at < scaledAt || scaledAt < workload.createdAt)
    return undefined;
  const wants = desired === workload.desired ? '' : `, where the autoscaler wants ${desired}`;
  const says = `scaled ${objectName(workload.ref)} at ${spokenTime(scaledAt)}, and ${engine(workload, owner)} set spec.replicas to ${workload.desired} after that${wants}`;
  return { says, since: scaledAt, evidence: [] };
}

const engine = ({ deliveredBy }: Workload, { manager }: FieldOwner): string =>
  deliveredBy === undefined ? manager : `${manager} of ${deliveredBy}`;

/** As the Deployment controller, and that of autoscalers, write it. */
const STEP = /^Scaled (?:up|down) replica set (\S{1,253}) from (\d{1,9}) to (\d{1,9})$/u;
const ASKED = /^New size: (\d{1,9});/u;
const OFTEN = 2;

function byEvents(snapshot: Snapshot, { ref }: Autoscaler, workload: Workload): Undone | undefined {
  if (workload.deliveredBy === undefined) return undefined;
  const of = ({ kind, namespace, name }: Autoscaler['ref'], reason: string): readonly ObjectEvent[] =>
    snapshot.events.filter(
      (event) =>
        event.reason === reason &&
        event.kind === kind &&
        event.namespace === namespace &&
        event.name === name &&
        isWithin(snapshot, event.lastAt),
    );
  const asked = of(ref, 'SuccessfulRescale').flatMap((event) => {
    const size = ASKED.exec(event.message)?.[1];
    return size === undefined ? [] : [{ ...event, size: Number(size) }];
  });
  const sizes = new Set(asked.map(({ size }) => size));
  const current = workload.revisions.find((revision) => revision.current)?.name;
  const taken = of(workload.ref, 'ScalingReplicaSet').filter(({ message, count }) => {
    const [, replicaSet, from, to] = STEP.exec(message) ?? [];
    return replicaSet === current && count >= OFTEN && sizes.has(Number(from)) && Number(to) > 0 && !sizes.has(Number(to));
  });
  const [back] = taken.toSorted((a, b) => b.count - a.count);
  if (back === undefined) return undefined;
  const [, , from, to] = STEP.exec(back.message) ?? [];
  return {
    says: `asked for ${from} replicas of ${objectName(workload.ref)}, which went to ${to} ${back.count} times, as it never asked: ${workload.deliveredBy} deploys it and rather sets its count`,
    since: back.firstAt,
    evidence: [back.evidence, ...asked.slice(0, 1).map(({ evidence }) => evidence)],
  };
}

function finding({ ref, evidence }: Autoscaler, workload: Workload, { says, since, evidence: events }: Undone): Finding {
  return {
    analyzer: autoscalerUndone.name,
    reason: 'AutoscalerConflict',
    object: ref,
    message: `HorizontalPodAutoscaler ${ref.namespace ?? ''}/${ref.name} ${says}.`,
    cures: ['RevertCommit'],
    evidence: [evidence, workload.evidence, ...events],
    pods: [],
    since,
    touchedBy: { direct: [...objectFields(workload.ref, 'spec.replicas'), ...objectFields(ref, 'spec')], plausible: [] },
  };
}
