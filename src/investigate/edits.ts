/**
 * Edits by hand, of the workloads, Services and ConfigMaps that were looked at: who wrote which fields when, as the API server keeps it.
 *
 * Managed fields say who owns a field and when that manager wrote last, not what changed then. So a field of a pod template counts only if a
 * rollout confirms it, where rollouts are known; another field only of a manager that owns no more than it wrote. What is left of a manager that
 * writes whole objects is said of the object, and is never certain. Engines and controllers are left out, and what a commit has set to the
 * same value: that is its delivery. Who creates an object has not edited it.
 */
import type { ObjectRef } from '../crds/common.ts';
import type { KubeObject } from '../kube/object.ts';
import type { FieldChange, ObservedChange } from '../sources/changes.ts';
import { type ManagedFieldChange, managedFieldChanges } from '../sources/kubernetes/managedFieldChanges.ts';
import { apiTime, objectName } from '../sources/kubernetes/names.ts';
import type { Snapshot, Workload } from '../sources/kubernetes/snapshot.ts';
import type { Cleaner } from '../sources/text.ts';
import type { SeenObjects } from './seenObjects.ts';

const MOST_EDITS = 10;
/** A person's tool that owns more fields than this has written the whole. */
const MOST_BY_HAND = 8;
const WRITES_ALL = /apply|create|replace/iu;
/** From a write to the rollout that it brings about. */
const EARLIEST_MS = 60_000;
const LATEST_MS = 2 * 60_000;
/** The API server keeps seconds. */
const SECOND_MS = 1_000;

/** Newest first. @param commits what is known to come from Git */
export function editsOf(
  seen: Pick<SeenObjects, 'find'>,
  snapshot: Snapshot,
  commits: readonly ObservedChange[],
  cleaner: Cleaner,
): readonly ObservedChange[] {
  const { workloads, services, configMaps } = snapshot;
  const [first] = workloads;
  if (first === undefined) return [];
  const subjects: readonly Subject[] = [
    ...workloads.map((workload) => ({ ref: workload.ref, workload })),
    ...services.map(({ namespace, name }) => ({ ref: { apiVersion: 'v1', kind: 'Service', namespace, name } })),
    ...configMaps.map(({ namespace, name }) => ({ ref: { apiVersion: 'v1', kind: 'ConfigMap', namespace, name } })),
  ];
  const edits = subjects.flatMap((subject) => {
    const object = seen.find(objectName(subject.ref));
    return object === undefined ? [] : editsIn(object, subject, { snapshot, commits, cleaner });
  });
  return edits.toSorted((a, b) => b.at - a.at).slice(0, MOST_EDITS);
}

interface Subject {
  readonly ref: ObjectRef;
  readonly workload?: Workload | undefined;
}

interface Known {
  readonly snapshot: Snapshot;
  readonly commits: readonly ObservedChange[];
  readonly cleaner: Cleaner;
}

function editsIn(object: KubeObject, { ref, workload }: Subject, { snapshot, commits, cleaner }: Known): ObservedChange[] {
  const { window } = snapshot;
  const writes = managedFieldChanges(object, cleaner);
  const createdAt = apiTime(object.metadata.creationTimestamp) ?? 0;
  return writes
    .filter(({ by, at }) => (by === 'person' || by === 'unknown') && at > createdAt && at >= window.start && at <= window.end + SECOND_MS)
    .flatMap((write): ObservedChange[] => {
      const ownsAll = writesAll(write) || (write.by === 'unknown' && !writes.some(({ at }) => at <= createdAt));
      const certain = certainFields(write, workload, ownsAll).filter((field) => !isFromGit(field, commits));
      if (certain.length > 0) return [editOf(ref, write, certain, true)];
      const isCommitted = commits.some(({ fields }) => fields.some((field) => field.object === objectName(ref)));
      return ownsAll && workload === undefined && !isCommitted ? [editOf(ref, write, [{ object: objectName(ref), path: '' }], false)] : [];
    });
}

const writesAll = ({ operation, manager, fields, more }: ManagedFieldChange): boolean =>
  operation === 'Apply' || more > 0 || fields.length > MOST_BY_HAND || WRITES_ALL.test(manager);

function certainFields({ at, fields }: ManagedFieldChange, workload: Workload | undefined, ownsAll: boolean): readonly FieldChange[] {
  const own = fields.filter(({ path }) => !/^(?:metadata|apiVersion|kind)\b/u.test(path));
  const others = ownsAll ? [] : own.filter(({ path }) => !isOfTemplate(path));
  const ofTemplate = own.filter(({ path }) => isOfTemplate(path));
  if (workload === undefined || workload.revisions.length === 0) return ownsAll ? [] : own;
  const rolledOut = workload.revisions
    .filter(({ beganAt }) => beganAt >= at - EARLIEST_MS && beganAt <= at + LATEST_MS)
    .flatMap(({ changed = [] }) => changed)
    .filter(({ path }) => ofTemplate.some((field) => isWithin(field.path, path) || isWithin(path, field.path)));
  return [...others, ...rolledOut];
}

const isOfTemplate = (path: string): boolean => /^spec\.(?:jobTemplate\.spec\.)?template\b/u.test(path);

const isWithin = (path: string, top: string): boolean =>
  path === top || (path.startsWith(top) && (path.charAt(top.length) === '.' || path.charAt(top.length) === '['));

const isFromGit = ({ object, path, after }: FieldChange, commits: readonly ObservedChange[]): boolean =>
  commits.some(({ fields }) => fields.some((field) => field.object === object && field.path === path && field.after === after));

function editOf(ref: ObjectRef, { manager, at }: ManagedFieldChange, fields: readonly FieldChange[], fieldsKnown: boolean): ObservedChange {
  const key = `edit/${objectName(ref)}/${manager}/${at}`;
  return {
    kind: 'Edit',
    key,
    at,
    workload: ref,
    summary: `${manager} wrote ${objectName(ref)}`,
    author: manager,
    fields,
    fieldsKnown,
    detail: '',
    evidence: key,
  };
}
