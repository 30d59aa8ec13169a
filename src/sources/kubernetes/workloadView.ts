/** A workload as analyzers read it, and its rollout history: which revisions there were, and what each changed. */
import type { ObjectRef } from '../../crds/common.ts';
import type { FieldChange } from '../changes.ts';
import { claimsOn } from '../deliveries/owners.ts';
import { type Cleaner, tidy } from '../text.ts';
import type { ApiControllerRevision, ApiPodTemplate, ApiWorkload } from './api.ts';
import { conditionView } from './commonViews.ts';
import { containerSpecs } from './containerView.ts';
import { templateChanges } from './diff.ts';
import { ownersOf } from './managedFieldChanges.ts';
import { apiTime, evidenceKeys, objectName } from './names.ts';
import { references } from './podView.ts';
import type { PodCount, Revision, Schedule, Workload } from './snapshot.ts';

const REVISION_ANNOTATION = 'deployment.kubernetes.io/revision';
/** Older ones say nothing about what changed just now. */
const MOST_REVISIONS = 10;

/** One entry of a rollout history, whatever object holds it. */
export interface RevisionSource {
  readonly name: string;
  readonly number: number;
  readonly createdAt: number;
  readonly template: ApiPodTemplate | undefined;
}

export interface WorkloadParts {
  readonly ref: ObjectRef;
  readonly object: ApiWorkload;
  readonly history: readonly RevisionSource[];
  readonly podCounts: readonly PodCount[];
  readonly podsSeen: boolean;
}

/** The controllers of Jobs and CronJobs do not say which generation they have observed. */
export function workloadView({ ref, object, history, podCounts, podsSeen }: WorkloadParts, cleaner: Cleaner): Workload {
  const counts = replicaCounts(ref.kind, object);
  const isObserved = ref.kind !== 'Job' && ref.kind !== 'CronJob';
  const settled = !isObserved || (object.status?.observedGeneration ?? 0) >= (object.metadata.generation ?? 0);
  return {
    ref,
    evidence: evidenceKeys.workload(ref),
    createdAt: apiTime(object.metadata.creationTimestamp) ?? 0,
    labels: object.metadata.labels ?? {},
    ...counts,
    complete: settled && counts.complete,
    paused: object.spec?.paused === true || object.spec?.suspend === true,
    conditions: (object.status?.conditions ?? []).map((condition) => conditionView(condition, cleaner)),
    containers: containerSpecs(templateOf(object)?.spec, cleaner),
    ...podsOf(templateOf(object)),
    revisions: revisionViews(ref, history, podCounts, cleaner),
    historyEvidence: evidenceKeys.history(ref),
    podCounts,
    podsSeen,
    schedule: scheduleOf(object),
    replicaOwners: replicaOwners(ref, object, cleaner),
    deliveredBy: engineOf(object),
  };
}

function replicaOwners(ref: ObjectRef, object: ApiWorkload, cleaner: Cleaner): Workload['replicaOwners'] {
  const owners = ownersOf({ kind: ref.kind, metadata: object.metadata }, ['spec', 'replicas'], cleaner);
  return owners.length === 0 ? undefined : owners;
}

function engineOf(object: ApiWorkload): string | undefined {
  const [claim] = claimsOn([object]);
  return claim && objectName(claim);
}

function scheduleOf({ spec, status }: ApiWorkload): Schedule | undefined {
  if (spec?.schedule === undefined) return undefined;
  return {
    text: spec.schedule,
    concurrency: spec.concurrencyPolicy ?? 'Allow',
    active: Array.isArray(status?.active) ? status.active.length : 0,
    lastAt: apiTime(status?.lastScheduleTime),
  };
}

const podsOf = (template: ApiPodTemplate | undefined): Pick<Workload, 'podLabels' | 'serviceAccount' | 'references'> => ({
  podLabels: template?.metadata?.labels ?? {},
  serviceAccount: template?.spec?.serviceAccountName ?? 'default',
  references: references(template?.spec),
});

const templateOf = ({ spec }: ApiWorkload): ApiPodTemplate | undefined => spec?.template ?? spec?.jobTemplate?.spec?.template;

/** Where the pod template stands in objects of the kind. */
export const templatePath = (kind: string): string => (kind === 'CronJob' ? 'spec.jobTemplate.spec.template' : 'spec.template');

type Counts = Pick<Workload, 'desired' | 'ready' | 'updated' | 'available' | 'complete'>;

export function replicaCounts(kind: string, object: ApiWorkload): Counts {
  if (kind === 'CronJob') return { desired: 0, ready: 0, updated: 0, available: 0, complete: true };
  if (kind === 'Job') return jobCounts(object);
  return kind === 'DaemonSet' ? daemonCounts(object) : replicatedCounts(kind, object);
}

function replicatedCounts(kind: string, { spec, status = {} }: ApiWorkload): Counts {
  const { replicas = 0, readyReplicas: ready = 0, availableReplicas: available = 0, updatedReplicas = 0 } = status;
  const desired = spec?.replicas ?? 1;
  const updated = kind === 'ReplicaSet' ? replicas : updatedReplicas;
  return { desired, ready, updated, available, complete: allEqual(desired, ready, updated, available, replicas) };
}

function daemonCounts({ status = {} }: ApiWorkload): Counts {
  const {
    desiredNumberScheduled: desired = 0,
    numberReady: ready = 0,
    updatedNumberScheduled: updated = 0,
    numberAvailable: available = 0,
  } = status;
  return { desired, ready, updated, available, complete: allEqual(desired, ready, updated, available) };
}

/** A Job that still runs and has not failed is as it should be. */
function jobCounts({ spec, status = {} }: ApiWorkload): Counts {
  const desired = spec?.completions ?? 1;
  const done = Math.min(status.succeeded ?? 0, desired);
  const failed =
    (status.failed ?? 0) > 0 || status.conditions?.some((condition) => condition.type === 'Failed' && condition.status === 'True');
  return { desired, ready: done, updated: done, available: done, complete: done >= desired || failed !== true };
}

const allEqual = (first: number, ...others: readonly number[]): boolean => others.every((other) => other === first);

/** A Deployment's history, from the ReplicaSets that it owns. */
export const replicaSetHistory = (replicaSets: readonly ApiWorkload[]): RevisionSource[] =>
  replicaSets.map(({ metadata, spec }) => ({
    name: metadata.name,
    number: Number(metadata.annotations?.[REVISION_ANNOTATION] ?? 0),
    createdAt: apiTime(metadata.creationTimestamp) ?? 0,
    template: spec?.template,
  }));

/** A StatefulSet's or DaemonSet's history, from the ControllerRevisions that it owns. */
export const controllerRevisionHistory = (revisions: readonly ApiControllerRevision[]): RevisionSource[] =>
  revisions.map(({ metadata, revision, data }) => ({
    name: metadata.name,
    number: revision ?? 0,
    createdAt: apiTime(metadata.creationTimestamp) ?? 0,
    template: data?.spec?.template,
  }));

/** Newest first. */
function revisionViews(ref: ObjectRef, history: readonly RevisionSource[], podCounts: readonly PodCount[], cleaner: Cleaner): Revision[] {
  const newestFirst = history.toSorted((a, b) => b.number - a.number).slice(0, MOST_REVISIONS + 1);
  return newestFirst.slice(0, MOST_REVISIONS).map((revision, index) => {
    const before = newestFirst[index + 1];
    return {
      name: revision.name,
      number: revision.number,
      beganAt: beganAt(revision, before, podCounts),
      current: index === 0,
      images: imagesOf(revision.template),
      changed: changesFrom(ref, before, revision, cleaner),
    };
  });
}

/**
 * The object of a revision is made when it begins, but for one that was rolled back to: that is an old object under a new
 * number. It began after the revision that it replaced, with the first of the pods that it has now.
 */
function beganAt(revision: RevisionSource, before: RevisionSource | undefined, podCounts: readonly PodCount[]): number {
  if (before === undefined || revision.createdAt >= before.createdAt) return revision.createdAt;
  const pods = podCounts.find((count) => count.revision === revision.name);
  return Math.max(before.createdAt, pods?.oldestAt ?? 0);
}

function changesFrom(
  ref: ObjectRef,
  before: RevisionSource | undefined,
  after: RevisionSource,
  cleaner: Cleaner,
): readonly FieldChange[] | undefined {
  if (before === undefined) return undefined;
  return templateChanges(objectName(ref), templatePath(ref.kind), before.template, after.template, cleaner);
}

function imagesOf(template: ApiPodTemplate | undefined): Readonly<Record<string, string>> {
  const containers = [...(template?.spec?.initContainers ?? []), ...(template?.spec?.containers ?? [])];
  return Object.fromEntries(containers.map(({ name, image = '' }) => [name, tidy(image, 512)]));
}
