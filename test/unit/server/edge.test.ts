import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createHealth } from '../../../src/kube/health.ts';
import { createApp } from '../../../src/server/app.ts';
import { createGuard, type EdgeDeps, type GuardedRoute } from '../../../src/server/edge.ts';
import { createRateLimits } from '../../../src/server/rateLimits.ts';
import { Refusal } from '../../../src/server/refusal.ts';
import { json } from '../../../src/server/route.ts';
import { createHttpMetrics } from '../../../src/telemetry/httpMetrics.ts';
import { ToolError, type ToolErrorReason } from '../../../src/tools/errors.ts';
import { createFakeClock } from '../../support/fakeClock.ts';
import { type LogLine, recordingLogger, silentLogger } from '../../support/logger.ts';

const alice = { username: 'alice', may: async () => true };

function appWith(route: Partial<GuardedRoute> = {}, deps: Partial<EdgeDeps> = {}) {
  const log: LogLine[] = [];
  const guard = createGuard({
    identify: async () => alice,
    rates: createRateLimits(createFakeClock()),
    allowedOrigins: ['https://web.example.org'],
    clock: systemClock,
    logger: recordingLogger(log),
    ...deps,
  });
  const policy = { name: 'default', quota: 2, windowSeconds: 60 };
  const routes = [guard({ methods: ['POST'], path: '/ask', policy, answer: async () => json(200, {}), ...route })];
  const httpMetrics = createHttpMetrics(new Registry());
  const app = createApp({ health: createHealth(systemClock), clock: systemClock, logger: silentLogger, httpMetrics, routes });
  const ask = (headers: Record<string, string> = {}, method = 'POST') => app.request('/ask', { method, headers });
  return { ask, log };
}

describe('every answer', () => {
  test('carries the id that its caller gave, which the log has too', async () => {
    const { ask, log } = appWith();
    expect((await ask({ 'x-request-id': 'ticket-1' })).headers.get('x-request-id')).toBe('ticket-1');
    expect(log.at(-1)).toMatchObject({ message: 'called', fields: { requestId: 'ticket-1', caller: 'alice', status: 200, path: '/ask' } });
  });

  test.each(['', 'a b', 'x'.repeat(65), 'a"b'])('carries an id of our own where %j is none', async (given) => {
    expect((await appWith().ask(given === '' ? {} : { 'x-request-id': given })).headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/u);
  });

  test('says how much may still be asked, and 429 when it is too much', async () => {
    const { ask } = appWith();
    const answers = [await ask(), await ask(), await ask()];
    expect(answers.map(({ status, headers }) => [status, headers.get('ratelimit'), headers.get('retry-after')])).toEqual([
      [200, '"default";r=1;t=30', null],
      [200, '"default";r=0;t=60', null],
      [429, '"default";r=0;t=60', '30'],
    ]);
    expect(await answers[2]?.json()).toMatchObject({ detail: 'alice has asked 2 times in 60 s, which is the limit; ask again in 30 s.' });
  });
});

describe('what goes wrong', () => {
  test.each<{ reason: ToolErrorReason; status: number }>([
    { reason: 'Invalid', status: 400 },
    { reason: 'Forbidden', status: 403 },
    { reason: 'ForPeople', status: 403 },
    { reason: 'NotFound', status: 404 },
    { reason: 'TooLarge', status: 422 },
    { reason: 'NotConfigured', status: 501 },
    { reason: 'Unavailable', status: 503 },
    { reason: 'TimedOut', status: 504 },
  ])('in a tool as $reason is told with $status', async ({ reason, status }) => {
    const problems = reason === 'Invalid' ? [{ field: 'limit', problem: 'is too large' }] : [];
    const fail = async (): Promise<never> => {
      throw new ToolError(reason, 'A sentence.', { problems, cause: new Error('inside') });
    };
    const answer = await appWith({ answer: fail }).ask({ 'x-request-id': 'r1' });
    const errors = problems.length === 0 ? {} : { errors: problems };
    expect([answer.status, answer.headers.get('content-type'), await answer.json()]).toEqual([
      status,
      'application/problem+json',
      { type: 'about:blank', title: expect.any(String), status, detail: 'A sentence.', ...errors, requestId: 'r1' },
    ]);
    expect(answer.headers.get('retry-after')).toBe(reason === 'Unavailable' ? '5' : null);
  });

  test('unexpectedly is in the log, and nowhere else', async () => {
    const fail = async (): Promise<never> => {
      throw new Error('inside at 10.0.0.1');
    };
    const { ask, log } = appWith({ answer: fail });
    const answer = await ask({ 'x-request-id': 'r2' });
    expect([answer.status, await answer.text()]).toEqual([500, expect.not.stringContaining('inside')]);
    expect(log[0]).toMatchObject({ level: 'error', fields: { requestId: 'r2', error: new Error('inside at 10.0.0.1') } });
  });

  test('with who calls is told as it is, and nothing is asked', async () => {
    const identify = async (): Promise<never> => {
      throw new Refusal(401, 'Nothing shows who calls.', { headers: { 'www-authenticate': 'Bearer' } });
    };
    let asked = 0;
    const answer = await appWith({ answer: async () => json(200, { asked: ++asked }) }, { identify }).ask();
    expect([answer.status, answer.headers.get('www-authenticate'), asked]).toEqual([401, 'Bearer', 0]);
  });

  test('with the method is told without asking who calls', async () => {
    const answer = await appWith().ask({}, 'GET');
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
  });
});

describe('a web page', () => {
  const fields = (answer: Response) => ['access-control-allow-origin', 'vary'].map((name) => answer.headers.get(name));

  test('of a configured origin may read the answer, and may ask beforehand', async () => {
    const { ask } = appWith();
    const origin = { origin: 'https://web.example.org' };
    expect(fields(await ask(origin))).toEqual(['https://web.example.org', 'origin']);
    const preflight = await ask({ ...origin, 'access-control-request-method': 'POST' }, 'OPTIONS');
    expect([preflight.status, ...fields(preflight), preflight.headers.get('access-control-allow-methods')]).toEqual([
      204,
      'https://web.example.org',
      'origin',
      'POST',
    ]);
  });

  test('of another origin may not', async () => {
    expect(fields(await appWith().ask({ origin: 'https://evil.example' }))).toEqual([null, 'origin']);
  });
});
