import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { gapReason } from '../../../src/sources/gap.ts';
import { createHttpSource, type HttpSource } from '../../../src/sources/http.ts';
import { createTempo, type TempoClient } from '../../../src/sources/tempo.ts';
import { createCleaner } from '../../../src/sources/text.ts';
import type { TraceQuery } from '../../../src/sources/traces.ts';
import { type OtlpResource, type OtlpSpan, startTempoStandIn, type TempoOptions, type TempoStandIn } from '../../standins/tempo/tempo.ts';

const START = Date.parse('2026-01-01T10:00:00Z');
const window = { start: START - 60_000, end: START + 60_000 };
const SLOW = '00000000000000000000000000000a01';
const FAILED = '4bf92f3577b34da6a3ce929d0e0e4736';
const AWKWARD = 'a"b\\c" || true = "';

const at = (ms: number): string => `${START + ms}000000`;
const span = (traceId: string, spanId: string, ms: readonly [number, number], more: Partial<OtlpSpan> = {}): OtlpSpan => ({
  traceId,
  spanId,
  name: 'GET /cart',
  kind: 'SPAN_KIND_SERVER',
  startTimeUnixNano: at(ms[0]),
  endTimeUnixNano: at(ms[1]),
  ...more,
});
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const from = (service: string, spans: readonly OtlpSpan[]): OtlpResource => ({
  resource: { attributes: [text('service.name', service), text('k8s.namespace.name', 'shop'), text('k8s.pod.name', `${service}-1`)] },
  scopeSpans: [{ spans }],
});

const world: readonly OtlpResource[] = [
  from('frontend', [span(SLOW, '00f067aa0ba902b7', [0, 900])]),
  from('cart', [span(SLOW, '00f067aa0ba902b8', [10, 890], { parentSpanId: '00f067aa0ba902b7', name: 'cart.get' })]),
  from(AWKWARD, [
    span(FAILED, '00f067aa0ba902b9', [5, 6], {
      endTimeUnixNano: `${START + 6}500000`,
      kind: 'SPAN_KIND_CLIENT',
      status: { code: 'STATUS_CODE_ERROR', message: 'login failed: password=hunter2hunter2' },
      attributes: [
        text('db.system', 'postgresql'),
        text('server.address', 'db'),
        text('internal.note', 'dropped'),
        { key: 'http.status_code', value: { intValue: '503' } },
      ],
      events: [{ name: 'exception', attributes: [text('exception.type', 'ConnectError')] }],
    }),
  ]),
];

describe('Tempo', () => {
  let http: HttpSource;
  const started: TempoStandIn[] = [];
  beforeAll(() => {
    http = createHttpSource({ clock: systemClock });
  });
  afterAll(async () => {
    await http.close();
    for (const standIn of started) await standIn.stop();
  });

  async function tempo(
    options: TempoOptions = {},
    tenant?: string,
  ): Promise<{ readonly standIn: TempoStandIn; readonly client: TempoClient }> {
    const standIn = await startTempoStandIn(options);
    started.push(standIn);
    standIn.push(world);
    return { standIn, client: createTempo(http, { name: 'tempo', url: standIn.url, tenant }, createCleaner(createRedactor().text)) };
  }

  test.each<{ name: string; query: Partial<TraceQuery>; want: readonly string[] }>([
    { name: 'all traces', query: {}, want: [SLOW, FAILED] },
    { name: 'traces of a service that is no root', query: { service: 'cart', namespace: 'shop' }, want: [SLOW] },
    { name: 'slow traces', query: { minDurationMs: 500 }, want: [SLOW] },
    { name: 'failed traces', query: { errorsOnly: true }, want: [FAILED] },
    { name: 'a service whose name would be a query', query: { service: AWKWARD }, want: [FAILED] },
    { name: 'a service that is not there', query: { service: 'none' }, want: [] },
  ])('is searched for $name', async ({ query, want }) => {
    const { client } = await tempo();
    expect((await client.search({ window, ...query })).traces.map(({ traceId }) => traceId)).toEqual(want);
  });

  test('gives what a trace was, in short, and says when there may be more', async () => {
    const { client } = await tempo();
    const { traces, notes } = await client.search({ window, limit: 1 });
    expect(traces).toEqual([{ traceId: SLOW, service: 'frontend', name: 'GET /cart', startMs: START, durationMs: 900 }]);
    expect(notes).toEqual(['it stops at 1 traces; there may be more']);
  });

  test.each([{ isOld: false }, { isOld: true }])('gives a trace span by span (old: $isOld)', async (options) => {
    const { client } = await tempo(options);
    const { spans, notes } = await client.trace(SLOW, window);
    const common = { traceId: SLOW, error: false, kind: 'server' };
    expect(spans).toEqual([
      {
        ...common,
        spanId: '00f067aa0ba902b7',
        parentId: undefined,
        service: 'frontend',
        name: 'GET /cart',
        startMs: START,
        durationMs: 900,
        attributes: { 'k8s.namespace.name': 'shop', 'k8s.pod.name': 'frontend-1' },
      },
      {
        ...common,
        spanId: '00f067aa0ba902b8',
        parentId: '00f067aa0ba902b7',
        service: 'cart',
        name: 'cart.get',
        startMs: START + 10,
        durationMs: 880,
        attributes: { 'k8s.namespace.name': 'shop', 'k8s.pod.name': 'cart-1' },
      },
    ]);
    expect(notes).toEqual([]);
  });

  test('keeps the attributes that say what was called, cleaned, and why it failed', async () => {
    const { client } = await tempo();
    const { spans } = await client.trace(FAILED.toUpperCase(), window);
    expect(spans[0]).toMatchObject({ error: true, kind: 'client', durationMs: 1.5 });
    expect(spans[0]?.attributes).toEqual({
      'k8s.namespace.name': 'shop',
      'k8s.pod.name': `${AWKWARD}-1`,
      'db.system': 'postgresql',
      'server.address': 'db',
      'http.status_code': '503',
      'exception.type': 'ConnectError',
      'status.message': 'login failed: password=[redacted:password]',
    });
  });

  test.each([{ isOld: false }, { isOld: true }])('says when a trace is not whole (old: $isOld)', async (options) => {
    const { client, standIn } = await tempo(options);
    standIn.breakTrace(SLOW);
    const { notes } = await client.trace(SLOW, window);
    expect(notes[0]).toMatch(/^the trace is not whole/u);
  });

  test.each<{ name: string; options?: TempoOptions; ask: (client: TempoClient) => Promise<unknown>; want: string }>([
    { name: 'a trace that is not there', ask: (client) => client.trace('ff', window), want: 'NotFound' },
    { name: 'an id that is none', ask: (client) => client.trace('../../admin', window), want: 'NotFound' },
    {
      name: 'a window that is too long',
      options: { maxSearchHours: 1 },
      ask: (client) => client.search({ window: { start: 0, end: START } }),
      want: 'TooLarge',
    },
    { name: 'another tenant', options: { tenant: 'shop' }, ask: (client) => client.search({ window }), want: 'Forbidden' },
  ])('$name is $want', async ({ options, ask, want }) => {
    const { client } = await tempo(options);
    const error: unknown = await ask(client).catch((failure: unknown) => failure);
    expect(gapReason(error)).toBe(want);
  });

  test('is asked for its tenant, and knows its services', async () => {
    const { client } = await tempo({ tenant: 'shop' }, 'shop');
    expect(await client.services(window)).toEqual(['frontend', 'cart', AWKWARD]);
  });
});
