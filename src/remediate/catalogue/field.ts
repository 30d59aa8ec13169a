/** Writes single fields of the workload's own manifest: what SetImage and SetResources have in common. */

import { valueAt } from '../../gitops/kustomize/override.ts';
import { locateAndEdit } from '../../gitops/locate.ts';
import { type FieldPath, formatPath } from '../../gitops/yaml/document.ts';
import { type Refusal, refuse } from '../refusal.ts';
import type { Rendered, WriteContext } from './types.ts';

export interface FieldValue {
  readonly path: FieldPath;
  readonly value: string;
  /** What the cluster has there now. */
  readonly live: string | undefined;
  /** Whether two texts say the same: the API server writes some values its own way. */
  readonly same?: (a: string, b: string) => boolean;
}

export interface WrittenFields {
  readonly kind: 'fields';
  readonly tree: WriteContext['tree'];
  readonly rendering: Rendered;
  readonly files: readonly string[];
}

export function inContainer(container: string, ...rest: readonly string[]): FieldPath {
  return ['spec', 'template', 'spec', 'containers', { key: 'name', value: container }, ...rest];
}

/** One field after the other; each step is verified by rendering before the next begins. */
export async function writeFields(context: WriteContext, fields: readonly FieldValue[]): Promise<WrittenFields | Refusal> {
  let { tree, before } = context;
  const files = new Set<string>();
  for (const { path, value, live, same = identical } of fields) {
    const inGit = shown(valueAt(context.manifest, path));
    if (live !== undefined && (inGit === undefined || !same(inGit, live))) {
      const { kind, name } = context.workload;
      const where = `${formatPath(path)} of ${kind} ${name}`;
      return refuse('Drifted', `${where} is ${live} in the cluster and ${inGit ?? 'not set'} in Git: something else sets it`);
    }
    if (inGit === value) continue;
    const located = await locateAndEdit(
      { tree, build: context.owner.build, before, renderer: context.renderer, signal: context.signal },
      { target: context.manifest, path, value },
    );
    if (located.kind === 'refused') return refuse('FieldNotLocated', located.message);
    files.add(located.file);
    tree = located.tree;
    before = located.rendering;
  }
  if (files.size === 0)
    return refuse('AlreadyInPlace', `Git has the wanted values of ${context.workload.kind} ${context.workload.name} already`);
  return { kind: 'fields', tree, rendering: before, files: [...files] };
}

const identical = (a: string, b: string): boolean => a === b;

function shown(value: unknown): string | undefined {
  return typeof value === 'string' ? value : typeof value === 'number' ? `${value}` : undefined;
}
