/** Rendered objects as plain JSON, and how they are named for people and for comparison. */
import { type CollectionTag, parseAllDocuments, type ScalarTag, type Tags } from 'yaml';
import { isMap } from './kustomization.ts';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

const FOREIGN = ['timestamp', 'binary', 'omap', 'pairs', 'set'];
/** A number needs a figure before the exponent, and beside the point: `E0` and `.` are names. */
const EXPONENT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+$/;
const DECIMAL = /^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)$/;

/** YAML 1.1 as Kubernetes tools (go-yaml) read it: without times, numbers to base 60 and binary, and with floats that are numbers. */
const kubernetesTags = (tags: Tags): Tags => tags.filter(isKnown).map((tag) => (typeof tag === 'string' ? tag : likeGo(tag)));

function isKnown(tag: Tags[number]): boolean {
  return typeof tag === 'string' || !(tag.format === 'TIME' || FOREIGN.some((name) => tag.tag.endsWith(`:${name}`)));
}

function likeGo(tag: CollectionTag | ScalarTag): CollectionTag | ScalarTag {
  if (!('test' in tag) || tag.tag !== 'tag:yaml.org,2002:float' || tag.test?.test('.inf') === true) return tag;
  return { ...tag, test: tag.format === 'EXP' ? EXPONENT : DECIMAL } as ScalarTag;
}

/** Parses what kustomize printed. Throws where that is not a list of Kubernetes objects. */
export function parseManifests(text: string): readonly Manifest[] {
  const manifests: Manifest[] = [];
  for (const document of parseAllDocuments(text, { version: '1.1', customTags: kubernetesTags, logLevel: 'error' })) {
    const [problem] = document.errors ?? [];
    if (problem !== undefined) throw new Error(`rendered YAML: ${problem.message.split('\n')[0] ?? ''}`);
    const content: unknown = document.toJS({ maxAliasCount: 1000 });
    if (content === null) continue;
    if (!isManifest(content)) throw new Error('a rendered object has no apiVersion, kind and name');
    manifests.push(content);
  }
  return manifests;
}

function isManifest(value: unknown): value is Manifest {
  if (!isMap(value) || typeof value.apiVersion !== 'string' || typeof value.kind !== 'string') return false;
  const { metadata } = value;
  return metadata !== undefined && isMap(metadata) && typeof metadata.name === 'string';
}

function groupOf({ apiVersion }: Pick<Manifest, 'apiVersion'>): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** `Deployment/shop/cart`; the namespace is empty for what has none. */
export function displayName({ kind, metadata }: Manifest): string {
  return `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
}

/** Tells objects apart: the version of the API does not. */
export function identityOf(manifest: Manifest): string {
  return `${groupOf(manifest)}/${displayName(manifest)}`;
}

/** Puts labels and annotations on an object. */
export function withMetadata(
  manifest: Manifest,
  labels: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>>,
): Manifest {
  const { metadata } = manifest;
  const added = (own: Readonly<Record<string, string>> | undefined, more: Readonly<Record<string, string>>): object | undefined =>
    Object.keys(more).length === 0 ? own : { ...own, ...more };
  const [allLabels, allAnnotations] = [added(metadata.labels, labels), added(metadata.annotations, annotations)];
  return {
    ...manifest,
    metadata: {
      ...metadata,
      ...(allLabels === undefined ? {} : { labels: allLabels as Record<string, string> }),
      ...(allAnnotations === undefined ? {} : { annotations: allAnnotations as Record<string, string> }),
    },
  };
}

const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  'APIService',
  'ClusterRole',
  'ClusterRoleBinding',
  'CSIDriver',
  'CustomResourceDefinition',
  'IngressClass',
  'MutatingWebhookConfiguration',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PriorityClass',
  'RuntimeClass',
  'StorageClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
]);

/** What names no namespace, and has one, is put into this. */
export function inNamespace(object: Manifest, namespace: string): Manifest {
  if (object.metadata.namespace !== undefined || CLUSTER_SCOPED.has(object.kind)) return object;
  return { ...object, metadata: { ...object.metadata, namespace } };
}
