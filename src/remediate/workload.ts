/**
 * A workload as it is now: its containers, its pods, and the templates that it ran before.
 *
 * Everything that an action is resolved against comes from here, live: that the target is there, which image an earlier revision had, what a limit is. A
 * revision counts as one that ran only where a pod of it is, or lately was, available.
 */
import type { ObjectRef } from '../crds/common.ts';
import { findWorkload } from '../gitops/owner.ts';
import {
  type Container,
  controllerRevisions,
  type Pod,
  type PodTemplate,
  pods as podKind,
  replicaSets,
  WORKLOADS,
  type WorkloadObject,
} from '../gitops/resources.ts';
import type { CallOptions, KubeClient } from '../kube/client.ts';
import { apiVersionOf } from '../kube/object.ts';

export interface Revision {
  readonly revision: number;
  readonly createdAt: string;
  /** Image by container. */
  readonly images: Readonly<Record<string, string>>;
  readonly template: PodTemplate;
  /** Pods of it are available now. */
  readonly serving: boolean;
  readonly current: boolean;
}

export interface WorkloadContainer {
  readonly name: string;
  readonly image: string;
  readonly limits: Readonly<Record<string, string>>;
  readonly requests: Readonly<Record<string, string>>;
}

export interface Workload {
  /** With uid. */
  readonly ref: ObjectRef & { readonly uid: string };
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly containers: readonly WorkloadContainer[];
  /** Replicas that are wanted. */
  readonly replicas: number;
  readonly ready: number;
  /** Newest first. */
  readonly history: readonly Revision[];
  readonly object: WorkloadObject;
}

/** The workload that `ref` is, or that owns the Pod that it is. Undefined: there is no such object, or no action is about its kind. */
export async function readWorkload(client: KubeClient, ref: ObjectRef, options: CallOptions = {}): Promise<Workload | undefined> {
  const found = await findWorkload(client, ref, options);
  const resource = found === undefined ? undefined : WORKLOADS.get(found.kind);
  if (found === undefined || resource === undefined || found.namespace === undefined) return undefined;
  const object = await client.get(resource, { namespace: found.namespace, name: found.name }, options);
  if (object === undefined) return undefined;
  const kind = resource.kind as Workload['kind'];
  const { namespace, name } = found;
  return {
    ref: { apiVersion: apiVersionOf(resource), kind, namespace, name, uid: object.metadata.uid },
    kind,
    namespace,
    name,
    labels: object.metadata.labels ?? {},
    containers: (object.spec?.template?.spec?.containers ?? []).map(describeContainer),
    ...replicasOf(kind, object),
    history: kind === 'Deployment' ? await replicaSetHistory(client, object, options) : await revisionHistory(client, object, options),
    object,
  };
}

function replicasOf(kind: Workload['kind'], { spec, status }: WorkloadObject): Pick<Workload, 'replicas' | 'ready'> {
  return kind === 'DaemonSet'
    ? { replicas: status?.desiredNumberScheduled ?? 0, ready: status?.numberReady ?? 0 }
    : { replicas: spec?.replicas ?? 1, ready: status?.readyReplicas ?? 0 };
}

/** Pods that its selector finds and that it owns, through a ReplicaSet or directly. */
export async function podsOf(client: KubeClient, workload: Workload, options: CallOptions = {}): Promise<readonly Pod[]> {
  const { items } = await client.list(podKind, { ...options, namespace: workload.namespace, labelSelector: selectorOf(workload.object) });
  if (workload.kind !== 'Deployment') return items.filter((pod) => isOwnedBy(pod, workload.ref.uid));
  const sets = await ownReplicaSets(client, workload.object, options);
  const uids = new Set(sets.map(({ metadata }) => metadata.uid));
  return items.filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uids.has(uid)) === true);
}

/** The part of its pods that have the template of now; undefined where the controller has not said yet which that is. */
export async function currentPods(client: KubeClient, workload: Workload, options: CallOptions = {}): Promise<readonly Pod[] | undefined> {
  const pods = await podsOf(client, workload, options);
  if (workload.kind === 'Deployment') {
    const newest = newestSet(await ownReplicaSets(client, workload.object, options), workload.object);
    return newest === undefined ? undefined : pods.filter((pod) => isOwnedBy(pod, newest.metadata.uid));
  }
  const hash = workload.kind === 'StatefulSet' ? workload.object.status?.updateRevision : await newestRevision(client, workload, options);
  if (hash === undefined) return undefined;
  const suffix = hash.slice(hash.lastIndexOf('-') + 1);
  return pods.filter(({ metadata }) => [hash, suffix].includes(metadata.labels?.['controller-revision-hash'] ?? ''));
}

function describeContainer({ name, image, resources }: Container): WorkloadContainer {
  const texts = (values: Readonly<Record<string, string | number>> | undefined): Record<string, string> =>
    Object.fromEntries(Object.entries(values ?? {}).map(([key, value]) => [key, String(value)]));
  return { name, image: image ?? '', limits: texts(resources?.limits), requests: texts(resources?.requests) };
}

const REVISION = 'deployment.kubernetes.io/revision';

async function ownReplicaSets(client: KubeClient, deployment: WorkloadObject, options: CallOptions): Promise<readonly WorkloadObject[]> {
  const { namespace, uid } = deployment.metadata;
  const { items } = await client.list(replicaSets, { ...options, namespace, labelSelector: selectorOf(deployment) });
  return items.filter((set) => isOwnedBy(set, uid));
}

/** The Deployment's revision is that of its newest ReplicaSet, once its controller has seen the present template. */
function newestSet(sets: readonly WorkloadObject[], deployment: WorkloadObject): WorkloadObject | undefined {
  if ((deployment.status?.observedGeneration ?? 0) < (deployment.metadata.generation ?? 0)) return undefined;
  const revision = deployment.metadata.annotations?.[REVISION];
  return revision === undefined ? undefined : sets.find((set) => set.metadata.annotations?.[REVISION] === revision);
}

async function replicaSetHistory(client: KubeClient, deployment: WorkloadObject, options: CallOptions): Promise<readonly Revision[]> {
  const sets = await ownReplicaSets(client, deployment, options);
  const current = newestSet(sets, deployment);
  const revisions = sets.map((set) => ({
    revision: Number(set.metadata.annotations?.[REVISION] ?? 0),
    createdAt: set.metadata.creationTimestamp,
    images: imagesOf(set.spec?.template?.spec?.containers),
    template: set.spec?.template ?? {},
    serving: (set.status?.availableReplicas ?? 0) > 0,
    current: set === current,
  }));
  return sorted(revisions);
}

async function revisionHistory(client: KubeClient, object: WorkloadObject, options: CallOptions): Promise<readonly Revision[]> {
  const { namespace, uid } = object.metadata;
  const { items } = await client.list(controllerRevisions, { ...options, namespace, labelSelector: selectorOf(object) });
  const own = items.filter((revision) => isOwnedBy(revision, uid));
  const newest = Math.max(0, ...own.map(({ revision }) => revision));
  const revisions = own.map((item) => ({
    revision: item.revision,
    createdAt: item.metadata.creationTimestamp,
    images: imagesOf(item.data?.spec?.template?.spec?.containers),
    template: item.data?.spec?.template ?? {},
    serving: item.metadata.name === object.status?.currentRevision && (object.status?.readyReplicas ?? 0) > 0,
    current: item.revision === newest,
  }));
  return sorted(revisions);
}

async function newestRevision(client: KubeClient, workload: Workload, options: CallOptions): Promise<string | undefined> {
  const { object, namespace } = workload;
  if ((object.status?.observedGeneration ?? 0) < (object.metadata.generation ?? 0)) return undefined;
  const { items } = await client.list(controllerRevisions, { ...options, namespace, labelSelector: selectorOf(object) });
  const own = items.filter((item) => isOwnedBy(item, object.metadata.uid)).toSorted((a, b) => b.revision - a.revision);
  return own[0]?.metadata.name;
}

function sorted(revisions: readonly Revision[]): readonly Revision[] {
  return revisions.filter(({ revision }) => revision > 0).toSorted((a, b) => b.revision - a.revision);
}

function imagesOf(containers: readonly Container[] | undefined): Record<string, string> {
  return Object.fromEntries((containers ?? []).map(({ name, image }) => [name, image ?? '']));
}

function selectorOf({ spec }: WorkloadObject): string {
  const { matchLabels = {}, matchExpressions = [] } = spec?.selector ?? {};
  const equal = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => {
    switch (operator) {
      case 'In':
        return `${key} in (${values.join(',')})`;
      case 'NotIn':
        return `${key} notin (${values.join(',')})`;
      case 'Exists':
        return key;
      default:
        return `!${key}`;
    }
  });
  return [...equal, ...expressions].join(',');
}

function isOwnedBy({ metadata }: Pick<Pod, 'metadata'>, uid: string): boolean {
  return metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === uid) === true;
}
