import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { gapReason } from '../../../src/sources/gap.ts';
import { createHttpSource, type HttpSource } from '../../../src/sources/http.ts';
import type { LogQuery } from '../../../src/sources/logs.ts';
import { createSignoz, type SignozClient } from '../../../src/sources/signoz.ts';
import { createCleaner } from '../../../src/sources/text.ts';
import type { TraceQuery } from '../../../src/sources/traces.ts';
import { SIGNOZ_KEY, type SignozWorld, startSignozStandIn } from '../../standins/signoz/signoz.ts';
import type { StandIn } from '../../standins/standin.ts';

const NOW = Date.parse('2026-01-01T10:00:00Z');
const MINUTE = 60_000;
const window = { start: NOW - 30 * MINUTE, end: NOW };
const AWKWARD = "it's) OR (k8s.namespace.name = 'shop' \\";
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const OTHER = '5bf92f3577b34da6a3ce929d0e0e4736';

const log = (minutes: number, pod: string, body: unknown) => ({
  at: NOW - minutes * MINUTE,
  body,
  resource: { 'k8s.namespace.name': 'shop', 'k8s.pod.name': pod, 'k8s.container.name': 'app', 'cloud.account.id': 'x' },
});
const span = (traceId: string, spanId: string, more: Readonly<Record<string, unknown>>) => ({
  at: NOW - 5 * MINUTE,
  columns: {
    trace_id: traceId,
    span_id: spanId,
    parent_span_id: '',
    name: 'GET /',
    kind_string: 'Server',
    duration_nano: 9e6,
    has_error: false,
    ...more,
  },
});

const world: SignozWorld = {
  logs: [
    log(20, 'cart-1', 'started'),
    log(10, 'cart-1', 'ERROR no database'),
    log(9, 'cart-2', { message: 'panic' }),
    log(8, AWKWARD, 'awkward'),
  ],
  spans: [
    span(TRACE, '00f067aa0ba902b7', { 'service.name': 'frontend', duration_nano: 900e6 }),
    span(TRACE, '00f067aa0ba902b8', {
      'service.name': 'cart',
      parent_span_id: '00f067aa0ba902b7',
      kind_string: 'Client',
      'db.system': 'redis',
    }),
    span(OTHER, '00f067aa0ba902b9', { 'service.name': AWKWARD, has_error: true, status_message: 'refused' }),
  ],
  promql: {
    up: [
      {
        labels: { pod: 'a' },
        values: [
          [NOW - 2 * MINUTE, 0],
          [NOW - MINUTE, 3],
        ],
      },
      { labels: { pod: 'b' }, values: [[NOW - MINUTE, 'NaN']] },
    ],
  },
  metricNames: ['k8s.pod.cpu.usage'],
};

describe('SigNoz', () => {
  const folder = mkdtempSync(join(tmpdir(), 'signoz-'));
  const apiKeyFile = join(folder, 'key');
  let http: HttpSource;
  const started: StandIn[] = [];
  beforeAll(() => {
    writeFileSync(apiKeyFile, `${SIGNOZ_KEY}\n`);
    http = createHttpSource({ clock: systemClock });
  });
  afterAll(async () => {
    await http.close();
    for (const standIn of started) await standIn.stop();
    rmSync(folder, { recursive: true });
  });

  async function signoz(of: SignozWorld = world, key: string | undefined = apiKeyFile): Promise<SignozClient> {
    const standIn = await startSignozStandIn(of);
    started.push(standIn);
    const cleaner = createCleaner(createRedactor().text);
    return createSignoz({ http, cleaner, clock: { now: () => NOW } }, { name: 'signoz', url: standIn.url, apiKeyFile: key });
  }

  test.each<{ name: string; query: Partial<LogQuery>; want: readonly string[] }>([
    { name: 'a pod', query: { pods: ['cart-1'] }, want: ['started', 'ERROR no database'] },
    {
      name: 'words of two pods',
      query: { pods: ['cart-1', 'cart-2'], containing: ['error', 'PANIC'] },
      want: ['ERROR no database', '{"message":"panic"}'],
    },
    { name: 'a container that is not there', query: { container: 'sidecar' }, want: [] },
    { name: 'a pod whose name would be a filter', query: { pods: [AWKWARD] }, want: ['awkward'] },
    { name: 'pods by a pattern', query: { podPattern: 'cart-[0-9]' }, want: ['started', 'ERROR no database', '{"message":"panic"}'] },
    { name: 'no pod', query: { pods: [] }, want: [] },
  ])('gives log lines of $name', async ({ query, want }) => {
    const { lines } = await (await signoz()).logs.lines({ namespace: 'shop', window, ...query });
    expect(lines.map(({ line }) => line)).toEqual(want);
    for (const { labels } of lines) expect(labels).not.toHaveProperty('cloud.account.id');
  });

  test('counts log lines over time', async () => {
    const { points, stepMs } = await (await signoz()).logs.counts({ namespace: 'shop', window });
    expect([points.map(([, count]) => count), stepMs]).toEqual([[1, 1, 1, 1], MINUTE]);
  });

  test.each<{ name: string; query: Partial<TraceQuery>; want: readonly string[] }>([
    { name: 'a service', query: { service: 'cart' }, want: [TRACE] },
    { name: 'slow spans', query: { minDurationMs: 500 }, want: [TRACE] },
    { name: 'failed spans', query: { errorsOnly: true }, want: [OTHER] },
    { name: 'a service whose name would be a filter', query: { service: AWKWARD }, want: [OTHER] },
    { name: 'a service that is not there', query: { service: 'none' }, want: [] },
  ])('finds traces with $name', async ({ query, want }) => {
    const { traces } = await (await signoz()).traces.search({ window, ...query });
    expect(traces.map(({ traceId }) => traceId)).toEqual(want);
  });

  test('gives a trace span by span', async () => {
    const { spans } = await (await signoz()).traces.trace(TRACE, window);
    expect(spans.map(({ service, kind, durationMs, attributes }) => ({ service, kind, durationMs, attributes }))).toEqual([
      { service: 'frontend', kind: 'server', durationMs: 900, attributes: {} },
      { service: 'cart', kind: 'client', durationMs: 9, attributes: { 'db.system': 'redis' } },
    ]);
  });

  test('answers PromQL: the present by the last point, zeros as zeros, no numbers not at all', async () => {
    const { metrics } = await signoz();
    expect(await metrics.instant('up')).toEqual([{ labels: { pod: 'a' }, value: 3 }]);
    const { series } = await metrics.range('up', window);
    expect(series).toEqual([
      {
        labels: { pod: 'a' },
        points: [
          [NOW - 2 * MINUTE, 0],
          [NOW - MINUTE, 3],
        ],
      },
    ]);
    expect(await metrics.metricNames([], window)).toEqual(['k8s.pod.cpu.usage']);
    expect((await metrics.range('never', window)).series).toEqual([]);
  });

  test('passes on that an answer may not be all', async () => {
    const { logs } = await signoz({ ...world, warning: 'scanned too much' });
    expect((await logs.lines({ namespace: 'shop', window })).notes).toEqual(['scanned too much']);
  });

  test('a key that it does not know is Forbidden', async () => {
    writeFileSync(join(folder, 'other'), 'other-key');
    const { logs } = await signoz(world, join(folder, 'other'));
    const error: unknown = await logs.lines({ namespace: 'shop', window }).catch((failure: unknown) => failure);
    expect(gapReason(error)).toBe('Forbidden');
  });

  test('a filter that it cannot parse is Malformed', async () => {
    const { logs } = await signoz();
    const error: unknown = await logs.lines({ namespace: 'shop', window: { start: NOW, end: NOW } }).catch((failure: unknown) => failure);
    expect(gapReason(error)).toBe('Malformed');
  });
});
