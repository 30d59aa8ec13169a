/** What an engine makes objects from: one of these is what an owner hands to the renderer. */
import { type ArgoBuild, readerOf } from './argo/build.ts';
import { isRendered } from './argo/render.ts';
import { sourcesOf } from './argo/resources.ts';
import { valueFileAt } from './argo/sources.ts';
import type { HelmReleaseBuild } from './flux/helmRelease.ts';
import type { FileTree } from './git/tree.ts';
import { componentsOf, type KustomizeBuild } from './kustomize/build.ts';
import { type ClosureResult, closureOf } from './kustomize/closure.ts';
import { type Role, resolveIn } from './kustomize/kustomization.ts';

export type Build = KustomizeBuild | HelmReleaseBuild | ArgoBuild;

/** Files and folders of the repository that belong to the owner: all that may be edited. The empty path is the root. */
export function scopeOf(build: Build): readonly string[] {
  switch (build.type) {
    case 'Kustomize':
      return [build.path];
    case 'HelmRelease':
      return [build.outer.path];
    case 'ArgoCD':
      return [...new Set([...pathsOf(build), ...filesOf(build), ...(build.outer === undefined ? [] : scopeOf(build.outer))])];
    default:
      return build satisfies never;
  }
}

export function isIn(scope: readonly string[], file: string): boolean {
  return scope.some((entry) => entry === '' || file === entry || file.startsWith(`${entry}/`));
}

/** Why a file is not edited on behalf of this owner; undefined when it may be. */
export function notEditable(build: Build, file: string): string | undefined {
  if (!isIn(scopeOf(build), file)) return `it is outside of ${scopeOf(build).join(' and ')}`;
  const reader = build.type === 'ArgoCD' ? readerOf(build.others, file) : undefined;
  return reader === undefined ? undefined : `Application ${reader} is made from it, too`;
}

/** The files that take part, without rendering them. */
export async function closureFor(tree: FileTree, build: Build): Promise<ClosureResult> {
  if (build.type === 'Kustomize') return closureOf(tree, build.path, componentsOf(build, tree));
  const closure = build.outer === undefined ? { files: new Map(), layers: [] } : await closureFor(tree, build.outer);
  if ('refused' in closure) return closure;
  const files = new Map<string, ReadonlySet<Role>>(closure.files);
  const add = (file: string): void => void files.set(file, new Set([...(files.get(file) ?? []), 'other' as const]));
  const folders = build.type === 'ArgoCD' ? pathsOf(build) : build.chart.kind === 'folder' ? [build.chart.path] : [];
  for (const file of tree.files.keys()) if (isIn(folders, file)) add(file);
  if (build.type === 'ArgoCD') {
    for (const file of filesOf(build)) if (tree.files.has(file)) add(file);
    for (const path of pathsOf(build)) await addDrawnIn(tree, path, add);
  }
  return { ...closure, files };
}

/** What a kustomization draws in from outside of its folder. */
async function addDrawnIn(tree: FileTree, path: string, add: (file: string) => void): Promise<void> {
  const closure = await closureOf(tree, path);
  if ('refused' in closure) return;
  for (const file of closure.files.keys()) add(file);
}

function pathsOf({ spec }: ArgoBuild): readonly string[] {
  return sourcesOf(spec)
    .filter(isRendered)
    .map(({ path }) => resolveIn('', path ?? '.'))
    .filter((path) => path !== undefined);
}

/** Files of values, wherever they are. */
function filesOf({ spec, repository }: ArgoBuild): readonly string[] {
  return sourcesOf(spec).flatMap(({ path = '.', helm }) =>
    (helm?.valueFiles ?? [])
      .map((name) => valueFileAt(spec, repository, resolveIn('', path) ?? '', name))
      .filter((file) => file !== undefined),
  );
}
