/**
 * Remembers the objects that an investigation reads anyway, as the API server gives them: who wrote what, and the marks of those who deploy.
 *
 * A snapshot has no room for that, and a second read would cost calls. Bounded; nothing is read here that nobody asked for.
 */
import type { KubeClient } from '../kube/client.ts';
import { apiVersionOf, type KubeObject, type ResourceType } from '../kube/object.ts';
import { objectName } from '../sources/kubernetes/names.ts';

export interface SeenObjects {
  /** Reads as the client that it was made from, and remembers. */
  readonly kube: KubeClient;
  /** As it was read last. @param name `Kind/namespace/name` */
  readonly find: (name: string) => KubeObject | undefined;
  readonly ofKind: (kind: string, namespace: string) => readonly KubeObject[];
}

const KINDS: ReadonlySet<string> = new Set([
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'CronJob',
  'Job',
  'Service',
  'ConfigMap',
]);
const MOST_OBJECTS = 2_000;

export function rememberObjects(kube: KubeClient): SeenObjects {
  const seen = new Map<string, KubeObject>();
  /** Items of a list do not say their kind. */
  const remember = (resource: ResourceType, object: KubeObject): void => {
    if (!KINDS.has(resource.kind) || seen.size >= MOST_OBJECTS) return;
    const { namespace, name } = object.metadata;
    seen.set(objectName({ kind: resource.kind, namespace, name }), {
      ...object,
      apiVersion: apiVersionOf(resource),
      kind: resource.kind,
    });
  };
  return {
    kube: {
      ...kube,
      async get(resource, key, options) {
        const object = await kube.get(resource, key, options);
        if (object !== undefined) remember(resource, object);
        return object;
      },
      async list(resource, options) {
        const listed = await kube.list(resource, options);
        for (const object of listed.items) remember(resource, object);
        return listed;
      },
    },
    find: (name) => seen.get(name),
    ofKind: (kind, namespace) => [...seen.values()].filter((object) => object.kind === kind && object.metadata.namespace === namespace),
  };
}
