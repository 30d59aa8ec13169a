/** Writes single fields of the target's own manifest: what all actions that set fields have in common. */

import { valueAt } from '../../gitops/kustomize/override.ts';
import { locateAndEdit } from '../../gitops/locate.ts';
import { type FieldPath, formatPath } from '../../gitops/yaml/document.ts';
import { inWords } from '../actionTarget.ts';
import { type Refusal, refuse } from '../refusal.ts';
import type { Rendered, RiskFinding, WriteContext, Written } from './types.ts';

export interface FieldValue {
  readonly path: FieldPath;
  readonly value: string | number;
  /** What the cluster has there now. */
  readonly live: string | number | undefined;
  /** What the API server fills in where Git says nothing. */
  readonly otherwise?: string | number;
  /** Whether two texts say the same: the API server writes some values its own way. */
  readonly same?: (a: string, b: string) => boolean;
}

interface WrittenFields {
  readonly kind: 'fields';
  readonly tree: WriteContext['tree'];
  readonly rendering: Rendered;
  readonly files: readonly string[];
}

export function inContainer(container: string, ...rest: readonly string[]): FieldPath {
  return ['spec', 'template', 'spec', 'containers', { key: 'name', value: container }, ...rest];
}

/** All of the fields, or a refusal: nothing is half written. */
export async function writeFields(context: WriteContext, fields: readonly FieldValue[], risk: RiskFinding): Promise<Written | Refusal> {
  const written = await editFields(context, fields);
  if (written.kind === 'refusal') return written;
  const { tree, rendering, files } = written;
  return { kind: 'written', tree, rendering, files, risk };
}

/** One field after the other; each step is verified by rendering before the next begins. */
async function editFields(context: WriteContext, fields: readonly FieldValue[]): Promise<WrittenFields | Refusal> {
  let { tree, before } = context;
  const files = new Set<string>();
  for (const { path, value, live, otherwise, same = identical } of fields) {
    const inGit = shown(valueAt(context.manifest, path)) ?? shown(otherwise);
    const now = shown(live);
    if (now !== undefined && (inGit === undefined || !same(inGit, now))) {
      const where = `${formatPath(path)} of ${inWords(context.target)}`;
      return refuse('Drifted', `${where} is ${now} in the cluster and ${inGit ?? 'not set'} in Git: something else sets it`);
    }
    if (inGit === String(value)) continue;
    const located = await locateAndEdit(
      { tree, build: context.owner.build, before, renderer: context.renderer, signal: context.signal },
      { target: context.manifest, path, value },
    );
    if (located.kind === 'refused') return refuse('FieldNotLocated', located.message);
    files.add(located.file);
    tree = located.tree;
    before = located.rendering;
  }
  if (files.size === 0) return refuse('AlreadyInPlace', `Git has the wanted values of ${inWords(context.target)} already`);
  return { kind: 'fields', tree, rendering: before, files: [...files] };
}

const identical = (a: string, b: string): boolean => a === b;

function shown(value: unknown): string | undefined {
  return typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? `${value}` : undefined;
}
