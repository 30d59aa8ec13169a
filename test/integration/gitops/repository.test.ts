/** Mirrors, commits and pushes over a real Git server: what goes well, and every way in which it does not. */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { commitsWithTrailer, isAncestor, makeCommit } from '../../../src/gitops/git/commit.ts';
import { commitsBetween, filesBetween } from '../../../src/gitops/git/history.ts';
import { pushBranch } from '../../../src/gitops/git/push.ts';
import { createRepositories, type Repositories, type RepositoriesOptions } from '../../../src/gitops/git/repositories.ts';
import { takeBack } from '../../../src/gitops/git/takeBack.ts';
import { openTree, readFile } from '../../../src/gitops/git/tree.ts';
import type { GitCredential } from '../../../src/gitops/git/url.ts';
import { type GitServer, startGitServer } from '../../cluster/addons/gitServer.ts';
import { openWorkspace, type Workspace } from '../../cluster/workspace/workspace.ts';
import { type LogLine, recordingLogger } from '../../support/logger.ts';
import { type Person, person } from './support/people.ts';

const PASSWORD = 'p4ss "w0rd\'$`x';
let workspace: Workspace;
let server: GitServer;
let folder: string;
let passwordFile: string;
const people: Person[] = [];
const lines: LogLine[] = [];

beforeAll(async () => {
  workspace = await openWorkspace({ description: 'Git tests' });
  server = await startGitServer(workspace, { users: { robot: PASSWORD } });
  folder = mkdtempSync(join(tmpdir(), 'repositories-'));
  passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, `${PASSWORD}\n`);
});
afterAll(async () => {
  for (const one of people) one.stop();
  rmSync(folder, { recursive: true, force: true });
  await workspace.stop();
});

let count = 0;
function mirrors(change: Partial<GitCredential> | null = {}, options: Partial<RepositoriesOptions> = {}): Repositories {
  const credential = { urlPrefix: server.url, username: 'robot', passwordFile, ...change };
  return createRepositories({
    dir: join(folder, `mirrors-${(count += 1)}`),
    credentials: change === null ? [] : [credential],
    httpHosts: ['127.0.0.1'],
    timeoutMs: 20_000,
    clock: systemClock,
    logger: recordingLogger(lines),
    ...options,
  });
}

async function project(name: string, files: Readonly<Record<string, string>> = { 'a.txt': 'one\n' }) {
  const { url, dir } = await server.createRepository(name);
  const ada = person(dir);
  people.push(ada);
  const first = ada.commit('Begin', files);
  return { url, dir, ada, first };
}

const author = { name: 'Agent-SRE', email: 'agent-sre@agentsre.io' };
const message = {
  subject: 'Fix it',
  body: 'It was broken.',
  trailers: [
    ['Plan-UID', 'u1'],
    ['Approved-By', 'alice'],
  ] as const,
};
const write = (path: string, text: string) => ({ path, mode: '100644' as const, content: Buffer.from(text) });

describe('a mirror', () => {
  test('follows the branch, also where it was rewound', async () => {
    const { url, ada, first } = await project('follow');
    const repository = await mirrors().open(url);
    expect(await repository.fetch('main')).toBe(first);
    const second = ada.commit('More', { 'a.txt': 'two\n' });
    expect(await repository.fetch('main')).toBe(second);
    ada.git('push', '--quiet', '--force', 'origin', `${first}:refs/heads/main`);
    expect(await repository.fetch('main')).toBe(first);
    expect(await isAncestor(repository, first, second)).toBe(true);
    expect(await isAncestor(repository, second, first)).toBe(false);
    expect(await isAncestor(repository, 'f'.repeat(40), first)).toBeUndefined();
  });

  test('is made anew when it is damaged', async () => {
    const { url, ada, first } = await project('damaged');
    const repository = await mirrors({}, { blobs: 'all' }).open(url);
    await repository.fetch('main');
    const object = join(repository.dir, 'objects', first.slice(0, 2), first.slice(2));
    chmodSync(object, 0o600);
    truncateSync(object, 0);
    const second = ada.commit('More', { 'a.txt': 'two\n' });
    expect(await repository.fetch('main')).toBe(second);
    expect(lines.map((line) => line.message)).toContain('mirror is damaged; it is made anew');
  });

  test('is shared by several at once', async () => {
    const { url, first } = await project('shared');
    const repositories = mirrors();
    const tips = await Promise.all(Array.from({ length: 4 }, async () => (await repositories.open(url)).fetch('main')));
    expect(tips).toEqual([first, first, first, first]);
  });

  test('reads a password anew at each use', async () => {
    const { url, first } = await project('rotate');
    const rotating = join(folder, 'rotating');
    writeFileSync(rotating, 'not yet\n');
    const repository = await mirrors({ passwordFile: rotating }).open(url);
    await expect(repository.fetch('main')).rejects.toMatchObject({ kind: 'Unauthorized' });
    writeFileSync(rotating, PASSWORD);
    expect(await repository.fetch('main')).toBe(first);
  });
});

describe('a failure says what it is', () => {
  test.each([
    {
      name: 'a wrong password',
      change: { username: 'eve' },
      want: { kind: 'Unauthorized', message: expect.stringMatching(/Authentication failed.*check the git credential/) },
    },
    { name: 'no credential', change: null, want: { kind: 'Unauthorized' } },
    {
      name: 'a password file that is not there',
      change: { passwordFile: '/nowhere/password' },
      want: { kind: 'Unauthorized', message: expect.stringContaining("/nowhere/password can't be read") },
    },
  ])('$name', async ({ name, change, want }) => {
    const { url } = await project(name.replaceAll(' ', '-'));
    const repository = await mirrors(change).open(url);
    await expect(repository.fetch('main')).rejects.toMatchObject(want);
  });

  test('a branch and a repository that are not there', async () => {
    const { url } = await project('missing');
    await expect((await mirrors().open(url)).fetch('gone')).rejects.toMatchObject({ kind: 'NotFound' });
    await expect((await mirrors().open(`${server.url}/nothing.git`)).fetch('main')).rejects.toMatchObject({ kind: 'NotFound' });
  });

  test('a host that is down, and one that never answers', async () => {
    const silent = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect((await mirrors({}, { timeoutMs: 700 }).open(`http://127.0.0.1:${port}/a`)).fetch('main')).rejects.toMatchObject({
      kind: 'TimedOut',
    });
    // Ends only once nobody is connected any more: the helper that git had started is gone, too.
    await new Promise((resolve) => silent.close(resolve));
    await expect((await mirrors().open(`http://127.0.0.1:${port}/a`)).fetch('main')).rejects.toMatchObject({ kind: 'Unavailable' });
  });

  test('a signal that ends it', async () => {
    const { url } = await project('signal');
    const signal = AbortSignal.abort(new Error('enough'));
    await expect((await mirrors().open(url)).fetch('main', { signal })).rejects.toThrow('enough');
  });

  test('and the password is nowhere: not in a log, an error, an argument or a file of the mirror', async () => {
    const { url } = await project('secret');
    const repository = await mirrors().open(url);
    await repository.fetch('main');
    const error: unknown = await (await mirrors({ username: 'eve' }).open(url)).fetch('main').catch((reason: unknown) => reason);
    const kept = readdirSync(repository.dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name === 'config')
      .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'));
    expect(kept.length).toBeGreaterThan(0);
    expect([JSON.stringify(lines), String(error), ...kept].join('\n')).not.toContain(PASSWORD);
  });
});

describe('a commit', () => {
  test('is the same on every try and on every machine, and is found by its trailers', async () => {
    const { url, ada, first } = await project('same', { 'a.txt': 'one\n', 'b/c.txt': 'two\n' });
    const input = {
      parent: first,
      files: [write('a.txt', 'fixed\n'), { path: 'b/c.txt', mode: '100644' as const, content: undefined }],
      message,
      author,
      at: 1_800_000_000_123,
    };
    const made = await Promise.all(
      [mirrors(), mirrors()].map(async (repositories) => {
        const repository = await repositories.open(url);
        await repository.fetch('main');
        return { repository, sha: await makeCommit(repository, input) };
      }),
    );
    const [one, two] = made;
    if (one === undefined || two === undefined) throw new Error('unreachable');
    expect(one.sha).toBe(two.sha);
    expect(await pushBranch(one.repository, { branch: 'main', commit: one.sha, base: first })).toEqual({ result: 'pushed' });
    expect(ada.git('ls-remote', 'origin', 'refs/heads/main')).toContain(one.sha);
    expect(ada.tip()).toBe(one.sha);
    expect(ada.git('log', '-1', '--format=%an <%ae> %at%n%B')).toBe(
      'Agent-SRE <agent-sre@agentsre.io> 1800000000\nFix it\n\nIt was broken.\n\nPlan-UID: u1\nApproved-By: alice',
    );
    expect(ada.git('ls-tree', '-r', '--name-only', 'HEAD')).toBe('a.txt');

    await two.repository.fetch('main');
    const find = (value: string, since = first) => commitsWithTrailer(two.repository, { branch: 'main', since, key: 'Plan-UID', value });
    expect(await find('u1')).toMatchObject([{ sha: one.sha, parent: first }]);
    expect(await find('u')).toEqual([]);
    expect(await find('u1', one.sha)).toEqual([]);
  });

  test('a trailer that only a body quotes is not found', async () => {
    const { url, ada, first } = await project('quoted');
    ada.commit('Talk about it\n\nPlan-UID: u1\n\nas one does.', { 'a.txt': 'two\n' });
    const repository = await mirrors().open(url);
    await repository.fetch('main');
    expect(await commitsWithTrailer(repository, { branch: 'main', since: first, key: 'Plan-UID', value: 'u1' })).toEqual([]);
  });

  test.each(['../x', '.git/config', 'a/.GIT/x', '/etc/x', ''])('to %j is not made', async (path) => {
    const { url, first } = await project(`path-${count}`);
    const repository = await mirrors().open(url);
    await repository.fetch('main');
    await expect(makeCommit(repository, { parent: first, files: [write(path, 'x')], message, author, at: 0 })).rejects.toMatchObject({
      kind: 'Refused',
    });
  });
});

describe('a push', () => {
  async function ready(name: string) {
    const made = await project(name);
    const repository = await mirrors().open(made.url);
    await repository.fetch('main');
    const commit = await makeCommit(repository, { parent: made.first, files: [write('a.txt', 'fixed\n')], message, author, at: 0 });
    return { ...made, repository, push: { branch: 'main', commit, base: made.first } };
  }

  test('onto a branch that has moved is rejected, and the branch stays', async () => {
    const { ada, repository, push } = await ready('moved');
    const moved = ada.commit('Meanwhile', { 'a.txt': 'theirs\n' });
    expect(await pushBranch(repository, push)).toMatchObject({ result: 'rejected', reason: 'Moved' });
    expect(ada.tip()).toBe(moved);
  });

  test('onto a branch that was rewound is rejected, although it would be a fast-forward', async () => {
    const { ada, first, url } = await project('rewound');
    const base = ada.commit('Taken back later', { 'a.txt': 'two\n' });
    const repository = await mirrors().open(url);
    await repository.fetch('main');
    const commit = await makeCommit(repository, { parent: base, files: [write('a.txt', 'fixed\n')], message, author, at: 0 });
    ada.git('push', '--quiet', '--force', 'origin', `${first}:refs/heads/main`);
    expect(await pushBranch(repository, { branch: 'main', commit, base })).toMatchObject({ result: 'rejected', reason: 'Moved' });
    expect(ada.tip()).toBe(first);
  });

  test('that a hook refuses says what the hook said', async () => {
    const { dir, repository, push } = await ready('hook');
    writeFileSync(join(dir, 'hooks', 'pre-receive'), '#!/bin/sh\necho "main is frozen until Monday" >&2\nexit 1\n', { mode: 0o755 });
    expect(await pushBranch(repository, push)).toMatchObject({
      result: 'rejected',
      reason: 'Refused',
      message: expect.stringContaining('main is frozen until Monday'),
    });
  });

  test('with a wrong password is rejected', async () => {
    const { url, push } = await ready('locked');
    const other = await mirrors({ username: 'eve' }).open(url);
    expect(await pushBranch(other, push)).toMatchObject({ result: 'rejected', reason: 'Unauthorized' });
  });

  test('to a host that hangs is not known to have happened', async () => {
    const { dir, repository, push } = await ready('hangs');
    writeFileSync(join(dir, 'hooks', 'pre-receive'), '#!/bin/sh\nsleep 3\n', { mode: 0o755 });
    expect(await pushBranch(repository, push, { signal: AbortSignal.timeout(500) })).toMatchObject({ result: 'unavailable' });
  });
});

describe('a hostile repository', () => {
  test('has its symbolic links and submodules left out, and its hooks, filters and attributes ignored', async () => {
    const { url, ada } = await project('hostile', {
      'a.txt': 'one\n',
      '.gitattributes': '* filter=evil text eol=crlf export-subst\n',
      '.gitmodules': '[submodule "x"]\n',
    });
    ada.git('update-index', '--add', '--cacheinfo', `120000,${ada.git('rev-parse', 'HEAD:a.txt')},link`);
    ada.git('update-index', '--add', '--cacheinfo', `160000,${ada.git('rev-parse', 'HEAD')},module`);
    ada.git('commit', '--quiet', '-m', 'Links');
    ada.git('push', '--quiet', 'origin', 'HEAD:refs/heads/main');
    const repository = await mirrors().open(url);
    const tree = await openTree(repository, await repository.fetch('main'));
    expect([...tree.files.keys()].toSorted()).toEqual(['.gitattributes', '.gitmodules', 'a.txt']);
    expect([...tree.leftOut].toSorted()).toEqual(['link', 'module']);
    expect((await readFile(tree, 'a.txt'))?.toString()).toBe('one\n');
  });
});

describe('history', () => {
  test('is told along first parents, a merge as one change, within the window and the paths', async () => {
    const { url, ada } = await project('history', { 'apps/a.yaml': '1\n', 'docs/x.md': '1\n' });
    const at = (n: number): { at: number } => ({ at: 1_800_000_000 + n * 60 });
    ada.commit('Old', { 'apps/a.yaml': '2\n' }, at(0));
    const inWindow = ada.commit('In the window', { 'apps/a.yaml': '3\n', 'docs/x.md': '2\n' }, at(10));
    ada.commit('Elsewhere', { 'docs/x.md': '3\n' }, at(11));
    ada.git('checkout', '--quiet', '-b', 'feature');
    writeFileSync(join(ada.git('rev-parse', '--show-toplevel'), 'apps/a.yaml'), '4\n');
    ada.git('commit', '--quiet', '-am', 'On a branch', '--date', `${1_800_000_000 + 720} +0000`);
    ada.git('checkout', '--quiet', 'main');
    ada.git('merge', '--quiet', '--no-ff', '-m', 'Merge it', 'feature');
    ada.git('push', '--quiet', 'origin', 'HEAD:refs/heads/main');
    const merge = ada.tip();
    const repository = await mirrors().open(url);
    await repository.fetch('main');
    const window = { branch: 'main', paths: ['apps'], start: (1_800_000_000 + 300) * 1000, end: Number.MAX_SAFE_INTEGER, max: 10 };
    const recent = await commitsBetween(repository, { ...window, start: (1_800_000_000 + 300) * 1000 - 10 ** 12 });
    expect(recent.map(({ sha, merge: isMerge, subject }) => ({ sha, isMerge, subject }))).toContainEqual({
      sha: merge,
      isMerge: true,
      subject: 'Merge it',
    });
    expect(recent.map(({ subject }) => subject)).not.toContain('On a branch');
    expect(recent.map(({ subject }) => subject)).not.toContain('Elsewhere');
    const narrow = await commitsBetween(repository, { ...window, end: (1_800_000_000 + 640) * 1000 });
    expect(narrow.map(({ sha }) => sha)).toEqual([inWindow]);
    const [parent] = [recent.find(({ sha }) => sha === merge)?.parent ?? ''];
    expect((await filesBetween(repository, parent, merge)).map(({ path, status }) => ({ path, status }))).toEqual([
      { path: 'apps/a.yaml', status: 'M' },
    ]);
  });
});

describe('taking back', () => {
  const long = Array.from({ length: 12 }, (_, n) => `line ${n}\n`).join('');
  interface Case {
    readonly name: string;
    readonly change: Readonly<Record<string, string | undefined>>;
    readonly since?: Readonly<Record<string, string | undefined>>;
    readonly want: Readonly<Record<string, string | undefined>> | RegExp;
  }
  test.each<Case>([
    { name: 'a change restores the bytes', change: { 'a.txt': long.replace('line 3', 'LINE 3') }, want: { 'a.txt': long } },
    {
      name: 'a change keeps what others changed elsewhere in the file',
      change: { 'a.txt': long.replace('line 1\n', 'LINE 1\n') },
      since: { 'a.txt': long.replace('line 1\n', 'LINE 1\n').replace('line 9', 'theirs') },
      want: { 'a.txt': long.replace('line 9', 'theirs') },
    },
    {
      name: 'a change that others changed again is a conflict',
      change: { 'a.txt': long.replace('line 3', 'LINE 3') },
      since: { 'a.txt': long.replace('line 3', 'Line three') },
      want: /same lines/,
    },
    {
      name: 'a change that is back already is nothing',
      change: { 'a.txt': long.replace('line 3', 'LINE 3') },
      since: { 'a.txt': long },
      want: {},
    },
    { name: 'an added file goes', change: { 'new.txt': 'x\n' }, want: { 'new.txt': undefined } },
    {
      name: 'an added file that was changed since is a conflict',
      change: { 'new.txt': 'x\n' },
      since: { 'new.txt': 'y\n' },
      want: /added and has been changed/,
    },
    { name: 'a removed file comes back', change: { 'a.txt': undefined }, want: { 'a.txt': long } },
    {
      name: 'a removed file that was made anew is a conflict',
      change: { 'a.txt': undefined },
      since: { 'a.txt': 'other\n' },
      want: /made anew/,
    },
    {
      name: 'a file that was removed since is a conflict',
      change: { 'a.txt': 'x\n' },
      since: { 'a.txt': undefined },
      want: /removed since/,
    },
    { name: 'several files at once', change: { 'a.txt': 'x\n', 'b.txt': 'y\n' }, want: { 'a.txt': long, 'b.txt': 'b\n' } },
    { name: 'a file that held no newline at its end, and CRLF', change: { 'c.txt': 'x' }, want: { 'c.txt': 'a\r\nb' } },
  ])('$name', async ({ name, change, since, want }) => {
    const { url, ada, first } = await project(name.replaceAll(/\W+/g, '-').slice(0, 40), {
      'a.txt': long,
      'b.txt': 'b\n',
      'c.txt': 'a\r\nb',
    });
    const changed = ada.commit('Change', change);
    if (since !== undefined) ada.commit('Since', since);
    const repository = await mirrors().open(url);
    const tree = await openTree(repository, await repository.fetch('main'));
    const taken = await takeBack(repository, { before: first, after: changed, tree });
    if (want instanceof RegExp) expect(taken).toMatchObject({ kind: 'conflict', why: expect.stringMatching(want) });
    else if (taken.kind === 'conflict') throw new Error(taken.why);
    else expect(Object.fromEntries([...taken.files].map(([path, { content }]) => [path, content?.toString()]))).toEqual(want);
  });
});
