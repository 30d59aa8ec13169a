import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { gapReason } from '../../../../src/sources/gap.ts';
import { createGitHub, type GitHubClient } from '../../../../src/sources/github/client.ts';
import { createGitHubSource } from '../../../../src/sources/github/source.ts';
import { type GitHubStandIn, startGitHub } from '../../../standins/github/server.ts';
import { createFakeClock } from '../../../support/fakeClock.ts';
import { describeSource, type History, writeHistory } from '../../../support/sourceContract.ts';

const TOKEN = 'github-token-of-the-test';
let folder: string;
let bare: string;
let tokenFile: string;
let history: History;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'github-'));
  [bare, tokenFile] = [join(folder, 'cart.git'), join(folder, 'token')];
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', bare]);
  mkdirSync(join(folder, 'clone'));
  history = writeHistory(join(folder, 'clone'), bare);
  writeFileSync(tokenFile, `${TOKEN}\n`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const start = (): Promise<GitHubStandIn> =>
  startGitHub({
    repositories: { 'shop/cart': bare },
    token: TOKEN,
    pulls: { [history.second]: [{ number: 7, title: 'Round all prices' }] },
  });

describeSource('the API of GitHub', 'file', async () => {
  const standIn = await start();
  const client = createGitHub({ name: 'github', url: standIn.url, tokenFile, clock: systemClock });
  return {
    port: createGitHubSource(client),
    repository: `${standIn.url}/shop/cart.git`,
    history,
    stop: async () => {
      await client.close();
      await standIn.stop();
    },
  };
});

describe('GitHub', () => {
  let standIn: GitHubStandIn;
  let client: GitHubClient;
  const clock = createFakeClock();
  const commits = 'repos/shop/cart/commits';

  beforeEach(async () => {
    standIn = await start();
    client = createGitHub({ name: 'github', url: standIn.url, tokenFile, clock, maxBytes: 64 * 1024 });
  });
  afterEach(async () => {
    await client.close();
    await standIn.stop();
  });

  test('names the pull requests of commits', async () => {
    const source = createGitHubSource(client);
    const at = (revision: string) => ({ repository: `${standIn.url}/shop/cart`, revision });
    const { commits: told } = await source.compare(at(history.first), at(history.second));
    expect(told[0]?.pullRequests).toEqual([{ number: 7, title: 'Round all prices' }]);
  });

  test('is asked again conditionally, and its answer is kept', async () => {
    const first = await client.get(commits);
    expect(await client.get(commits)).toEqual(first);
    standIn.misbehave((request, response) => response.writeHead(request.headers['if-none-match'] === undefined ? 500 : 304).end());
    expect(await client.get(commits)).toEqual(first);
  });

  const limit = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Date.parse('2026-01-01T00:30:00Z') / 1000) };
  test.each<{ name: string; status: number; headers: Readonly<Record<string, string>>; body?: string; minutes: number }>([
    { name: 'the primary limit', status: 403, headers: limit, minutes: 30 },
    { name: 'the secondary limit', status: 403, headers: { 'retry-after': '120' }, minutes: 2 },
    {
      name: 'the secondary limit, without a time',
      status: 403,
      headers: {},
      body: '{"message":"You have exceeded a secondary rate limit"}',
      minutes: 1,
    },
    { name: 'too many requests', status: 429, headers: { 'retry-after': '60' }, minutes: 1 },
    { name: 'a limit for ever', status: 429, headers: { 'retry-after': '99999999' }, minutes: 60 },
  ])('is not asked before its time after $name', async ({ status, headers, body = '{}', minutes }) => {
    clock.jumpWall(Date.parse('2026-01-01T00:00:00Z') - clock.now());
    standIn.misbehave((_, response) => response.writeHead(status, headers).end(body));
    const refused: unknown = await client.get(commits).catch((error: unknown) => error);
    expect([gapReason(refused), (refused as Error).message]).toEqual(['Unavailable', expect.stringContaining('rate limit is reached')]);
    clock.jumpWall(minutes * 60_000 - 1_000);
    await expect(client.get(commits)).rejects.toThrow('rate limit is reached');
    expect(standIn.requests).toHaveLength(1);
    clock.jumpWall(1_000);
    expect(await client.get(commits)).toHaveLength(3);
  });

  test.each<{ name: string; answer: RequestListener; want: string }>([
    { name: 'no right', answer: (_, response) => response.writeHead(403).end('{"message":"Resource not accessible"}'), want: 'Forbidden' },
    { name: 'a wrong token', answer: (_, response) => response.writeHead(401).end('{}'), want: 'Forbidden' },
    { name: 'no such repository', answer: (_, response) => response.writeHead(404).end('{}'), want: 'NotFound' },
    { name: 'no such commit', answer: (_, response) => response.writeHead(422).end('{}'), want: 'NotFound' },
    { name: 'an outage', answer: (_, response) => response.writeHead(502).end('<html>'), want: 'Unavailable' },
    { name: 'a web page', answer: (_, response) => response.writeHead(200).end('<!doctype html>'), want: 'Malformed' },
    {
      name: 'a redirect elsewhere',
      answer: (_, response) => response.writeHead(301, { location: 'http://127.0.0.1:1/' }).end(),
      want: 'Malformed',
    },
    { name: 'a flood', answer: (_, response) => response.writeHead(200).end('x'.repeat(100_000)), want: 'TooLarge' },
    { name: 'a hang-up', answer: (request) => void request.socket.destroy(), want: 'Unavailable' },
  ])('that answers with $name is a gap', async ({ answer, want }) => {
    standIn.misbehave(answer);
    const failure: unknown = await client.get(commits).catch((error: unknown) => error);
    expect(gapReason(failure)).toBe(want);
    expect((failure as Error).message).toMatch(/^github: /u);
    expect(String(failure)).not.toContain(TOKEN);
  });

  test('that is silent is a gap when the time is up', async () => {
    standIn.misbehave(() => undefined);
    const running = client.get(commits).catch((error: unknown) => gapReason(error));
    await clock.advance(5_000);
    expect(await running).toBe('TimedOut');
  });

  test('is followed to where a repository moved, on the same host', async () => {
    standIn.misbehave((_, response) => response.writeHead(301, { location: `/${commits}` }).end());
    expect(await client.get('repos/old/name/commits')).toHaveLength(3);
  });

  test('that says something else is a gap', async () => {
    standIn.misbehave((_, response) => response.writeHead(200).end('{"sha":7}'));
    const at = { repository: `${standIn.url}/shop/cart`, revision: 'main' };
    const failure: unknown = await createGitHubSource(client)
      .compare(at, at)
      .catch((error: unknown) => error);
    expect(gapReason(failure)).toBe('Malformed');
  });

  test.each([
    ['https://api.github.com', 'github.com'],
    ['https://api.shop.ghe.com', 'shop.ghe.com'],
    ['https://ghe.example.com/api/v3', 'ghe.example.com'],
  ])('at %s is the host %s', async (url, want) => {
    const other = createGitHub({ name: 'x', url, clock });
    expect(other.webHost).toBe(want);
    await other.close();
  });
});
