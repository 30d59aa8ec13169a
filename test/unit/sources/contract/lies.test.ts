/**
 * A source that lies: right answers in which one value has been replaced by any other, and anything at all.
 *
 * Whatever it says, a call ends with an answer or with a SourceError, and what it gives holds no number that is none.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { createAlertmanager } from '../../../../src/sources/alertmanager.ts';
import { SourceError } from '../../../../src/sources/gap.ts';
import { createGrafana } from '../../../../src/sources/grafana.ts';
import { createHttpSource, type HttpSource } from '../../../../src/sources/http.ts';
import { createLoki } from '../../../../src/sources/loki.ts';
import { createPrometheus } from '../../../../src/sources/prometheus.ts';
import { createSignoz } from '../../../../src/sources/signoz.ts';
import { createTempo } from '../../../../src/sources/tempo.ts';
import { createCleaner } from '../../../../src/sources/text.ts';
import { type AnsweringServer, json, startAnsweringServer } from '../../../support/answeringServer.ts';
import { INSTANCE } from './failures.ts';

const window = { start: 1_000_000, end: 2_000_000 };
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const cleaner = createCleaner((text) => text);
const success = (data: unknown): unknown => ({ status: 'success', data });
const rows = (row: object): unknown =>
  success({ type: 'raw', warning: { message: 'x' }, data: { results: [{ queryName: 'A', rows: [row] }] } });

interface Call {
  readonly name: string;
  readonly right: unknown;
  /** What is answered truly, by path. */
  readonly truths?: Readonly<Record<string, unknown>>;
  readonly ask: (http: HttpSource, url: string) => Promise<unknown>;
}

const calls: readonly Call[] = [
  {
    name: 'Prometheus instant',
    right: success({ resultType: 'vector', result: [{ metric: { pod: 'a' }, value: [1, '2'] }] }),
    ask: (http, url) => createPrometheus(http, { name: INSTANCE, url }).instant('up'),
  },
  {
    name: 'Prometheus range',
    right: {
      ...(success({
        resultType: 'matrix',
        result: [
          {
            metric: { pod: 'a' },
            values: [
              [1_500, '2'],
              [1_600, '3'],
            ],
          },
        ],
      }) as object),
      warnings: ['x'],
    },
    ask: (http, url) => createPrometheus(http, { name: INSTANCE, url }).range('up', window),
  },
  {
    name: 'Prometheus rules',
    right: success({
      groups: [{ rules: [{ type: 'alerting', name: 'Down', health: 'ok', alerts: [{ labels: { a: 'b' }, state: 'firing' }] }] }],
    }),
    ask: (http, url) => createPrometheus(http, { name: INSTANCE, url }).rules('Down'),
  },
  {
    name: 'Alertmanager silences',
    right: [
      {
        id: 'a',
        status: { state: 'active' },
        matchers: [{ name: 'a', value: 'b', isRegex: false, isEqual: true }],
        startsAt: '2026-01-01T00:00:00Z',
        endsAt: '2026-01-01T01:00:00Z',
        createdBy: 'alice',
        comment: 'known',
      },
    ],
    ask: (http, url) => createAlertmanager(http, { name: INSTANCE, url }).silences(),
  },
  {
    name: 'Loki labels',
    right: success(['namespace', 'pod']),
    ask: (http, url) => createLoki(http, { name: INSTANCE, url }, cleaner).lines({ namespace: 'shop', window }),
  },
  {
    name: 'Loki lines',
    right: success({ resultType: 'streams', result: [{ stream: { pod: 'a' }, values: [['1500000000000', 'x', { a: 'b' }]] }] }),
    truths: { '/loki/api/v1/labels': success(['namespace', 'pod']) },
    ask: (http, url) => createLoki(http, { name: INSTANCE, url }, cleaner).lines({ namespace: 'shop', window }),
  },
  {
    name: 'Loki counts',
    right: success({ resultType: 'matrix', result: [{ metric: {}, values: [[1_500, '2']] }] }),
    truths: { '/loki/api/v1/labels': success(['namespace', 'pod']) },
    ask: (http, url) => createLoki(http, { name: INSTANCE, url }, cleaner).counts({ namespace: 'shop', window }),
  },
  {
    name: 'Tempo search',
    right: {
      traces: [{ traceID: 'abc', rootServiceName: 'cart', rootTraceName: 'GET', startTimeUnixNano: '1500000000000', durationMs: 5 }],
      metrics: {},
    },
    ask: (http, url) => createTempo(http, { name: INSTANCE, url }, cleaner).search({ window }),
  },
  {
    name: 'Tempo trace',
    right: {
      trace: {
        resourceSpans: [
          {
            resource: { attributes: [{ key: 'service.name', value: { stringValue: 'cart' } }] },
            scopeSpans: [
              {
                spans: [
                  {
                    traceId: TRACE,
                    spanId: '00f067aa0ba902b7',
                    parentSpanId: '00f067aa0ba902b8',
                    name: 'GET',
                    kind: 2,
                    startTimeUnixNano: '1500000000000',
                    endTimeUnixNano: 1600000000000,
                    attributes: [{ key: 'db.system', value: { intValue: 1 } }],
                    status: { code: 2, message: 'x' },
                    events: [{ name: 'exception', attributes: [] }],
                  },
                ],
              },
            ],
          },
        ],
      },
      status: 'PARTIAL',
      message: 'x',
    },
    ask: (http, url) => createTempo(http, { name: INSTANCE, url }, cleaner).trace(TRACE, window),
  },
  {
    name: 'Grafana dashboard',
    right: {
      dashboard: {
        uid: 'a',
        title: 'b',
        panels: [
          {
            id: 1,
            type: 'row',
            panels: [{ id: 2, title: 'c', datasource: { type: 'x' }, targets: [{ refId: 'A', expr: 'up', hide: false }] }],
          },
        ],
      },
    },
    ask: (http, url) => createGrafana(http, { name: INSTANCE, url }, cleaner).dashboard('a'),
  },
  {
    name: 'Grafana annotations',
    right: [{ time: 1, timeEnd: 2, text: 'a', tags: ['b'], dashboardUID: 'c', newState: 'd' }],
    ask: (http, url) => createGrafana(http, { name: INSTANCE, url }, cleaner).annotations(window),
  },
  {
    name: 'SigNoz lines',
    right: rows({ timestamp: '1970-01-01T00:20:00Z', data: { body: 'x', resources_string: { 'k8s.pod.name': 'a' } } }),
    ask: (http, url) =>
      createSignoz({ http, cleaner, clock: { now: () => 0 } }, { name: INSTANCE, url }).logs.lines({ namespace: 'shop', window }),
  },
  {
    name: 'SigNoz trace',
    right: rows({
      timestamp: '1970-01-01T00:20:00Z',
      data: { trace_id: TRACE, span_id: '00f067aa0ba902b7', duration_nano: 5, has_error: true, name: 'x' },
    }),
    ask: (http, url) => createSignoz({ http, cleaner, clock: { now: () => 0 } }, { name: INSTANCE, url }).traces.trace(TRACE, window),
  },
  {
    name: 'SigNoz range',
    right: success({
      type: 'time_series',
      data: {
        results: [
          { aggregations: [{ series: [{ labels: [{ key: { name: 'a' }, value: 'b' }], values: [{ timestamp: 1_500_000, value: 1 }] }] }] },
        ],
      },
    }),
    ask: (http, url) => createSignoz({ http, cleaner, clock: { now: () => 0 } }, { name: INSTANCE, url }).metrics.range('up', window),
  },
];

describe('a lying source', () => {
  let server: AnsweringServer;
  let http: HttpSource;
  beforeAll(async () => {
    server = await startAnsweringServer();
    http = createHttpSource({ clock: systemClock });
  });
  afterAll(async () => {
    await http.close();
    await server.close();
  });

  test.each(calls)('does no harm to $name', async ({ right, truths = {}, ask }) => {
    const lie = fc.oneof(fc.jsonValue(), fc.constantFrom('NaN', '1e999', '-1', '', 9e300, -1, 2 ** 63, '9'.repeat(40), '__proto__'));
    const told = fc.oneof(
      { weight: 1, arbitrary: fc.jsonValue() },
      { weight: 6, arbitrary: fc.tuple(fc.nat(), lie).map(([at, value]) => withOne(right, at, value)) },
    );
    await fc.assert(
      fc.asyncProperty(told, async (answer) => {
        server.answer = (request, response) => json(truths[request.url?.split('?')[0] ?? ''] ?? answer)(request, response);
        const found: unknown = await ask(http, server.url).catch((failure: unknown) => failure);
        if (found instanceof Error) expect(found).toBeInstanceOf(SourceError);
        else expect(numbersIn(found).every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

/** A copy in which one of all its values, counted through, is another. */
function withOne(value: unknown, which: number, by: unknown): unknown {
  let left = which % sizeOf(value);
  const walk = (at: unknown): unknown => {
    left -= 1;
    if (left === -1) return by;
    if (Array.isArray(at)) return at.map(walk);
    if (typeof at !== 'object' || at === null) return at;
    return Object.fromEntries(Object.entries(at).map(([key, inner]) => [key, walk(inner)]));
  };
  return walk(value);
}

function sizeOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, inner) => sum + sizeOf(inner), 1);
}

function numbersIn(value: unknown): readonly number[] {
  if (typeof value === 'number') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(numbersIn);
}
