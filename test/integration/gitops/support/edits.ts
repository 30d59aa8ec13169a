/** Locating one field in a layout, and what comes of it: for tables of layouts. */
import { inject } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import type { Build } from '../../../../src/gitops/builds.ts';
import { createChartSource } from '../../../../src/gitops/flux/artifact.ts';
import { readFile } from '../../../../src/gitops/git/tree.ts';
import { locateAndEdit } from '../../../../src/gitops/locate.ts';
import { createRenderer, type Renderer } from '../../../../src/gitops/render.ts';
import type { FieldPath } from '../../../../src/gitops/yaml/document.ts';
import { getBinaries } from '../../../cluster/components/binaries.ts';
import { memoryTree } from '../../../unit/gitops/support/memoryTree.ts';

export async function realRenderer(chartHosts: readonly string[] = []): Promise<Renderer> {
  const { helm } = await getBinaries(['helm'], () => undefined);
  const charts = createChartSource({ hosts: chartHosts });
  return createRenderer({ kubectl: inject('cluster').kubectl, helm: helm.binary, charts, clock: systemClock });
}

export interface FieldCase {
  readonly files: Readonly<Record<string, string>>;
  readonly leftOut?: readonly string[];
  readonly build: Build;
  readonly target: { readonly kind: string; readonly name: string };
  readonly field: FieldPath;
  readonly value: string | number;
}

export type Outcome =
  | { readonly kind: 'edited'; readonly file: string; readonly text: string; readonly others: readonly string[] }
  | { readonly kind: 'refused'; readonly message: string };

/** `others` are files that changed beside the one that was named: there must be none. */
export async function locateIn(renderer: Renderer, { files, leftOut, build, target, field, value }: FieldCase): Promise<Outcome> {
  const tree = memoryTree(files, leftOut);
  const before = await renderer.render(tree, build);
  if (before.kind === 'refused') return before;
  const manifest = before.objects.find(({ kind, metadata }) => kind === target.kind && metadata.name === target.name);
  if (manifest === undefined) throw new Error(`${target.kind} ${target.name} is not rendered`);
  const located = await locateAndEdit({ tree, build, before, renderer }, { target: manifest, path: field, value });
  if (located.kind === 'refused') return located;
  const others: string[] = [];
  for (const file of located.tree.files.keys()) {
    const text = (await readFile(located.tree, file))?.toString('utf8');
    if (file !== located.file && text !== files[file]) others.push(file);
  }
  return { kind: 'edited', file: located.file, text: (await readFile(located.tree, located.file))?.toString('utf8') ?? '', others };
}

export const inContainer = (name: string, ...rest: readonly (string | number)[]): FieldPath => [
  'spec',
  'template',
  'spec',
  'containers',
  { key: 'name', value: name },
  ...rest,
];
