/**
 * The objects of a namespace for a support bundle, and the nodes, volumes and storage classes that its pods depend on.
 *
 * Each is stripped of what only the API server needs, and redacted; what says which object it is stays as it was. Volumes that belong to
 * claims of other namespaces are left out.
 */
import type { KubeObject, ManagedFieldsEntry, ObjectMeta, ResourceType } from '../../kube/object.ts';
import { resourceName } from '../../kube/object.ts';
import { SourceError } from '../gap.ts';
import { events, nodes } from '../kubernetes/api.ts';
import { type ApiVolumeObject, namespaces, volumes } from '../kubernetes/boundsApi.ts';
import type { Reader } from '../kubernetes/reader.ts';
import { BUNDLED } from './kinds.ts';

/** Takes secrets out of a JSON-like value. */
export type RedactValue = (value: unknown) => unknown;

export interface Collected {
  readonly objects: readonly KubeObject[];
  /** Kinds that could not be read, as RBAC names them. */
  readonly unseen: readonly string[];
  /** Kinds of which more exist than are kept. */
  readonly cut: readonly { readonly kind: string; readonly error: SourceError }[];
}

/** Of one kind. */
const MOST_OBJECTS = 5_000;

export async function collectObjects(reader: Reader, namespace: string, redact: RedactValue): Promise<Collected> {
  const [itself, own, served, wide, nodeEvents] = await Promise.all([
    reader.get(namespaces, { name: namespace }),
    Promise.all(BUNDLED.own.map((resource) => listOf(reader, resource, { namespace }))),
    Promise.all(BUNDLED.served.map(async (resource) => ({ resource, items: await reader.listServed(resource, { namespace }) }))),
    Promise.all(BUNDLED.wide.map((resource) => listOf(reader, resource, {}))),
    reader.list(events, { fieldSelector: 'involvedObject.kind=Node' }),
  ]);
  const lists = [...own, ...served, ...wide, { resource: events, items: nodeEvents ?? [] }];
  const found = lists.flatMap(({ items = [] }) => items.slice(0, MOST_OBJECTS)).filter((object) => belongs(object, namespace));
  const all = [...(itself.kind === 'found' ? [itself.object] : []), ...found];
  const distinct = [...new Map(all.map((object) => [object.metadata.uid, object])).values()];
  return {
    objects: distinct.map((object) => fitForBundle(object, redact)),
    unseen: [...own, ...wide].filter(({ items }) => items === undefined).map(({ resource }) => resourceName(resource)),
    cut: lists.filter(({ items = [] }) => items.length > MOST_OBJECTS).map(({ resource }) => cutOf(resource)),
  };
}

interface Listed {
  readonly resource: ResourceType;
  readonly items: readonly KubeObject[] | undefined;
}

const listOf = async (reader: Reader, resource: ResourceType, selection: { readonly namespace?: string }): Promise<Listed> => ({
  resource,
  items: await reader.list(resource, selection),
});

const cutOf = (resource: ResourceType): Collected['cut'][number] => ({
  kind: resourceName(resource),
  error: new SourceError('TooLarge', `there are more than ${MOST_OBJECTS}, and only so many are kept`),
});

function belongs(object: KubeObject, namespace: string): boolean {
  if (object.kind !== volumes.kind) return true;
  const claimedIn = (object as ApiVolumeObject).spec?.claimRef?.namespace;
  return claimedIn === undefined || claimedIn === namespace;
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

function fitForBundle(object: KubeObject, redact: RedactValue): KubeObject {
  const { managedFields = [], annotations: { [LAST_APPLIED]: _applied, ...annotations } = {}, ...metadata } = object.metadata;
  const owners = object.kind === 'Deployment' || object.kind === 'StatefulSet' ? managedFields.flatMap(owningReplicas) : [];
  const kept = owners.length === 0 ? {} : { managedFields: owners };
  const stripped = withoutImages({ ...object, metadata: { ...metadata, annotations, ...kept } });
  const redacted = redact(stripped);
  const { apiVersion, kind } = object;
  if (!isObject(redacted)) return { apiVersion, kind, metadata: identityOf(object) as ObjectMeta };
  return { ...redacted, apiVersion, kind, metadata: { ...redacted.metadata, ...identityOf(object) } };
}

const REPLICAS = { 'f:spec': { 'f:replicas': {} } };

/** Of all that is kept of who wrote what, who gave a workload its number of replicas: an autoscaler, an engine, or one after the other. */
function owningReplicas({ fieldsV1, ...entry }: ManagedFieldsEntry): readonly ManagedFieldsEntry[] {
  const { 'f:spec': spec } = (fieldsV1 ?? {}) as Readonly<Record<string, unknown>>;
  return typeof spec === 'object' && spec !== null && 'f:replicas' in spec ? [{ ...entry, fieldsV1: REPLICAS }] : [];
}

/** A redactor that gives up gives a word in place of the whole. */
const isObject = (value: unknown): value is KubeObject => typeof value === 'object' && value !== null && 'metadata' in value;

/** Random parts of generated names look like secrets to a redactor, and are not. */
function identityOf({ metadata }: KubeObject): Partial<ObjectMeta> {
  const { name, namespace, uid, resourceVersion, creationTimestamp, ownerReferences } = metadata;
  return {
    name,
    uid,
    resourceVersion,
    creationTimestamp,
    ...(namespace === undefined ? {} : { namespace }),
    ...(ownerReferences === undefined ? {} : { ownerReferences }),
  };
}

/** Each node lists all images that it holds, and nothing here reads that. */
function withoutImages(object: KubeObject): KubeObject {
  if (object.kind !== nodes.kind) return object;
  const { status = {}, ...node } = object as KubeObject & { readonly status?: Readonly<Record<string, unknown>> };
  const { images: _images, ...rest } = status;
  return { ...node, status: rest } as KubeObject;
}
