/** Taking a change back on top of what others have done since, on real Git: whatever they did elsewhere stays, byte for byte. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createRepositories, type Repository } from '../../../src/gitops/git/repositories.ts';
import { type TakeBackResult, takeBack } from '../../../src/gitops/git/takeBack.ts';
import { openTree } from '../../../src/gitops/git/tree.ts';
import { type GitServer, startGitServer } from '../../cluster/addons/gitServer.ts';
import { openWorkspace, type Workspace } from '../../cluster/workspace/workspace.ts';
import { silentLogger } from '../../support/logger.ts';
import { type Person, person } from './support/people.ts';

let workspace: Workspace;
let server: GitServer;
let folder: string;
let ada: Person;
let repository: Repository;

beforeAll(async () => {
  workspace = await openWorkspace({ description: 'Taking back' });
  server = await startGitServer(workspace, {});
  folder = mkdtempSync(join(tmpdir(), 'take-back-'));
  const { url, dir } = await server.createRepository('shop');
  ada = person(dir);
  ada.commit('Begin', { README: 'x\n' });
  const repositories = createRepositories({
    dir: folder,
    credentials: [],
    httpHosts: ['127.0.0.1'],
    clock: systemClock,
    logger: silentLogger,
  });
  repository = await repositories.open(url);
});
afterAll(async () => {
  ada?.stop();
  rmSync(folder, { recursive: true, force: true });
  await workspace.stop();
});

/** Lines that a manifest may have, with what editors do to their ends; all are different. */
const file = fc.record({
  lines: fc.uniqueArray(fc.stringMatching(/^[ a-zA-Z0-9:#"'-]{1,20}$/u), { minLength: 12, maxLength: 30 }),
  end: fc.constantFrom('\n', '\r\n'),
  last: fc.boolean(),
});
const place = fc.double({ min: 0, max: 0.999, noNaN: true });

let runs = 0;

/** Ours changes a line, they change one so many lines further on, and ours is taken back. */
async function takenBack(content: readonly string[], write: (lines: readonly string[]) => string, at: number, theirsAt: number) {
  const path = `apps/${(runs += 1)}.yaml`;
  const replaced = (lines: readonly string[], index: number, text: string): readonly string[] =>
    lines.map((line, number) => (number === index ? text : line));
  const before = ada.commit('Before', { [path]: write(content) });
  const ours = replaced(content, at, 'ours: changed');
  const after = ada.commit('Ours', { [path]: write(ours) });
  ada.commit('Theirs', { [path]: write(replaced(ours, theirsAt, 'theirs: changed')) });
  const tree = await openTree(repository, await repository.fetch('main'));
  const result: TakeBackResult = await takeBack(repository, { before, after, tree });
  return { path, result, want: write(replaced(content, theirsAt, 'theirs: changed')) };
}

test('an edit elsewhere survives byte for byte, and just ours goes', async () => {
  await fc.assert(
    fc.asyncProperty(file, place, fc.integer({ min: 2, max: 5 }), async ({ lines, end, last }, where, distance) => {
      const at = Math.floor(where * (lines.length - distance));
      const write = (all: readonly string[]): string => all.join(end) + (last ? end : '');
      const { path, result, want } = await takenBack(lines, write, at, at + distance);
      if (result.kind === 'conflict') throw new Error(result.why);
      expect(result.files.get(path)?.content?.toString()).toBe(want);
      expect(result.merged).toEqual([path]);
    }),
    { numRuns: 8 },
  );
}, 180_000);

test('an edit of the very same line refuses, and nothing is taken back', async () => {
  await fc.assert(
    fc.asyncProperty(file, place, async ({ lines, end }, where) => {
      const at = Math.floor(where * lines.length);
      const { path, result } = await takenBack(lines, (all) => all.join(end), at, at);
      expect(result).toMatchObject({ kind: 'conflict', path, why: 'the same lines were changed since' });
    }),
    { numRuns: 4 },
  );
}, 180_000);
