import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createAlertmanager } from '../../../src/sources/alertmanager.ts';
import { createAlertSource } from '../../../src/sources/alerts.ts';
import { gapReason } from '../../../src/sources/gap.ts';
import { createHttpSource, type HttpSource } from '../../../src/sources/http.ts';
import { createPrometheus, type PrometheusClient } from '../../../src/sources/prometheus.ts';
import { selector } from '../../../src/sources/promql.ts';

/** Answers as the test says; a function gets the request. */
let answer: RequestListener;
let server: Server;
let http: HttpSource;
let url: string;

beforeEach(async () => {
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  http = createHttpSource({ clock: systemClock, timeoutMs: 300, maxBytes: 64 * 1024 });
});
afterEach(async () => {
  await http.close();
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
});

const json =
  (body: unknown): RequestListener =>
  (_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body));
  };
const status =
  (code: number, headers = {}): RequestListener =>
  (_, response) => {
    response.writeHead(code, headers).end('x');
  };
const prometheus = (): PrometheusClient => createPrometheus(http, { name: 'main', url });

describe('a source that fails', () => {
  test.each<{ name: string; with: RequestListener; want: string; says: string }>([
    { name: 'with 500', with: status(500), want: 'Unavailable', says: 'main: HTTP 500' },
    { name: 'with 401', with: status(401), want: 'Forbidden', says: 'main: HTTP 401' },
    {
      name: 'with a redirect to a login',
      with: status(302, { location: 'http://127.0.0.1:1/login' }),
      want: 'Malformed',
      says: 'HTTP 302',
    },
    { name: 'with a web page', with: (_, response) => void response.end('<!doctype html><p>hello'), want: 'Malformed', says: 'a web page' },
    { name: 'with half of its JSON', with: (_, response) => void response.end('{"status":"succ'), want: 'Malformed', says: 'not JSON' },
    { name: 'with JSON of something else', with: json({ hello: 'world' }), want: 'Malformed', says: 'is not Prometheus' },
    { name: 'with silence', with: () => undefined, want: 'TimedOut', says: 'no answer within 300 ms' },
    {
      name: 'with a body without end',
      with: (_, response) => {
        const chunk = Buffer.alloc(16 * 1024, 'a');
        const pour = (): void => {
          while (response.write(chunk));
          response.once('drain', pour);
        };
        pour();
      },
      want: 'TooLarge',
      says: 'larger than 65536 bytes',
    },
    { name: 'by hanging up', with: (request) => void request.socket.destroy(), want: 'Unavailable', says: 'main: ' },
  ])('$name is told by its reason', async ({ with: listener, want, says }) => {
    answer = listener;
    const error: unknown = await prometheus()
      .instant('up')
      .catch((failure: unknown) => failure);
    expect(gapReason(error)).toBe(want);
    expect((error as Error).message).toContain(says);
  });

  test('by not being there', async () => {
    const nobody = createPrometheus(http, { name: 'gone', url: 'http://127.0.0.1:1' });
    const error: unknown = await nobody.instant('up').catch((failure: unknown) => failure);
    expect(gapReason(error)).toBe('Unavailable');
  });
});

describe('Prometheus', () => {
  test('gives samples, and leaves out what is no number', async () => {
    const sample = (container: string, value: string) => ({ metric: { container }, value: [1, value] });
    answer = json({
      status: 'success',
      data: { resultType: 'vector', result: [sample('a', '64'), sample('b', 'NaN'), sample('c', '+Inf')] },
    });
    expect(await prometheus().instant('up')).toEqual([{ labels: { container: 'a' }, value: 64 }]);
  });

  test('is asked under its own path, with its headers and a query that is one literal', async () => {
    let asked = { url: '', tenant: '' };
    answer = (request, response) => {
      asked = { url: request.url ?? '', tenant: String(request.headers['x-scope-orgid']) };
      json({ status: 'success', data: { resultType: 'vector', result: [] } })(request, response);
    };
    const mimir = createPrometheus(http, { name: 'mimir', url: `${url}/prometheus/`, tenant: 'shop' });
    await mimir.instant(`up${selector({ namespace: 'shop', pod: 'cart"} or up{a="' })}`);
    const { pathname, searchParams } = new URL(asked.url, url);
    expect([pathname, asked.tenant]).toEqual(['/prometheus/api/v1/query', 'shop']);
    expect(searchParams.get('query')).toContain('{namespace="shop",pod="cart\\"} or up{a=\\""}');
  });
});

describe('createAlertSource', () => {
  const labels = { alertname: 'CrashLooping', namespace: 'shop', pod: 'cart-1', prometheus: 'monitoring/k8s' };
  const rule = (alerts: readonly object[], more = {}) => ({
    type: 'alerting',
    name: 'CrashLooping',
    health: 'ok',
    lastEvaluation: '2026-01-01T00:00:00Z',
    alerts,
    ...more,
  });
  const alert = (state: string, more = {}) => ({ state, labels: { alertname: 'CrashLooping', namespace: 'shop', pod: 'cart-1', ...more } });

  interface World {
    readonly rules?: readonly object[] | number;
    readonly series?: readonly object[];
    readonly held?: readonly object[] | number;
    readonly uptimeMinutes?: number;
  }

  function serve({ rules = [], series = [], held = [], uptimeMinutes = 60 }: World): RequestListener {
    const results = { status: 'success', data: { resultType: 'vector', result: series.map((metric) => ({ metric, value: [1, '1'] })) } };
    const answers: Record<string, RequestListener> = {
      '/api/v1/rules': typeof rules === 'number' ? status(rules) : json({ status: 'success', data: { groups: [{ rules }] } }),
      '/api/v1/query': json(results),
      '/api/v2/alerts': typeof held === 'number' ? status(held) : json(held),
      '/api/v2/status': json({ uptime: new Date(Date.now() - uptimeMinutes * 60_000).toISOString() }),
    };
    return (request, response) => (answers[new URL(request.url ?? '', url).pathname] ?? status(404))(request, response);
  }

  test.each<{ name: string; world: World; without?: 'prometheus' | 'alertmanager'; want: string }>([
    { name: 'firing, by the rule', world: { rules: [rule([alert('firing')])] }, want: 'firing' },
    { name: 'firing, by Alertmanager alone', world: { rules: [rule([])], held: [alert('active')] }, want: 'firing' },
    {
      name: 'firing, by the series of a ruler that shows no rules',
      world: { series: [{ __name__: 'ALERTS', alertstate: 'firing', ...alert('').labels }] },
      want: 'firing',
    },
    { name: 'inactive, by a rule that was evaluated', world: { rules: [rule([])] }, want: 'inactive' },
    {
      name: 'inactive, when the rule fires for another pod',
      world: { rules: [rule([alert('firing', { pod: 'cart-2' })])] },
      want: 'inactive',
    },
    {
      name: 'inactive, by an Alertmanager that has long been up, where there is no Prometheus',
      world: {},
      without: 'prometheus',
      want: 'inactive',
    },
    { name: 'unknown, while the rule is pending', world: { rules: [rule([alert('pending')])] }, want: 'unknown' },
    { name: 'unknown, when the rule fails', world: { rules: [rule([], { health: 'err' })] }, want: 'unknown' },
    {
      name: 'unknown, when the rule has not been evaluated since a restart',
      world: { rules: [rule([], { lastEvaluation: '0001-01-01T00:00:00Z' })] },
      want: 'unknown',
    },
    { name: 'unknown, when nobody knows the rule', world: {}, want: 'unknown' },
    { name: 'unknown, when Prometheus does not answer', world: { rules: 500 }, want: 'unknown' },
    { name: 'unknown, when Alertmanager does not answer', world: { rules: [rule([])], held: 503 }, want: 'unknown' },
    { name: 'unknown, when an Alertmanager alone has just started', world: { uptimeMinutes: 1 }, without: 'prometheus', want: 'unknown' },
    { name: 'firing, though Alertmanager does not answer', world: { rules: [rule([alert('firing')])], held: 503 }, want: 'firing' },
  ])('is $name', async ({ world, without, want }) => {
    answer = serve(world);
    const source = createAlertSource({
      prometheus: without === 'prometheus' ? [] : [prometheus()],
      alertmanager: without === 'alertmanager' ? [] : [createAlertmanager(http, { name: 'am', url })],
      clock: systemClock,
    });
    const verdict = await source.verdict(labels);
    expect(verdict).toMatchObject({ state: want });
    expect(await source.state(labels)).toBe(want);
  });

  test('tells who could not be asked, and how that failed', async () => {
    answer = serve({ rules: [rule([alert('firing')])], held: 503 });
    const alertmanager = [createAlertmanager(http, { name: 'am', url })];
    const { gaps } = await createAlertSource({ prometheus: [prometheus()], alertmanager, clock: systemClock }).verdict(labels);
    expect(gaps).toMatchObject([{ source: 'alerts', reason: 'Unavailable', message: expect.stringContaining('ask am whether') }]);
  });

  test('is unknown where nobody can be asked, and for an alert without a name', async () => {
    const nobody = createAlertSource({ prometheus: [], alertmanager: [], clock: systemClock });
    expect(await nobody.verdict(labels)).toMatchObject({ state: 'unknown', reason: 'neither Prometheus nor Alertmanager is configured' });
    expect(await nobody.verdict({})).toMatchObject({ state: 'unknown' });
  });
});
