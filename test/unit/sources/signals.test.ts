import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { createHttpSource, type HttpSource } from '../../../src/sources/http.ts';
import { createLoki } from '../../../src/sources/loki.ts';
import { createPrometheus } from '../../../src/sources/prometheus.ts';
import { METRIC_SIGNALS, SIGNALS } from '../../../src/sources/signals/metricTable.ts';
import { podPatternOf, type Subject } from '../../../src/sources/signals/subject.ts';
import { subjectOf } from '../../../src/sources/signals/subjectOf.ts';
import { signalsOf, type TelemetryPorts, type WorkloadSignals } from '../../../src/sources/signalsOf.ts';
import { createTempo } from '../../../src/sources/tempo.ts';
import { createCleaner } from '../../../src/sources/text.ts';
import { startTempoStandIn, type TempoStandIn } from '../../standins/tempo/tempo.ts';
import { type AnsweringServer, json, startAnsweringServer, status } from '../../support/answeringServer.ts';
import { container, pod, workload } from '../investigate/builders.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const END = Date.parse('2026-01-02T12:00:00Z');
const window = { start: END - HOUR, end: END };
const cart: Subject = { kind: 'Deployment', namespace: 'shop', name: 'cart', claims: [] };
const cleaner = createCleaner(createRedactor().text);

describe('podPatternOf', () => {
  test.each<{ kind: string; name?: string; fits: readonly string[]; not: readonly string[] }>([
    {
      kind: 'Deployment',
      fits: ['cart-7d9c6b5f4d-x2x7k', 'cart-bcd4f-9zzzz'],
      not: ['cart-db-0', 'cart-bcdfg-0', 'cart-api-7d9c6b5f4d-x2x7k', 'cart', 'cart-redis-x2x7k'],
    },
    { kind: 'StatefulSet', fits: ['cart-0', 'cart-12'], not: ['cart-x2x7k', 'cart-db-0'] },
    { kind: 'DaemonSet', fits: ['cart-x2x7k'], not: ['cart-db-x2x7k'] },
    { kind: 'CronJob', fits: ['cart-29187640-x2x7k'], not: ['cart-x2x7k'] },
    { kind: 'Job', fits: ['cart-x2x7k', 'cart-0-x2x7k'], not: ['cart-7d9c6b5f4d-x2x7k'] },
    { kind: 'Pod', name: 'a.b', fits: ['a.b'], not: ['aXb', 'a.b-1'] },
    { kind: 'Rollout', fits: ['cart-7d9c6b5f4d-x2x7k'], not: ['cart', 'other'] },
    { kind: 'Deployment', name: 'a'.repeat(60), fits: [`${'a'.repeat(58)}x2x7k`], not: ['aaa'] },
  ])('of a $kind fits the names of its pods and of no neighbours', ({ kind, name: workloadName = 'cart', fits, not }) => {
    const pattern = new RegExp(`^(?:${podPatternOf({ kind, name: workloadName })})$`, 'u');
    expect(fits.filter((name) => !pattern.test(name))).toEqual([]);
    expect(not.filter((name) => pattern.test(name))).toEqual([]);
  });
});

describe('subjectOf', () => {
  test.each<{ name: string; env: Record<string, string>; want: string | undefined }>([
    { name: 'the name that it gives to OpenTelemetry', env: { OTEL_SERVICE_NAME: 'cart-api' }, want: 'cart-api' },
    { name: 'the name among resource attributes', env: { OTEL_RESOURCE_ATTRIBUTES: 'a=b, service.name=cart-x' }, want: 'cart-x' },
    { name: 'its own name', env: { OTEL_SERVICE_NAME: '' }, want: undefined },
  ])('a workload sends traces under $name', ({ env, want }) => {
    expect(subjectOf(workload({ containers: [container({ env })] }), []).service).toBe(want);
  });

  test('its claims are those of its own pods', () => {
    const pods = [
      pod({ claims: ['data', 'logs'] }),
      pod({ claims: ['data'] }),
      pod({ owner: { ...pod().owner, name: 'other' }, claims: ['theirs'] }),
    ];
    expect(subjectOf(workload(), pods)).toMatchObject({ kind: 'Deployment', namespace: 'shop', name: 'cart', claims: ['data', 'logs'] });
  });
});

describe('the table of metrics', () => {
  const ways = SIGNALS.flatMap((signal) => METRIC_SIGNALS[signal].ways.map((way) => ({ signal, ...way })));

  test.each(ways)('$signal by $convention asks for what it needs, of this workload alone', ({ needs, query }) => {
    const text = query({ ...cart, claims: ['data'] }) ?? '';
    for (const metric of needs) expect(text).toContain(`${metric}{`);
    const selectors = [...text.matchAll(/\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\}/gu)].map(([selector]) => selector);
    for (const selector of selectors) expect(selector).toMatch(/"shop"|"shop-cart-|\\.shop\\\\.svc/u);
  });

  test('a workload without claims has no volumes to ask for', () => {
    expect(METRIC_SIGNALS.volumeUsage.ways.map(({ query }) => query(cart))).toEqual([undefined]);
  });
});

describe('signalsOf', () => {
  let http: HttpSource;
  let metrics: AnsweringServer;
  let logs: AnsweringServer;
  let tempo: TempoStandIn;
  beforeEach(async () => {
    http = createHttpSource({ clock: systemClock });
    [metrics, logs, tempo] = await Promise.all([startAnsweringServer(), startAnsweringServer(), startTempoStandIn()]);
    metrics.answer = measuring(['container_memory_working_set_bytes', 'http_requests_total']);
    logs.answer = complaining('boom error');
  });
  afterEach(async () => {
    await http.close();
    await Promise.all([metrics.close(), logs.close(), tempo.stop()]);
  });

  const ports = (): TelemetryPorts => ({
    metrics: [createPrometheus(http, { name: 'main', url: metrics.url })],
    logs: [createLoki(http, { name: 'loki', url: logs.url }, cleaner)],
    traces: [createTempo(http, { name: 'tempo', url: tempo.url }, cleaner)],
  });
  const look = (of: TelemetryPorts = ports()): Promise<WorkloadSignals> =>
    signalsOf(cart, window, of, { spend: (_, call) => call(), signal: AbortSignal.timeout(10_000) });

  /** A Prometheus with these metrics, whose every series has a point each half hour: the hour of the day. */
  function measuring(names: readonly string[]): AnsweringServer['answer'] {
    return (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://server');
      if (pathname === '/api/v1/label/__name__/values') return json({ status: 'success', data: names })(request, response);
      const [start, end] = [Number(searchParams.get('start')), Number(searchParams.get('end'))];
      const values: unknown[] = [];
      for (let at = start; at <= end; at += 1800) values.push([at, String(new Date(at * 1000).getUTCHours())]);
      const data = { resultType: 'matrix', result: [{ metric: { container: 'a\u202ep\u001b[31mp' }, values }] };
      return json({ status: 'success', data, warnings: start > (END - 12 * HOUR) / 1000 ? undefined : ['a store is down'] })(
        request,
        response,
      );
    };
  }

  function complaining(line: string): AnsweringServer['answer'] {
    return (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://server');
      if (pathname === '/loki/api/v1/labels') return json({ status: 'success', data: ['namespace', 'pod'] })(request, response);
      const start = Number(searchParams.get('start')?.slice(0, -6));
      const data = { resultType: 'streams', result: [{ stream: { pod: 'cart-1' }, values: [[`${start + 1000}000000`, line]] }] };
      return json({ status: 'success', data })(request, response);
    };
  }

  test('gives what exists, with the hour before and of the day before, and says what may not be all', async () => {
    const { metrics: found, gaps } = await look();
    expect(found.map(({ signal }) => signal)).toEqual(['memoryUsage', 'requestRate', 'errorShare']);
    expect(found[0]).toMatchObject({ unit: 'bytes', convention: 'cAdvisor', source: 'main', labels: { container: 'app' } });
    const hoursOf = (points: readonly (readonly [number, number])[] = []): string =>
      points.map(([at, value]) => `${new Date(at).toISOString().slice(8, 16)}=${value}`).join(' ');
    expect([found[0]?.points, found[0]?.dayBefore].map(hoursOf)).toEqual([
      '02T10:00=10 02T10:30=10 02T11:00=11 02T11:30=11 02T12:00=12',
      '01T10:00=10 01T10:30=10 01T11:00=11 01T11:30=11 01T12:00=12',
    ]);
    expect(gaps.map(({ message }) => message)).toContain('memoryUsage from main: the answer may not be all: a store is down');
  });

  test('gives complaints in logs of now and of the day before', async () => {
    const { logs: found } = await look();
    expect(found.source).toBe('loki');
    expect(found.now.lines.map(({ at }) => at)).toEqual([window.start + 1000]);
    expect(found.dayBefore?.lines.map(({ at, line }) => [at, line])).toEqual([[window.start - DAY + 1000, 'boom error']]);
  });

  test('a day before of which it has no logs at all is not known, and no day without complaints', async () => {
    const isPast = (url = ''): boolean =>
      Number(new URL(url, 'http://server').searchParams.get('end')?.slice(0, -6)) < END - DAY + 2 * HOUR;
    logs.answer = (request, response) =>
      request.url?.startsWith('/loki/api/v1/labels') === true && isPast(request.url)
        ? json({ status: 'success', data: [] })(request, response)
        : complaining('boom error')(request, response);
    const { logs: found, gaps } = await look();
    expect([found.now.lines.length, found.dayBefore]).toEqual([1, undefined]);
    expect(gaps.map(({ message }) => message)).toContain(
      'complaints from loki: the answer may not be all: it has no logs at all of that time',
    );
  });

  test('gives traces as they come, those that failed, and of the day before, without those of a namesake elsewhere', async () => {
    const resource = (namespace: string) => ({
      attributes: [
        { key: 'service.name', value: { stringValue: 'cart' } },
        { key: 'k8s.namespace.name', value: { stringValue: namespace } },
      ],
    });
    const push = (namespace: string, id: string, at: number, ms: number, code?: string): void =>
      tempo.push([
        {
          resource: resource(namespace),
          scopeSpans: [
            {
              spans: [
                {
                  traceId: id.repeat(32),
                  spanId: id.repeat(16),
                  name: 'GET',
                  startTimeUnixNano: `${at}000000`,
                  endTimeUnixNano: `${at + ms}000000`,
                  ...(code && { status: { code } }),
                },
              ],
            },
          ],
        },
      ]);
    push('shop', 'a', END - 60_000, 900, 'STATUS_CODE_ERROR');
    push('shop', 'b', END - 50_000, 800);
    push('shop', 'c', END - 40_000, 10);
    push('shop', 'd', END - DAY - 60_000, 10);
    push('other', 'e', END - DAY - 60_000, 10);
    const { traces } = await look();
    const ids = [traces.now, traces.failed, traces.dayBefore].map((list) => list.map(({ spans }) => spans[0]?.traceId[0]).join(''));
    expect(ids).toEqual(['abc', 'a', 'd']);
    expect(traces.failedDayBefore).toBe(0);
  });

  test('of a service that does not send its namespace, traces are found all the same, and none of a namesake elsewhere', async () => {
    const push = (id: string, namespace: string | undefined): void => {
      const own = [{ key: 'service.name', value: { stringValue: 'cart' } }];
      const attributes = namespace === undefined ? own : [...own, { key: 'k8s.namespace.name', value: { stringValue: namespace } }];
      const span = {
        traceId: id.repeat(32),
        spanId: id.repeat(16),
        name: 'GET',
        startTimeUnixNano: `${END - 60_000}000000`,
        endTimeUnixNano: `${END - 59_000}000000`,
      };
      tempo.push([{ resource: { attributes }, scopeSpans: [{ spans: [span] }] }]);
    };
    push('a', undefined);
    push('b', 'other');
    const { traces } = await look();
    expect(traces.now.map(({ spans }) => spans[0]?.traceId[0])).toEqual(['a']);
  });

  test('without anything configured there are three gaps, and nothing is known', async () => {
    const { gaps, metrics: found } = await look({ metrics: [], logs: [], traces: [] });
    expect(gaps.map(({ source, reason }) => [source, reason])).toEqual([
      ['metrics', 'NotConfigured'],
      ['logs', 'NotConfigured'],
      ['traces', 'NotConfigured'],
    ]);
    expect(found).toEqual([]);
  });

  test('a source that fails is a gap, and the others go on', async () => {
    metrics.answer = status(500);
    const { gaps, logs: found, metrics: none } = await look();
    expect(none).toEqual([]);
    expect(found.source).toBe('loki');
    expect(gaps.map(({ source, reason }) => `${source} ${reason}`)).toEqual(['metrics Unavailable']);
  });

  test('an instance that does not know the workload is passed over for one that does', async () => {
    const empty = await startAnsweringServer();
    empty.answer = (request, response) =>
      request.url?.includes('loki') === true ? complaining('x')(request, response) : measuring([])(request, response);
    const { metrics: found } = await look({
      ...ports(),
      metrics: [createPrometheus(http, { name: 'empty', url: empty.url }), ...ports().metrics],
    });
    expect([...new Set(found.map(({ source }) => source))]).toEqual(['main']);
    await empty.close();
  });
});
