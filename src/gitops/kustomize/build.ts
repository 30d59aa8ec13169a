/** What an engine lays over the kustomization that it finds in Git, in the way that kustomize-controller does (fluxcd/pkg/kustomize). */
import { type FileTree } from '../git/tree.ts';
import { isMap, type Json, type JsonMap, resolveIn } from './kustomization.ts';

export interface ImageOverride {
  readonly name: string;
  readonly newName?: string | undefined;
  readonly newTag?: string | undefined;
  readonly digest?: string | undefined;
}

export interface KustomizeBuild {
  readonly type: 'Kustomize';
  /** Folder in the repository; empty is its root. */
  readonly path: string;
  readonly namespace?: string | undefined;
  readonly namePrefix?: string | undefined;
  readonly nameSuffix?: string | undefined;
  readonly patches: readonly JsonMap[];
  readonly images: readonly ImageOverride[];
  readonly replicas?: readonly { readonly name: string; readonly count: number }[] | undefined;
  /** Relative to `path`. */
  readonly components: readonly string[];
  readonly ignoreMissingComponents: boolean;
  readonly buildMetadata: readonly string[];
  /** Put on every object after the build. */
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Patterns that decide which files reach the engine at all; only a generated kustomization can tell the difference. */
  readonly sourceIgnore?: string | undefined;
}

export function componentsOf(build: KustomizeBuild, tree: FileTree): readonly string[] {
  if (!build.ignoreMissingComponents) return build.components;
  return build.components.filter((component) => {
    const path = resolveIn(build.path, component);
    return path !== undefined && [...tree.files.keys()].some((file) => file.startsWith(`${path}/`));
  });
}

/** Whether the engine would write another kustomization than the one in Git. */
export function overrides(build: KustomizeBuild): boolean {
  const { namespace, namePrefix, nameSuffix, patches, images, replicas = [], components, buildMetadata } = build;
  return (
    [namespace, namePrefix, nameSuffix].some((value) => value !== undefined) ||
    [patches, images, replicas, components, buildMetadata].some((list) => list.length > 0)
  );
}

/** The kustomization that the engine builds from. */
export function effectiveKustomization(content: JsonMap, build: KustomizeBuild, components: readonly string[]): JsonMap {
  const set = (name: string, value: string | undefined): JsonMap => (value === undefined ? {} : { [name]: value });
  return {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    ...content,
    ...set('namespace', build.namespace),
    ...set('namePrefix', build.namePrefix),
    ...set('nameSuffix', build.nameSuffix),
    ...extended(content, 'patches', build.patches),
    ...extended(content, 'components', components),
    ...(build.images.length > 0 ? { images: mergedImages(listIn(content, 'images'), build.images) } : {}),
    ...mergedReplicas(content, build.replicas ?? []),
    ...(build.buildMetadata.length > 0 ? { buildMetadata: [...build.buildMetadata] } : {}),
  };
}

function extended(content: JsonMap, name: string, more: readonly Json[]): JsonMap {
  return more.length === 0 ? {} : { [name]: [...listIn(content, name), ...more] };
}

/** An override replaces the version as a whole (tag and digest), and the name only if it has one. */
function mergedImages(own: readonly Json[], more: readonly ImageOverride[]): readonly Json[] {
  const images = own.map((entry) => (isMap(entry) ? { ...entry } : entry));
  for (const { name, newName, newTag, digest } of more) {
    const wanted = {
      ...(newName === undefined ? {} : { newName }),
      ...(newTag === undefined ? {} : { newTag }),
      ...(digest === undefined ? {} : { digest }),
    };
    const at = images.findIndex((entry) => isMap(entry) && entry.name === name);
    const before = images[at];
    if (before === undefined || !isMap(before)) images.push({ name, ...wanted });
    else {
      const { newTag: oldTag, digest: oldDigest, ...rest } = before;
      const version = { ...(oldTag === undefined ? {} : { newTag: oldTag }), ...(oldDigest === undefined ? {} : { digest: oldDigest }) };
      images[at] = { ...rest, ...(newTag === undefined && digest === undefined ? version : {}), ...wanted };
    }
  }
  return images;
}

function mergedReplicas(content: JsonMap, more: NonNullable<KustomizeBuild['replicas']>): JsonMap {
  if (more.length === 0) return {};
  const own = listIn(content, 'replicas').filter((entry) => !isMap(entry) || !more.some(({ name }) => entry['name'] === name));
  return { replicas: [...own, ...more.map(({ name, count }) => ({ name, count }))] };
}

function listIn(content: JsonMap, name: string): readonly Json[] {
  const value = content[name];
  return Array.isArray(value) ? value : [];
}
