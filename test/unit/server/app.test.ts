import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { Rejection } from '../../../src/intake/rejection.ts';
import { createHealth } from '../../../src/kube/health.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { type AppDeps, createApp } from '../../../src/server/app.ts';
import { createBearerAuth } from '../../../src/server/bearerAuth.ts';
import { createHttpMetrics } from '../../../src/telemetry/httpMetrics.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';

const folder = mkdtempSync(join(tmpdir(), 'server-'));
const tokenFile = join(folder, 'token');
writeFileSync(tokenFile, 'a-secret-token\n');
afterAll(() => rmSync(folder, { recursive: true }));

const lines: string[] = [];
const logger = createLogger({
  level: 'info',
  name: 'test',
  redactor: createRedactor(),
  destination: { write: (line) => void lines.push(line) },
});
const taken = { status: 'accepted', created: 1, updated: 0, unchanged: 0, ignored: 0, resolved_unknown: 0, invalid: 0 } as const;

function appWith(deps: Partial<AppDeps> = {}) {
  const registry = new Registry();
  const health = createHealth(systemClock);
  const app = createApp({ health, clock: systemClock, logger, httpMetrics: createHttpMetrics(registry), registry, ...deps });
  return { app, health, registry };
}

const webhook = (
  options: { readonly isOpen?: boolean; readonly tokenFile?: string | undefined; readonly take?: () => Promise<typeof taken> } = {},
) => ({
  authenticate: createBearerAuth({
    isOpen: options.isOpen ?? false,
    tokenFile: 'tokenFile' in options ? options.tokenFile : tokenFile,
    logger,
  }),
  take: options.take ?? (async () => taken),
});

const post = (authorization?: string): RequestInit => ({
  method: 'POST',
  body: '{}',
  headers: authorization === undefined ? {} : { authorization },
});

describe('health', () => {
  test('says ok when all is well', async () => {
    const { app } = appWith();
    expect([(await app.request('/health')).status, (await app.request('/ready')).status]).toEqual([200, 200]);
  });

  test('says why a process is not ready', async () => {
    const { app, health } = appWith();
    health.addReadyCheck('caches', () => ({ ok: false, why: 'incidents.agentsre.io: connection refused' }));
    const answer = await app.request('/ready');
    expect([answer.status, await answer.json()]).toEqual([
      503,
      { status: 'failing', checks: [{ name: 'caches', ok: false, why: 'incidents.agentsre.io: connection refused' }] },
    ]);
  });

  test('answers HEAD without a body', async () => {
    const answer = await appWith().app.request('/health', { method: 'HEAD' });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });
});

describe('the webhook', () => {
  test.each<{ name: string; deps: ReturnType<typeof webhook>; authorization?: string; want: number }>([
    { name: 'takes the token', deps: webhook(), authorization: 'Bearer a-secret-token', want: 200 },
    { name: 'takes it whatever the case of the scheme', deps: webhook(), authorization: 'bearer a-secret-token', want: 200 },
    { name: 'refuses a call without a token', deps: webhook(), want: 401 },
    { name: 'refuses another token', deps: webhook(), authorization: 'Bearer a-secret-toke', want: 401 },
    { name: 'refuses another scheme', deps: webhook(), authorization: 'Basic a-secret-token', want: 401 },
    { name: 'refuses an empty token', deps: webhook(), authorization: 'Bearer ', want: 401 },
    { name: 'lets a call without a token pass where anybody may come', deps: webhook({ isOpen: true }), want: 200 },
    { name: 'refuses a wrong token even there', deps: webhook({ isOpen: true }), authorization: 'Bearer other', want: 401 },
    {
      name: 'has nothing to compare with there without a file',
      deps: webhook({ isOpen: true, tokenFile: undefined }),
      authorization: 'Bearer other',
      want: 200,
    },
    {
      name: 'asks to come back while its token cannot be read',
      deps: webhook({ tokenFile: join(folder, 'absent') }),
      authorization: 'Bearer x',
      want: 503,
    },
  ])('$name', async ({ deps, authorization, want }) => {
    expect((await appWith({ webhook: deps }).app.request('/webhook/alert', post(authorization))).status).toBe(want);
  });

  test('takes a rotated token at once', async () => {
    const rotating = join(folder, 'rotating');
    writeFileSync(rotating, 'first');
    const { app } = appWith({ webhook: webhook({ tokenFile: rotating }) });
    writeFileSync(rotating, 'second');
    expect((await app.request('/webhook/alert', post('Bearer second'))).status).toBe(200);
  });

  test('says how to get a token', async () => {
    const answer = await appWith({ webhook: webhook() }).app.request('/webhook/alert', post());
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(await answer.json()).toEqual({
      type: 'about:blank',
      title: 'Unauthorized',
      status: 401,
      detail:
        'A bearer token is needed. Take the one in the file that auth.webhookTokenFile of this service names, and have Alertmanager send it: http_config.authorization.credentials_file of the receiver.',
    });
  });

  test('answers with what became of the alerts', async () => {
    const answer = await appWith({ webhook: webhook({ isOpen: true }) }).app.request('/webhook/alert', post());
    expect(await answer.json()).toEqual(taken);
  });

  test('turns a rejection into a problem, with the time to come back', async () => {
    const take = async (): Promise<never> => {
      throw new Rejection(503, 'overloaded', 'Come back.', { retryAfterSeconds: 5 });
    };
    const answer = await appWith({ webhook: webhook({ isOpen: true, take }) }).app.request('/webhook/alert', post());
    expect([answer.status, answer.headers.get('retry-after'), answer.headers.get('content-type'), await answer.json()]).toMatchObject([
      503,
      '5',
      'application/problem+json',
      { title: 'Service Unavailable', detail: 'Come back.' },
    ]);
  });

  test('is there for POST alone', async () => {
    const answer = await appWith({ webhook: webhook({ isOpen: true }) }).app.request('/webhook/alert');
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('is not there where a process takes no alerts', async () => {
    const answer = await appWith().app.request('/webhook/alert', post());
    expect([answer.status, await answer.json()]).toMatchObject([
      404,
      { detail: 'There is nothing at this path; there are GET /health, GET /ready, GET /metrics.' },
    ]);
  });
});

describe('what goes wrong unexpectedly', () => {
  test('is logged, and answered without a word of the inside', async () => {
    const take = async (): Promise<never> => {
      throw new Error('inside at 10.0.0.1');
    };
    const answer = await appWith({ webhook: webhook({ isOpen: true, take }) }).app.request('/webhook/alert', post());
    expect([answer.status, await answer.json()]).toMatchObject([
      500,
      { detail: 'Something went wrong here; the log of this service says what.' },
    ]);
    expect(lines.at(-1)).toContain('inside at 10.0.0.1');
  });
});

describe('metrics', () => {
  test('count by route and never by what a caller wrote', async () => {
    const { app } = appWith();
    await app.request('/health');
    await app.request('/%2e%2e/etc/passwd');
    await app.request('/nothing', { method: 'BREW' });
    const text = await (await app.request('/metrics')).text();
    expect(text).toContain('http_requests_total{method="GET",route="/health",status="200"} 1');
    expect(text).toContain('http_requests_total{method="GET",route="unmatched",status="404"} 1');
    expect(text).toContain('http_requests_total{method="other",route="unmatched",status="404"} 1');
    expect(text).toContain('http_requests_errors_total{method="GET",route="unmatched",status="404"} 1');
    expect(text).toContain('http_request_duration_seconds_count{method="GET",route="/health"} 1');
    expect(text).not.toContain('passwd');
  });
});
