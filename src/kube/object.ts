/**
 * Kubernetes objects as plain JSON, and the description of a kind that carries its TypeScript type.
 *
 * The API server is the judge of an object's shape: nothing is validated here. Times stay the strings that were sent.
 * Objects that come out of a cache are frozen; copy with `structuredClone` before changing one.
 */

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface ManagedFieldsEntry {
  readonly manager?: string;
  readonly operation?: string;
  readonly apiVersion?: string;
  readonly time?: string;
  readonly fieldsType?: string;
  readonly fieldsV1?: unknown;
  readonly subresource?: string;
}

/** Metadata as the API server returns it: what it always sets is always there. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly creationTimestamp: string;
  readonly generation?: number;
  readonly generateName?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly managedFields?: readonly ManagedFieldsEntry[];
}

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** Metadata of an object that is about to be written: the rest is the API server's to set. */
export interface NewMeta extends Partial<Omit<ObjectMeta, 'name'>> {
  readonly name?: string;
}

/** What `create` takes: `apiVersion` and `kind` follow from the resource. */
export type NewObject<T extends KubeObject> = Omit<T, 'apiVersion' | 'kind' | 'metadata'> & {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: NewMeta;
};

type DeepPartial<T> = T extends readonly unknown[] ? T : T extends object ? { readonly [K in keyof T]?: DeepPartial<T[K]> } : T;

/** What `apply` takes: only the fields that the manager wants to own. An owned field that is left out is dropped. */
export type ApplyIntent<T extends KubeObject> = DeepPartial<Omit<T, 'apiVersion' | 'kind' | 'metadata'>> & {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: NewMeta & { readonly name: string };
};

/** metav1 Condition. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}

/** Names one object of a kind; without a namespace, one of a cluster-scoped kind. */
export interface Key {
  readonly namespace?: string;
  readonly name: string;
}

declare const objectType: unique symbol;

/** A kind as the API server serves it. `T` is known to the compiler only. */
export interface ResourceType<T extends KubeObject = KubeObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly [objectType]?: T;
}

export function defineResource<T extends KubeObject>(resource: {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}): ResourceType<T> {
  return resource;
}

export function apiVersionOf({ group, version }: Pick<ResourceType, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

/** `pods`, `incidents.agentsre.io`: as RBAC and CRDs name it; also the name of its caches and queues in metrics. */
export function resourceName({ group, plural }: Pick<ResourceType, 'group' | 'plural'>): string {
  return group === '' ? plural : `${plural}.${group}`;
}

export function keyOf({ metadata }: { readonly metadata: { readonly name: string; readonly namespace?: string } }): Key {
  return metadata.namespace === undefined ? { name: metadata.name } : { namespace: metadata.namespace, name: metadata.name };
}

/** `namespace/name`, or `name` for a cluster-scoped object. */
export function keyString({ namespace, name }: Key): string {
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

/** The inverse of `keyString`: neither part of a key can hold a slash. */
export function parseKey(key: string): Key {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/**
 * The conditions with `wanted` in place of the one of its type, in a stable order. `lastTransitionTime` moves only when the
 * status does, so a condition that is found again does not flap.
 * @param now milliseconds since the epoch
 */
export function setCondition(
  conditions: readonly Condition[] | undefined,
  wanted: Omit<Condition, 'lastTransitionTime'>,
  now: number,
): readonly Condition[] {
  const all = conditions ?? [];
  const before = all.find(({ type }) => type === wanted.type);
  const lastTransitionTime = before?.status === wanted.status ? before.lastTransitionTime : metaTime(now);
  const after: Condition = { ...wanted, lastTransitionTime };
  return before === undefined ? [...all, after] : all.map((condition) => (condition === before ? after : condition));
}

/** metav1.Time: RFC 3339 in whole seconds, as the API server itself writes it. @param now milliseconds since the epoch */
export function metaTime(now: number): string {
  return new Date(now).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** Makes `object` the controller of whatever carries the reference: garbage collection takes it along. */
export function ownerReferenceTo<T extends KubeObject>(object: T, resource: ResourceType<T>): OwnerReference {
  const { name, uid } = object.metadata;
  return { apiVersion: apiVersionOf(resource), kind: resource.kind, name, uid, controller: true, blockOwnerDeletion: true };
}
