/** A Git host that fails: each failure is told apart, names the host, says what to do, and carries neither the token nor what was sent. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { GitError } from '../../../../src/gitops/errors.ts';
import { giteaPullRequests } from '../../../../src/gitops/hosts/gitea.ts';
import { githubPullRequests } from '../../../../src/gitops/hosts/github.ts';
import { gitlabMergeRequests } from '../../../../src/gitops/hosts/gitlab.ts';
import { createGitHosts } from '../../../../src/gitops/hosts/hosts.ts';
import { createHostHttp, type HostHttp } from '../../../../src/gitops/hosts/http.ts';
import type { PullRequests } from '../../../../src/gitops/hosts/port.ts';
import { type AnsweringServer, json, startAnsweringServer, status, text } from '../../../support/answeringServer.ts';
import { createFakeClock } from '../../../support/fakeClock.ts';

const TOKEN = 'token-that-nobody-should-quote';
const SECRET = 'body-that-nobody-should-quote';
const folder = mkdtempSync(join(tmpdir(), 'host-failures-'));
const tokenFile = join(folder, 'token');
writeFileSync(tokenFile, `${TOKEN}\n`);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let server: AnsweringServer;
let http: HostHttp;
const connect = (clock: Pick<typeof systemClock, 'now' | 'setTimeout'> = systemClock, timeoutMs = 5_000): HostHttp => {
  http = createHostHttp({ host: 'git.test', url: server.url, tokenFile }, { clock, timeoutMs });
  return http;
};
beforeEach(async () => {
  server = await startAnsweringServer();
});
afterEach(async () => {
  await http.close();
  await server.close();
});

const adapters: Readonly<Record<string, (http: HostHttp, path: string) => PullRequests>> = {
  GitHub: githubPullRequests,
  GitLab: gitlabMergeRequests,
  Gitea: giteaPullRequests,
};
const WANTED = { head: 'agent-sre/fix', base: 'main', title: 'Fix', body: '', draft: false };
const calls: readonly (readonly [name: string, call: (requests: PullRequests) => Promise<unknown>])[] = [
  ['find', (requests) => requests.find('agent-sre/fix', 'main')],
  ['get', (requests) => requests.get(1)],
  ['create', (requests) => requests.create(WANTED)],
  ['comment', (requests) => requests.comment(1, 'Done.')],
  ['close', (requests) => requests.close(1)],
  ['approvers', (requests) => requests.approvers(1, 'a'.repeat(40))],
  ['comments', (requests) => requests.comments(1)],
];
const failures = [
  { name: '401', answer: status(401), want: 'Unauthorized' },
  { name: '403', answer: status(403), want: 'Unauthorized' },
  { name: '500', answer: text(SECRET, 500), want: 'Unavailable' },
  { name: '503', answer: status(503), want: 'Unavailable' },
  { name: '429', answer: status(429, { 'retry-after': '60' }), want: 'Unavailable' },
  { name: 'a redirect', answer: status(302, { location: 'http://127.0.0.1:1/login' }), want: 'Refused' },
  { name: 'a web page', answer: text(`<!doctype html><p>${SECRET}`), want: 'Failed' },
  { name: 'half of its JSON', answer: text(`{"number": 1, "${SECRET}`), want: 'Failed' },
  { name: 'success that tells nothing', answer: text(''), want: 'Failed' },
  { name: 'JSON of something else', answer: json({ hello: SECRET }), want: 'Failed' },
] as const;

describe.each(Object.entries(adapters))('%s, when its host fails', (_, adapter) => {
  test.each(calls.flatMap(([name, call]) => failures.map((failure) => ({ ...failure, title: `${name}: ${failure.name}`, call }))))(
    '$title is $want',
    async ({ answer, want, call }) => {
      server.answer = answer;
      const error: unknown = await call(adapter(connect(), 'shop/config')).catch((failure: unknown) => failure);
      expect(error).toBeInstanceOf(GitError);
      const { kind, message } = error as GitError;
      expect(kind).toBe(want);
      expect(message).toContain('git.test');
      expect(message).not.toMatch(new RegExp(`${TOKEN}|${SECRET}`, 'u'));
    },
  );

  test('silence is told as such', async () => {
    server.answer = () => undefined;
    await expect(adapter(connect(systemClock, 50), 'shop/config').get(1)).rejects.toMatchObject({ kind: 'TimedOut' });
  });

  test('closing that leaves it open is no success', async () => {
    const open = {
      number: 1,
      iid: 1,
      html_url: 'https://git.test/1',
      web_url: 'https://git.test/1',
      merged: false,
      sha: 'a'.repeat(40),
      target_branch: 'main',
      head: { sha: 'a'.repeat(40), ref: 'fix' },
      base: { ref: 'main' },
    };
    server.answer = json({ ...open, state: adapter === gitlabMergeRequests ? 'opened' : 'open' });
    await expect(adapter(connect(), 'shop/config').close(1)).rejects.toMatchObject({
      kind: 'Failed',
      message: expect.stringContaining('still open'),
    });
  });
});

describe('what is asked of a host', () => {
  test.each([
    { name: 'after as many seconds as Retry-After says', code: 429, headers: { 'retry-after': '90' }, waitMs: 90_000 },
    {
      name: 'after GitHub’s limit is reset',
      code: 403,
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '120' },
      waitMs: 120_000,
    },
    { name: 'after a minute where nothing is said', code: 429, headers: {}, waitMs: 60_000 },
  ])('goes on $name, and not before', async ({ code, headers, waitMs }) => {
    const clock = createFakeClock(0);
    let asked = 0;
    server.answer = (request, response) => {
      asked += 1;
      status(code, headers)(request, response);
    };
    const requests = githubPullRequests(connect({ now: clock.now, setTimeout: systemClock.setTimeout }), 'shop/config');
    await expect(requests.get(1)).rejects.toMatchObject({ kind: 'Unavailable', retryAfterMs: waitMs });
    await expect(requests.get(1)).rejects.toMatchObject({ kind: 'Unavailable' });
    expect(asked).toBe(1);
    await clock.advance(waitMs);
    await requests.get(1).catch(() => undefined);
    expect(asked).toBe(2);
  });

  test('is asked conditionally once it has an ETag', async () => {
    const seen: (string | undefined)[] = [];
    server.answer = (request, response) => {
      seen.push(request.headers['if-none-match']);
      if (request.headers['if-none-match'] === '"1"') response.writeHead(304).end();
      else response.writeHead(200, { etag: '"1"' }).end('[]');
    };
    const requests = githubPullRequests(connect(), 'shop/config');
    expect(await requests.comments(1)).toEqual([]);
    expect(await requests.comments(1)).toEqual([]);
    expect(seen).toEqual([undefined, '"1"']);
  });

  test('is not asked without a token that can be read', async () => {
    http = createHostHttp({ host: 'git.test', url: server.url, tokenFile: join(folder, 'missing') }, { clock: systemClock });
    await expect(githubPullRequests(http, 'shop/config').get(1)).rejects.toMatchObject({
      kind: 'Unauthorized',
      message: expect.stringContaining('missing'),
    });
  });
});

describe('which host has a repository', () => {
  const settings = { kind: 'GitLab', url: 'https://git.test/gitlab/api/v4', tokenFile, labels: [], draft: false } as const;
  const hosts = createGitHosts(
    [
      { ...settings, repositories: ['https://git.test/gitlab'] },
      { ...settings, repositories: ['https://git.test/gitlab/shop', 'ssh://git@git.test/shop'], labels: ['shop'] },
    ],
    systemClock,
  );
  test.each([
    { name: 'one of a longer beginning', repository: 'https://git.test/gitlab/shop/config.git', want: ['shop'] },
    { name: 'one by ssh', repository: 'ssh://git@git.test/shop/config', want: ['shop'] },
    { name: 'one of a shorter beginning', repository: 'https://git.test/gitlab/other/config', want: [] },
    { name: 'one whose beginning is cut within a word', repository: 'https://git.test/gitlab/shopping/config', want: [] },
    { name: 'none', repository: 'https://elsewhere.test/shop/config', want: undefined },
    { name: 'none, of what is no address', repository: 'git@git.test:shop/config', want: undefined },
  ])('$name', ({ repository, want }) => {
    http = createHostHttp({ host: 'git.test', url: server.url, tokenFile }, { clock: systemClock });
    expect(hosts.of(repository)?.labels).toEqual(want);
  });

  test('a path that is none of that host is refused', () => {
    http = createHostHttp({ host: 'git.test', url: server.url, tokenFile }, { clock: systemClock });
    expect(() => hosts.of('https://git.test/gitlab/shop')).toThrow('owner/name');
  });
});
