/** What a host may answer to a push: each is told for what it is, the branch is where it was, and nothing is taken for done that is not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request as httpRequest, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { makeCommit } from '../../../src/gitops/git/commit.ts';
import { type PushResult, pushBranch } from '../../../src/gitops/git/push.ts';
import { createRepositories } from '../../../src/gitops/git/repositories.ts';
import { type GitServer, startGitServer } from '../../cluster/addons/gitServer.ts';
import { openWorkspace, type Workspace } from '../../cluster/workspace/workspace.ts';
import { status, text } from '../../support/answeringServer.ts';
import { silentLogger } from '../../support/logger.ts';
import { person } from './support/people.ts';

let workspace: Workspace;
let server: GitServer;
let proxy: Server;
let folder: string;
/** How the proxy answers a push itself; undefined: it passes it on. */
let answer: RequestListener | undefined;
let isLost = false;

beforeAll(async () => {
  workspace = await openWorkspace({ description: 'answers to a push' });
  server = await startGitServer(workspace);
  folder = mkdtempSync(join(tmpdir(), 'push-'));
  const target = new URL(server.url);
  proxy = createServer((incoming, outgoing) => {
    const isPush = incoming.method === 'POST' && incoming.url?.endsWith('git-receive-pack') === true;
    if (isPush && answer !== undefined) {
      incoming.resume();
      incoming.on('end', () => answer?.(incoming, outgoing));
      return;
    }
    const { method, headers, url: path } = incoming;
    const passed = httpRequest({ host: target.hostname, port: target.port, path, method, headers }, (reply) => {
      reply.on('end', () => isPush && isLost && outgoing.destroy());
      if (isPush && isLost) reply.resume();
      else reply.pipe(outgoing.writeHead(reply.statusCode ?? 500, reply.headers));
    });
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  proxy.closeAllConnections();
  proxy.close();
  rmSync(folder, { recursive: true, force: true });
  await workspace.stop();
});

let count = 0;
async function ready() {
  const name = `shop-${(count += 1)}`;
  const { dir } = await server.createRepository(name);
  const ada = person(dir);
  const base = ada.commit('Begin', { 'a.txt': 'one\n' });
  const address = proxy.address();
  const host = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const mirrors = createRepositories({
    dir: join(folder, name),
    credentials: [],
    httpHosts: [host],
    clock: systemClock,
    logger: silentLogger,
  });
  const repository = await mirrors.open(`http://${host}/${name}.git`);
  await repository.fetch('main');
  const commit = await makeCommit(repository, {
    parent: base,
    files: [{ path: 'a.txt', mode: '100644', content: Buffer.from('fixed\n') }],
    message: { subject: 'Fix it', trailers: [['Plan-UID', 'u1']] },
    author: { name: 'Agent-SRE', email: 'agent-sre@agentsre.io' },
    at: 0,
  });
  return { base, commit, tip: ada.tip, push: () => pushBranch(repository, { branch: 'main', commit, base }), stop: ada.stop };
}

const packet = (content: string): string => (content.length + 4).toString(16).padStart(4, '0') + content;
/** The report of a push that succeeded, as git-receive-pack writes it on its first side band. */
const report = `${packet(`\u0001${packet('unpack ok\n')}${packet('ok refs/heads/main\n')}0000`)}0000`;
const said =
  (body: string, type: string): RequestListener =>
  (_, response) =>
    void response.writeHead(200, { 'content-type': type }).end(body);

test.each<{ name: string; answers: RequestListener; want: { result: PushResult['result']; reason?: string; message: RegExp } }>([
  {
    name: '401',
    answers: status(401, { 'www-authenticate': 'Basic realm="x"' }),
    want: { result: 'rejected', reason: 'Unauthorized', message: /git credential/ },
  },
  {
    name: '403',
    answers: text('read-only token', 403),
    want: { result: 'rejected', reason: 'Unauthorized', message: /403.*git credential/ },
  },
  { name: '404', answers: text('no', 404), want: { result: 'rejected', reason: 'Refused', message: /404|not found/ } },
  { name: '409', answers: text('conflict', 409), want: { result: 'unavailable', message: /409/ } },
  { name: '422', answers: text('{"message":"Validation Failed"}', 422), want: { result: 'unavailable', message: /422/ } },
  { name: '429', answers: status(429, { 'retry-after': '60' }), want: { result: 'unavailable', message: /429.*tried again/ } },
  { name: '500', answers: text('oops', 500), want: { result: 'unavailable', message: /500.*tried again/ } },
  {
    name: 'a page',
    answers: said('<!doctype html><title>Sign in</title>', 'text/html'),
    want: { result: 'unavailable', message: /push to http/ },
  },
  { name: 'nothing', answers: said('', 'application/x-git-receive-pack-result'), want: { result: 'unavailable', message: /push to http/ } },
  { name: 'a reset', answers: (request) => void request.socket.resetAndDestroy(), want: { result: 'unavailable', message: /tried again/ } },
  {
    name: 'success without effect',
    answers: said(report, 'application/x-git-receive-pack-result'),
    want: { result: 'unavailable', message: /says that it took it, and main is still at/ },
  },
])('$name', async ({ answers, want }) => {
  const { base, push, tip, stop } = await ready();
  answer = answers;
  const result = await push();
  answer = undefined;
  expect(result).toEqual({ ...want, message: expect.stringMatching(want.message) });
  expect(tip()).toBe(base);
  expect(await push()).toEqual({ result: 'pushed' });
  stop();
});

test('an answer that is lost: not known, and once more is the same', async () => {
  const { commit, push, tip, stop } = await ready();
  isLost = true;
  expect(await push()).toMatchObject({ result: 'unavailable' });
  isLost = false;
  expect(tip()).toBe(commit);
  expect(await push()).toEqual({ result: 'pushed' });
  stop();
});
