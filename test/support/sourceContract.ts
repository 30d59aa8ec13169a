/** What every way to the application's source has to do, over one small history. `exact`: whether it knows lines, or files alone. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRedactor } from '../../src/redact/redactor.ts';
import { gatherSource } from '../../src/sources/applicationSource/gather.ts';
import type { SourcePort } from '../../src/sources/applicationSource/port.ts';
import { createCallBudget } from '../../src/sources/budget.ts';
import { createCleaner } from '../../src/sources/text.ts';

export interface SourceWorld {
  readonly port: SourcePort;
  readonly repository: string;
  readonly history: History;
  stop(): Promise<void>;
}

export interface History {
  readonly first: string;
  readonly second: string;
  readonly third: string;
}

const CART = ['export function total(items) {', '  return sum(items);', '}', ''];
const PASSWORD = 'hunter2-correct-horse';

/** Three commits on `main`, the second of which changes one line of `src/cart.js` and is tagged; pushed to the bare repository. */
export function writeHistory(clone: string, bare: string): History {
  const person = (name: string) => ({
    GIT_AUTHOR_NAME: name,
    GIT_COMMITTER_NAME: name,
    GIT_AUTHOR_EMAIL: 'p@people.test',
    GIT_COMMITTER_EMAIL: 'p@people.test',
  });
  const git = (args: readonly string[], env: Readonly<Record<string, string>> = {}): string =>
    execFileSync('git', args, {
      cwd: clone,
      env: { PATH: process.env['PATH'] ?? '', HOME: clone, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', ...env },
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim();
  const commit = (who: string, subject: string, files: Readonly<Record<string, string>>, minute: number): string => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(clone, path)), { recursive: true });
      writeFileSync(join(clone, path), text);
    }
    const date = `2026-01-01T10:0${minute}:00Z`;
    git(['add', '--all']);
    git(['commit', '--quiet', '-m', subject], { ...person(who), GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date });
    return git(['rev-parse', 'HEAD']);
  };
  git(['init', '--quiet', '--initial-branch=main']);
  const first = commit('Ada', 'Begin', { 'src/cart.js': CART.join('\n'), 'src/pay.js': 'pay\n' }, 1);
  const second = commit(
    'Bob',
    'Round prices\n\nAs agreed.',
    { 'src/cart.js': CART.with(1, '  return Math.floor(sum(items).amount);').join('\n') },
    2,
  );
  git(['tag', 'v1.1.0']);
  const third = commit('Eve', 'Say more', { 'README.md': `password=${PASSWORD}\n` }, 3);
  git(['push', '--quiet', '--tags', bare, 'HEAD:refs/heads/main']);
  return { first, second, third };
}

export function describeSource(name: string, exact: 'line' | 'file', start: () => Promise<SourceWorld>): void {
  describe(`the source of an application by ${name}`, () => {
    let world: SourceWorld;
    const at = (revision: string) => ({ repository: world.repository, revision });
    beforeAll(async () => {
      world = await start();
    });
    afterAll(() => world.stop());

    test('tells what came between two commits, newest first', async () => {
      const { first, second, third } = world.history;
      const told = await world.port.compare(at(first), at(third));
      expect(told).toMatchObject({
        direction: 'forward',
        before: first,
        after: third,
        files: ['README.md', 'src/cart.js'],
        moreCommits: false,
        moreFiles: false,
      });
      expect(told.commits.map(({ commit, author, subject }) => [commit, author, subject])).toEqual([
        [third, 'Eve', 'Say more'],
        [second, 'Bob', 'Round prices'],
      ]);
      expect(told.commits[1]?.at).toBe(Date.parse('2026-01-01T10:02:00Z'));
      expect(told.diff).toContain('+  return Math.floor(sum(items).amount);');
    });

    test('tells that commits were taken back', async () => {
      const { first, second } = world.history;
      const told = await world.port.compare(at(second), at(first));
      expect([told.direction, told.commits.map(({ subject }) => subject), told.files]).toEqual(['back', ['Round prices'], ['src/cart.js']]);
      expect(told.diff).toContain('-  return Math.floor(sum(items).amount);');
      expect(told.diff).toContain('+  return sum(items);');
    });

    test('tells that nothing changed', async () => {
      const { first } = world.history;
      expect(await world.port.compare(at(first), at(first))).toMatchObject({ direction: 'same', commits: [], files: [], diff: '' });
    });

    test('takes a tag, and the beginning of a commit', async () => {
      const { first, second } = world.history;
      expect(await world.port.compare(at(first.slice(0, 10)), at('v1.1.0'))).toMatchObject({ before: first, after: second });
    });

    test('tells who changed a line last, and nothing of a file that it has not', async () => {
      const { second, third } = world.history;
      const lines = [
        { file: '/app/src/cart.js', line: 2 },
        { file: '/app/other.js', line: 1 },
      ];
      const [line, other] = await world.port.lastChanges(at(third), lines);
      expect(line).toMatchObject({
        path: 'src/cart.js',
        line: 2,
        exact,
        commit: { commit: second, author: 'Bob', subject: 'Round prices' },
      });
      expect(other).toBeUndefined();
    });

    test('tells of a file where the line is not in it', async () => {
      const [line] = await world.port.lastChanges(at(world.history.third), [{ file: 'src/cart.js', line: 4000 }]);
      expect(line).toMatchObject({ exact: 'file', commit: { subject: 'Round prices' } });
    });

    test('is cleaned of secrets on the way, and marks what is new', async () => {
      const { first, third } = world.history;
      const deps = {
        source: world.port,
        budget: createCallBudget(5, 2),
        cleaner: createCleaner(createRedactor().text),
        signal: new AbortController().signal,
      };
      const frames = [{ language: 'node', file: '/app/src/cart.js', line: 2 }] as const;
      const found = await gatherSource(deps, { present: at(third), lastGood: at(first), frames });
      expect([found.gaps, found.frames.map(({ isNew }) => isNew)]).toEqual([[], [true]]);
      expect(found.comparison?.diff).toContain('Math.floor');
      expect(found.comparison?.diff).not.toContain(PASSWORD);
    });

    test.each<{
      name: string;
      change: (ref: { repository: string; revision: string }) => { repository: string; revision: string };
      want: string;
    }>([
      { name: 'of a commit that is not there', change: (ref) => ({ ...ref, revision: 'f'.repeat(40) }), want: 'NotFound' },
      { name: 'of another host', change: (ref) => ({ ...ref, repository: 'https://evil.example.com/shop/cart' }), want: 'NotConfigured' },
      { name: 'of no address', change: (ref) => ({ ...ref, repository: 'file:///etc' }), want: 'NotConfigured' },
    ])('is a gap $name', async ({ change, want }) => {
      const deps = {
        source: world.port,
        budget: createCallBudget(5, 2),
        cleaner: createCleaner(createRedactor().text),
        signal: new AbortController().signal,
      };
      const frames = [{ language: 'node', file: 'src/cart.js', line: 2 }] as const;
      const found = await gatherSource(deps, { present: change(at(world.history.third)), frames });
      expect(found.gaps).toMatchObject([{ source: 'source', reason: want }]);
    });
  });
}
