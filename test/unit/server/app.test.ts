import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { Rejection } from '../../../src/intake/rejection.ts';
import { createHealth } from '../../../src/kube/health.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { type AppDeps, createApp } from '../../../src/server/app.ts';
import { createHttpMetrics } from '../../../src/telemetry/httpMetrics.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';

const lines: string[] = [];
const logger = createLogger({
  level: 'info',
  name: 'test',
  redactor: createRedactor(),
  destination: { write: (line) => void lines.push(line) },
});
const taken = {
  status: 'accepted',
  created: 1,
  updated: 0,
  reopened: 0,
  unchanged: 0,
  ignored: 0,
  resolved_unknown: 0,
  invalid: 0,
} as const;

function appWith(deps: Partial<AppDeps> = {}) {
  const registry = new Registry();
  const health = createHealth(systemClock);
  const app = createApp({ health, clock: systemClock, logger, httpMetrics: createHttpMetrics(registry), registry, ...deps });
  return { app, health, registry };
}

const take = async (): Promise<typeof taken> => taken;
const post: RequestInit = { method: 'POST', body: '{}' };

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
  test('answers with what became of the alerts', async () => {
    const answer = await appWith({ webhooks: { '/webhook/alert': take } }).app.request('/webhook/alert', post);
    expect(await answer.json()).toEqual(taken);
  });

  test('turns a rejection into a problem, with the time to come back', async () => {
    const failing = async (): Promise<never> => {
      throw new Rejection(503, 'overloaded', 'Come back.', { retryAfterSeconds: 5 });
    };
    const answer = await appWith({ webhooks: { '/webhook/alert': failing } }).app.request('/webhook/alert', post);
    expect([answer.status, answer.headers.get('retry-after'), answer.headers.get('content-type'), await answer.json()]).toMatchObject([
      503,
      '5',
      'application/problem+json',
      { title: 'Service Unavailable', detail: 'Come back.' },
    ]);
  });

  test('is there for POST alone', async () => {
    const answer = await appWith({ webhooks: { '/webhook/alert': take } }).app.request('/webhook/alert');
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('is not there where a process takes no alerts', async () => {
    const answer = await appWith().app.request('/webhook/alert', post);
    expect([answer.status, await answer.json()]).toMatchObject([
      404,
      { detail: 'There is nothing at this path; there are GET /health, GET /ready, GET /metrics.' },
    ]);
  });
});

describe('what goes wrong unexpectedly', () => {
  test('is logged, and answered without a word of the inside', async () => {
    const failing = async (): Promise<never> => {
      throw new Error('inside at 10.0.0.1');
    };
    const answer = await appWith({ webhooks: { '/webhook/alert': failing } }).app.request('/webhook/alert', post);
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
