/** What an engine makes objects from: one of these is what an owner hands to the renderer. */
import type { HelmReleaseBuild } from './flux/helmRelease.ts';
import type { FileTree } from './git/tree.ts';
import { componentsOf, type KustomizeBuild } from './kustomize/build.ts';
import { type ClosureResult, closureOf } from './kustomize/closure.ts';

export type Build = KustomizeBuild | HelmReleaseBuild;

/** Files and folders of the repository that belong to the owner, and to nobody else: all that may be edited. The empty path is the root. */
export function scopeOf(build: Build): readonly string[] {
  return build.type === 'Kustomize' ? [build.path] : [build.outer.path];
}

export function isIn(scope: readonly string[], file: string): boolean {
  return scope.some((entry) => entry === '' || file === entry || file.startsWith(`${entry}/`));
}

/** The files that take part, without rendering them. */
export async function closureFor(tree: FileTree, build: Build): Promise<ClosureResult> {
  if (build.type === 'Kustomize') return closureOf(tree, build.path, componentsOf(build, tree));
  const closure = await closureFor(tree, build.outer);
  if ('refused' in closure || build.chart.kind !== 'folder') return closure;
  const files = new Map(closure.files);
  for (const file of tree.files.keys()) {
    if (isIn([build.chart.path], file)) files.set(file, new Set([...(files.get(file) ?? []), 'other' as const]));
  }
  return { ...closure, files };
}
