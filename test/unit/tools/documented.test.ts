/** `docs/tools.md` names every tool that the sources define, and none that they do not. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');
const folder = join(root, 'src/tools');
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
const page = readFileSync(join(root, 'docs/tools.md'), 'utf8');

/** A tool's definition: its name stands before its title, and whether it is in the short set after that. */
const DEFINED = /\bname: '([a-z][a-z0-9_]{2,63})',\s+title: [\s\S]{0,2000}?\bcore: (true|false)/gu;

interface Listed {
  readonly name: string;
  readonly core: boolean;
}

const byName = (a: Listed, b: Listed): number => (a.name < b.name ? -1 : 1);

test('the page names each tool that there is, and whether it is in the short set', () => {
  const defined = sources.flatMap((path) =>
    [...readFileSync(join(folder, path), 'utf8').matchAll(DEFINED)].map(([, name = '', core]) => ({ name, core: core === 'true' })),
  );
  expect(defined.length).toBeGreaterThan(10);
  const listed = page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => {
      const cells = line.split('|');
      const core = cells.at(-2) ?? '';
      return [...(cells[1] ?? '').matchAll(/`([a-z0-9_]+)`/gu)].map(([, name = '']) => ({
        name,
        core: core.trim() === 'yes' || core.includes(`\`${name}\``),
      }));
    });
  const known = new Set(defined.map(({ name }) => name));
  // those that one file makes under several names are listed beside the first
  expect(listed.filter(({ name }) => known.has(name)).toSorted(byName)).toEqual(defined.toSorted(byName));
});
