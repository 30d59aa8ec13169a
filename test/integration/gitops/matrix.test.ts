/** The matrix of repository layouts and actions: the right line is edited, or it is refused for a good reason; nothing else is touched, ever. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readFile } from '../../../src/gitops/git/tree.ts';
import { locateAndEdit } from '../../../src/gitops/locate.ts';
import type { Renderer, Rendering } from '../../../src/gitops/render.ts';
import { memoryTree } from '../../unit/gitops/support/memoryTree.ts';
import { packagedChart, startChartServer } from './support/charts.ts';
import { realRenderer } from './support/edits.ts';
import { ACTIONS, type ActionName, type Layout } from './support/layouts.ts';
import { argoLayouts } from './support/layoutsOfArgo.ts';
import { kustomizeLayouts } from './support/layoutsOfKustomize.ts';
import { releaseLayouts } from './support/layoutsOfReleases.ts';

const server = await startChartServer();
const all = [...kustomizeLayouts(), ...releaseLayouts(server.publish(packagedChart())), ...argoLayouts()];
const names = Object.keys(ACTIONS) as readonly ActionName[];
let renderer: Renderer;
beforeAll(async () => {
  renderer = await realRenderer([server.host]);
});

type Result = 'edited' | 'added' | 'refused' | 'WRONG';
const results = new Map<string, Map<ActionName, Result>>();

afterAll(() => {
  server.stop();
  const width = Math.max(...all.map(({ name }) => name.length));
  const rows = [...results].map(([layout, row]) =>
    [layout.padEnd(width), ...names.map((name) => (row.get(name) ?? '').padEnd(9))].join(' '),
  );
  const found = [...results.values()].flatMap((row) => [...row.values()]);
  const count = (result: Result): number => found.filter((one) => one === result).length;
  const sums = `${found.length} cases: ${count('edited')} edited in place, ${count('added')} added, ${count('refused')} refused, ${count('WRONG')} wrong`;
  process.stdout.write(`${['layout'.padEnd(width), ...names.map((name) => name.padEnd(9))].join(' ')}\n${rows.join('\n')}\n${sums}\n`);
});

/** What the repository has to be afterwards: the marked line with its new value. */
function expectedOf({ files }: Layout, name: ActionName): { readonly file: string; readonly text: string } | undefined {
  const { from, to } = ACTIONS[name];
  for (const [file, text] of Object.entries(files)) {
    const line = text.split('\n').find((one) => one.replace(/\r$/u, '').endsWith(`# @${name}`));
    if (line !== undefined) return { file, text: text.replace(line, line.replace(from, to)) };
    // A file of variables has no comments.
    if (file.endsWith('.env') && text.includes(`=${from}`)) return { file, text: text.replace(`=${from}`, `=${to}`) };
  }
  return undefined;
}

/** Whether `after` is `before` with whole lines, or a part of one line, put in at one place. */
function isAddition(before: string, after: string): boolean {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  const rest = before.slice(start);
  return after.length > before.length && after.endsWith(rest);
}

const renderings = new Map<Layout, Promise<Rendering>>();
function renderedOnce(layout: Layout): Promise<Rendering> {
  const known = renderings.get(layout) ?? renderer.render(memoryTree(layout.files), layout.build);
  renderings.set(layout, known);
  return known;
}

async function run(layout: Layout, name: ActionName) {
  const { kind, field, value } = ACTIONS[name];
  const before = await renderedOnce(layout);
  if (before.kind === 'refused') return before;
  const wanted = kind === 'Deployment' ? new RegExp(`^${layout.workload ?? 'cart'}$`, 'u') : (layout.configMap ?? /^cart-settings$/u);
  const target = before.objects.find(
    (object) => object.kind === kind && wanted.test(object.metadata.name) && object.metadata.namespace !== 'staging',
  );
  if (target === undefined) throw new Error(`${layout.name} renders no ${kind} ${wanted.source}`);
  const tree = memoryTree(layout.files);
  const located = await locateAndEdit({ tree, build: layout.build, before, renderer }, { target, path: field, value });
  if (located.kind === 'refused') return located;
  const changed: { file: string; text: string }[] = [];
  for (const file of located.tree.files.keys()) {
    const text = (await readFile(located.tree, file))?.toString('utf8') ?? '';
    if (text !== layout.files[file]) changed.push({ file, text });
  }
  return { kind: 'located' as const, changed };
}

describe.each(all)('$name', (layout) => {
  test.each(names)('%s', async (name) => {
    const row = results.get(layout.name) ?? new Map<ActionName, Result>();
    results.set(layout.name, row.set(name, 'WRONG'));
    const seen = await run(layout, name);
    const refusal = layout.refuses?.[name];
    if (refusal !== undefined) {
      expect(seen).toEqual({ kind: 'refused', message: expect.stringMatching(refusal) });
      row.set(name, 'refused');
      return;
    }
    const expected = expectedOf(layout, name);
    if (expected !== undefined) {
      expect(seen).toEqual({ kind: 'located', changed: [expected] });
      row.set(name, 'edited');
      return;
    }
    expect(layout.adds).toContain(name);
    if (seen.kind === 'refused') throw new Error(seen.message);
    const [one, ...more] = seen.changed;
    expect(more).toEqual([]);
    expect(isAddition(layout.files[one?.file ?? ''] ?? '', one?.text ?? '')).toBe(true);
    row.set(name, 'added');
  });
});

test('the matrix has at least sixty cases', () => {
  expect(all.length * names.length).toBeGreaterThanOrEqual(60);
});
