/** What an action is about, as it is now: a workload with its history, or an object of one other kind. */
import type { ObjectRef } from '../crds/common.ts';
import { refTo, WORKLOADS } from '../gitops/resources.ts';
import type { CallOptions, KubeClient } from '../kube/client.ts';
import { type KubeObject, type ResourceType } from '../kube/object.ts';
import { readWorkload, type Workload } from './workload.ts';

export interface Target<O extends KubeObject = KubeObject> {
  /** With uid. */
  readonly ref: ObjectRef & { readonly uid: string };
  readonly kind: string;
  /** Empty for a cluster-scoped object. */
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly object: O;
}

/** The kinds that an action may be about, and how one of them is read. */
export interface TargetKind<T extends Target = Target> {
  readonly resources: readonly ResourceType[];
  /** Undefined: there is no such object. */
  readonly read: (client: KubeClient, ref: ObjectRef, options?: CallOptions) => Promise<T | undefined>;
}

/** Those of the kinds with a pod template; all of them where none is named. */
export function workloadsOf(...kinds: readonly Workload['kind'][]): TargetKind<Workload> {
  const resources = [...WORKLOADS.values()].filter(({ kind }) => kinds.length === 0 || kinds.some((wanted) => wanted === kind));
  return { resources, read: readWorkload };
}

export function objects<O extends KubeObject>(resource: ResourceType<O>): TargetKind<Target<O>> {
  return {
    resources: [resource],
    read: async (client, { name, namespace = '' }, options = {}) => {
      const object = await client.get(resource, namespace === '' ? { name } : { namespace, name }, options);
      return object === undefined ? undefined : targetFrom(resource, object);
    },
  };
}

function targetFrom<O extends KubeObject>(resource: ResourceType<O>, object: O): Target<O> {
  const { name, namespace, labels = {} } = object.metadata;
  return {
    ref: refTo(object, resource),
    kind: resource.kind,
    namespace: namespace ?? '',
    name,
    labels,
    object,
  };
}

export function isWorkload(target: Target): target is Workload {
  return WORKLOADS.has(target.kind) && 'history' in target;
}

/** `Deployment shop/cart` */
export function inWords({ kind, namespace, name }: Pick<Target, 'kind' | 'namespace' | 'name'>): string {
  return namespace === '' ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}
