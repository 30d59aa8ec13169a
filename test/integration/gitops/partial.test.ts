/** Large repositories: mirrors without the contents of files, which are fetched when they are read, all at once; and hosts that give nothing in parts. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { makeCommit, unifiedDiff } from '../../../src/gitops/git/commit.ts';
import { commitsBetween } from '../../../src/gitops/git/history.ts';
import { pushBranch } from '../../../src/gitops/git/push.ts';
import { createRepositories, type Repository } from '../../../src/gitops/git/repositories.ts';
import { takeBack } from '../../../src/gitops/git/takeBack.ts';
import { openTree, readFile, readParts } from '../../../src/gitops/git/tree.ts';
import { closureOf } from '../../../src/gitops/kustomize/closure.ts';
import { type GitServer, startGitServer } from '../../cluster/addons/gitServer.ts';
import { openWorkspace, type Workspace } from '../../cluster/workspace/workspace.ts';
import { type LogLine, recordingLogger } from '../../support/logger.ts';
import { type Person, person } from './support/people.ts';

let workspace: Workspace;
let server: GitServer;
let folder: string;
const people: Person[] = [];
const proxies: Server[] = [];
const lines: LogLine[] = [];

beforeAll(async () => {
  workspace = await openWorkspace({ description: 'partial mirrors' });
  server = await startGitServer(workspace);
  folder = mkdtempSync(join(tmpdir(), 'partial-'));
});
afterEach(() => {
  for (const one of proxies.splice(0)) one.close();
});
afterAll(async () => {
  for (const one of people) one.stop();
  rmSync(folder, { recursive: true, force: true });
  await workspace.stop();
});

const OVERLAY = {
  'apps/kustomization.yaml': 'resources: [../base, cart.yaml]\n',
  'apps/cart.yaml': 'kind: Deployment\n',
  'base/kustomization.yaml': 'resources: [one.yaml, two.yaml]\n',
  'base/one.yaml': 'kind: ConfigMap\n',
  'base/two.yaml': 'kind: Secret\n',
};
const LARGE = 2 ** 20;

/** A repository with an overlay, and 4 MiB that have nothing to do with it. */
async function project(name: string, options: { readonly partial?: boolean } = {}) {
  const { url, dir } = await server.createRepository(name, options);
  const ada = person(dir);
  people.push(ada);
  const ballast = Object.fromEntries(Array.from({ length: 4 }, (_, n) => [`media/${n}.bin`, randomBytes(LARGE).toString('latin1')]));
  const first = ada.commit('Begin', { ...OVERLAY, ...ballast });
  return { url, ada, first };
}

let count = 0;
function open(url: string): Promise<Repository> {
  const dir = join(folder, `mirrors-${(count += 1)}`);
  const { host } = new URL(url);
  return createRepositories({ dir, credentials: [], httpHosts: [host], clock: systemClock, logger: recordingLogger(lines) }).open(url);
}

interface Watched {
  readonly url: string;
  /** Services that were asked, `upload-pack` or `receive-pack`, and what the host sent in bytes. */
  readonly asked: string[];
  readonly sent: () => number;
  readonly cut: () => Promise<void>;
}

/** The host behind a proxy that counts; `forget` leaves out the header without which Git speaks its oldest protocol. */
async function watched(url: string, { forget }: { readonly forget?: string } = {}): Promise<Watched> {
  const asked: string[] = [];
  let sent = 0;
  const target = new URL(url);
  const proxy = createServer((incoming, outgoing) => {
    if (incoming.method === 'POST') asked.push(/git-([\w-]+)$/u.exec(incoming.url ?? '')?.[1] ?? '');
    const headers = Object.fromEntries(Object.entries(incoming.headers).filter(([name]) => name !== forget));
    const passed = httpRequest(
      { host: target.hostname, port: target.port, path: incoming.url, method: incoming.method, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.on('data', (chunk: Buffer) => (sent += chunk.length));
        answer.pipe(outgoing);
      },
    );
    incoming.pipe(passed);
  });
  proxies.push(proxy);
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const address = proxy.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const cut = async (): Promise<void> => {
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}${target.pathname}`, asked, sent: () => sent, cut };
}

function sizeOf(path: string): number {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

async function readOverlay(repository: Repository, commit: string): Promise<readonly string[]> {
  const tree = await openTree(repository, commit);
  const closure = await closureOf(tree, 'apps');
  if ('refused' in closure) throw new Error(closure.refused);
  const parts = await readParts(tree, [...closure.files.keys()]);
  if ('refused' in parts) throw new Error(parts.refused);
  return [...parts.keys()].toSorted();
}

const author = { name: 'Agent-SRE', email: 'agent-sre@agentsre.io' };
const fix = (repository: Repository, parent: string): Promise<string> =>
  makeCommit(repository, {
    parent,
    files: [{ path: 'apps/cart.yaml', mode: '100644', content: Buffer.from('kind: StatefulSet\n') }],
    message: { subject: 'Fix it', trailers: [['Plan-UID', 'u1']] },
    author,
    at: 0,
  });

describe('a partial mirror', () => {
  test('holds what was read and nothing else, fetched once for each level of kustomizations and once for the rest', async () => {
    const { url, first } = await project('large');
    const host = await watched(url);
    const repository = await open(host.url);
    await repository.fetch('main');
    const before = host.asked.length;
    expect(await readOverlay(repository, first)).toEqual(Object.keys(OVERLAY).toSorted());
    // Twice a fetch: what there is, and the objects.
    expect(host.asked.length - before).toBeLessThanOrEqual(6);
    const after = host.asked.length;
    await readOverlay(repository, first);
    expect(host.asked.length).toBe(after);
    expect(host.sent()).toBeLessThan(2 ** 20);
    expect(sizeOf(repository.dir)).toBeLessThan(2 ** 20);
  });

  test('tells history without the network, and a diff with the files that differ', async () => {
    const { url, ada, first } = await project('history');
    const second = ada.commit('Grow', { 'apps/cart.yaml': 'kind: DaemonSet\n' });
    const host = await watched(url);
    const repository = await open(host.url);
    await repository.fetch('main');
    const asked = host.asked.length;
    const window = { branch: 'main', paths: ['apps'], start: 0, end: Date.now() + 60_000, max: 10 };
    expect((await commitsBetween(repository, window)).map(({ subject }) => subject)).toEqual(['Grow', 'Begin']);
    expect(host.asked.length).toBe(asked);
    expect(await unifiedDiff(repository, first, second)).toContain('-kind: Deployment\n+kind: DaemonSet\n');
    const tree = await openTree(repository, second);
    const back = await takeBack(repository, { before: first, after: second, tree });
    expect(back).toMatchObject({ kind: 'takenBack', files: new Map([['apps/cart.yaml', { content: Buffer.from('kind: Deployment\n') }]]) });
  });

  test('is committed to and pushed from without what it does not hold', async () => {
    const { url, ada, first } = await project('push');
    const host = await watched(url);
    const repository = await open(host.url);
    const base = await repository.fetch('main');
    const commit = await fix(repository, base);
    expect(await pushBranch(repository, { branch: 'main', commit, base: first })).toEqual({ result: 'pushed' });
    expect(ada.read('apps/cart.yaml')).toBe('kind: StatefulSet\n');
    expect(ada.git('ls-tree', '-r', '--name-only', 'HEAD', 'media').split('\n')).toHaveLength(4);
    expect(host.sent()).toBeLessThan(2 ** 20);
  });

  test('says which host is away when a file is to be read that it does not hold', async () => {
    const { url, first } = await project('away');
    const host = await watched(url);
    const repository = await open(host.url);
    await repository.fetch('main');
    await host.cut();
    const tree = await openTree(repository, first);
    await expect(readFile(tree, 'apps/cart.yaml')).rejects.toMatchObject({
      kind: 'Unavailable',
      message: expect.stringContaining(host.url),
    });
  });

  test('does not read what is larger than any manifest', async () => {
    const { url, ada } = await project('bloated');
    const tip = ada.commit('Bloat', { 'apps/cart.yaml': `# ${'x'.repeat(5 * 2 ** 20)}\n` });
    const repository = await open(url);
    await repository.fetch('main');
    expect(await readParts(await openTree(repository, tip), ['apps/cart.yaml'])).toEqual({
      refused: expect.stringContaining('larger than 4 MiB'),
    });
  });
});

describe('a host', () => {
  test('that gives no partial clones is mirrored as a whole', async () => {
    const { url, first } = await project('whole', { partial: false });
    const host = await watched(url);
    const repository = await open(host.url);
    await repository.fetch('main');
    const asked = host.asked.length;
    expect(await readOverlay(repository, first)).toEqual(Object.keys(OVERLAY).toSorted());
    expect(host.asked.length).toBe(asked);
    expect(sizeOf(repository.dir)).toBeGreaterThan(4 * LARGE);
  });

  test('that gives a partial clone and then no single files is mirrored as a whole, once', async () => {
    const { url, ada, first } = await project('half');
    const host = await watched(url, { forget: 'git-protocol' });
    const repository = await open(host.url);
    await repository.fetch('main');
    expect(await readOverlay(repository, first)).toEqual(Object.keys(OVERLAY).toSorted());
    expect(lines.map((line) => line.message)).toContain('the host gives no single objects; its repository is mirrored as a whole');
    const second = ada.commit('More', { 'apps/cart.yaml': 'kind: DaemonSet\n' });
    expect(await repository.fetch('main')).toBe(second);
    const asked = host.asked.length;
    expect((await readFile(await openTree(repository, second), 'apps/cart.yaml'))?.toString()).toBe('kind: DaemonSet\n');
    expect(host.asked.length).toBe(asked);
  });
});
