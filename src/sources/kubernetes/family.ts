/** A workload with its children: the objects that hold its rollout history, and its pods, each with its revision. */
import type { ObjectRef } from '../../crds/common.ts';
import { apiVersionOf } from '../../kube/object.ts';
import { type ApiPod, type ApiWorkload, controllerRevisions, jobs, pods, replicaSets } from './api.ts';
import { LIMITS } from './limits.ts';
import { apiTime, selectorText } from './names.ts';
import { isUnhealthy } from './podHealth.ts';
import type { PodPlace } from './podView.ts';
import type { Reader } from './reader.ts';
import type { PodCount } from './snapshot.ts';
import { controllerOf, type Root } from './targets.ts';
import { controllerRevisionHistory, type RevisionSource, replicaSetHistory, type WorkloadParts } from './workloadView.ts';

export interface Family extends WorkloadParts {
  /** The unhealthy and the newest first; at most `LIMITS.pods`. */
  readonly pods: readonly ApiPod[];
  readonly placeOf: (pod: ApiPod) => PodPlace;
  /** Objects between the workload and its pods that are at work now. */
  readonly makers: readonly ObjectRef[];
}

interface Children {
  /** Undefined when they could not be listed. */
  readonly pods: readonly ApiPod[] | undefined;
  readonly history: readonly RevisionSource[];
  /** Name of the revision that a pod belongs to. */
  readonly revisionOf: (pod: ApiPod) => string | undefined;
  readonly makers: readonly ObjectRef[];
}

const REVISION_LABEL = 'controller-revision-hash';

export async function familyOf(reader: Reader, root: Root): Promise<Family> {
  const children = await childrenOf(reader, root);
  const current = children.history.toSorted((a, b) => b.number - a.number)[0]?.name;
  const placeOf = (pod: ApiPod): PodPlace => {
    const revision = children.revisionOf(pod);
    return { owner: root.ref, revision, current: revision === undefined || current === undefined || revision === current };
  };
  const all = children.pods ?? [];
  const sorted = all.toSorted((a, b) => Number(isUnhealthy(b)) - Number(isUnhealthy(a)) || createdAt(b) - createdAt(a));
  return {
    ...root,
    history: children.history,
    makers: children.makers,
    pods: sorted.slice(0, LIMITS.pods),
    placeOf,
    podCounts: countByRevision(all, placeOf),
    podsSeen: children.pods !== undefined,
  };
}

const createdAt = ({ metadata }: ApiPod): number => apiTime(metadata.creationTimestamp) ?? 0;

function childrenOf(reader: Reader, root: Root): Promise<Children> {
  if (root.ref.kind === 'Deployment') return deploymentChildren(reader, root);
  if (root.ref.kind === 'CronJob') return cronJobChildren(reader, root);
  if (root.ref.kind === 'StatefulSet' || root.ref.kind === 'DaemonSet') return revisionedChildren(reader, root);
  return plainChildren(reader, root);
}

async function deploymentChildren(reader: Reader, { object }: Root): Promise<Children> {
  const selection = selectionOf(object);
  const [sets, found] = await Promise.all([reader.list(replicaSets, selection), reader.list(pods, selection)]);
  const owned = (sets ?? []).filter((set) => controllerOf(set)?.uid === object.metadata.uid);
  const names = new Map(owned.map(({ metadata }) => [metadata.uid, metadata.name]));
  const revisionOf = (pod: ApiPod): string | undefined => names.get(controllerOf(pod)?.uid ?? '');
  const history = replicaSetHistory(owned);
  const newest = history.toSorted((a, b) => b.number - a.number)[0]?.name;
  return {
    history,
    revisionOf,
    pods: found?.filter((pod) => (sets === undefined ? controllerOf(pod)?.kind === 'ReplicaSet' : revisionOf(pod) !== undefined)),
    makers: owned.filter(({ metadata, status }) => metadata.name === newest || (status?.replicas ?? 0) > 0).map((set) => setRef(set)),
  };
}

const setRef = ({ metadata }: ApiWorkload): ObjectRef => ({
  apiVersion: apiVersionOf(replicaSets),
  kind: 'ReplicaSet',
  namespace: metadata.namespace,
  name: metadata.name,
  uid: metadata.uid,
});

async function revisionedChildren(reader: Reader, root: Root): Promise<Children> {
  const selection = selectionOf(root.object);
  const [revisions, children] = await Promise.all([reader.list(controllerRevisions, selection), plainChildren(reader, root)]);
  const owned = (revisions ?? []).filter((revision) => controllerOf(revision)?.uid === root.object.metadata.uid);
  return { ...children, history: controllerRevisionHistory(owned), revisionOf: revisionByLabel(owned) };
}

/** A StatefulSet's pods carry the revision's whole name, a DaemonSet's only the hash in it. */
function revisionByLabel(owned: readonly { readonly metadata: { readonly name: string } }[]): Children['revisionOf'] {
  return ({ metadata }) => {
    const hash = metadata.labels?.[REVISION_LABEL];
    if (hash === undefined) return undefined;
    return owned.find(({ metadata: { name } }) => name === hash || name.endsWith(`-${hash}`))?.metadata.name ?? hash;
  };
}

async function plainChildren(reader: Reader, { object }: Root): Promise<Children> {
  const found = (await reader.list(pods, selectionOf(object))) ?? [];
  return {
    pods: found.filter((pod) => controllerOf(pod)?.uid === object.metadata.uid),
    history: [],
    revisionOf: () => undefined,
    makers: [],
  };
}

async function cronJobChildren(reader: Reader, { object }: Root): Promise<Children> {
  const { namespace, uid } = object.metadata;
  const owned = ((await reader.list(jobs, { namespace })) ?? []).filter((job) => controllerOf(job)?.uid === uid);
  const newest = owned
    .toSorted((a, b) => (apiTime(b.metadata.creationTimestamp) ?? 0) - (apiTime(a.metadata.creationTimestamp) ?? 0))
    .slice(0, 3);
  const children = await Promise.all(
    newest.map((job) => plainChildren(reader, { ref: { kind: 'Job', name: job.metadata.name }, object: job })),
  );
  return { pods: children.flatMap((child) => child.pods ?? []), history: [], revisionOf: () => undefined, makers: [] };
}

/** A workload without a selector that can be written down is looked up by nothing: its pods are then told by their owner alone. */
const selectionOf = ({ metadata, spec }: ApiWorkload): { namespace: string | undefined; labelSelector: string | undefined } => ({
  namespace: metadata.namespace,
  labelSelector: selectorText(spec?.selector),
});

function countByRevision(all: readonly ApiPod[], placeOf: Family['placeOf']): PodCount[] {
  const living = all.filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && status?.phase !== 'Succeeded');
  const groups = Map.groupBy(living, (pod) => placeOf(pod).revision ?? '');
  return [...groups].map(([revision, members]) => ({
    revision,
    current: placeOf(members[0] as ApiPod).current,
    total: members.length,
    ready: members.filter((pod) => pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')).length,
    oldestAt: Math.min(...members.map(createdAt)),
  }));
}
