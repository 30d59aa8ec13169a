/** The contract of the port of metrics, kept by Prometheus' adapter (and so for Thanos, Mimir, VictoriaMetrics) and by SigNoz'. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { gapReason } from '../../../../src/sources/gap.ts';
import { createHttpSource, type HttpSource } from '../../../../src/sources/http.ts';
import type { MetricsPort } from '../../../../src/sources/metrics.ts';
import { createPrometheus } from '../../../../src/sources/prometheus.ts';
import { createSignoz } from '../../../../src/sources/signoz.ts';
import { createCleaner } from '../../../../src/sources/text.ts';
import { type AnsweringServer, json, startAnsweringServer } from '../../../support/answeringServer.ts';
import { failsAsASourceShould, INSTANCE } from './failures.ts';

interface WireSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [atSeconds: number, value: string])[];
}

interface Adapter {
  readonly name: string;
  readonly create: (http: HttpSource, url: string) => MetricsPort;
  /** The same answer in the words of each source. */
  readonly instant: (samples: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: string }[]) => unknown;
  readonly range: (series: readonly WireSeries[], warnings?: readonly string[]) => unknown;
  /** For ten minutes in 100, 10 and 1 points. */
  readonly stepsMs: readonly number[];
}

const adapters: readonly Adapter[] = [
  {
    name: 'Prometheus',
    create: (http, url) => createPrometheus(http, { name: INSTANCE, url }),
    instant: (samples) => ({
      status: 'success',
      data: { resultType: 'vector', result: samples.map(({ labels, value }) => ({ metric: labels, value: [1, value] })) },
    }),
    range: (series, warnings) => ({
      status: 'success',
      warnings,
      data: { resultType: 'matrix', result: series.map(({ labels, values }) => ({ metric: labels, values })) },
    }),
    stepsMs: [10_000, 60_000, 600_000],
  },
  {
    name: 'SigNoz',
    create: (http, url) =>
      createSignoz({ http, cleaner: createCleaner((text) => text), clock: { now: () => 900_000 } }, { name: INSTANCE, url }).metrics,
    instant: (samples) => signozSeries(samples.map(({ labels, value }) => ({ labels, values: [[800, value]] }))),
    range: signozSeries,
    // its PromQL has no finer steps than a minute
    stepsMs: [60_000, 60_000, 600_000],
  },
];

function signozSeries(series: readonly WireSeries[], warnings: readonly string[] = []): unknown {
  const number = (value: string): unknown => (/^[\d.]+$/u.test(value) ? Number(value) : value);
  const wire = series.map(({ labels, values }) => ({
    labels: Object.entries(labels).map(([name, value]) => ({ key: { name }, value })),
    values: values.map(([at, value]) => ({ timestamp: at * 1000, value: number(value) })),
  }));
  const [message] = warnings;
  const results = [{ queryName: 'A', aggregations: wire.length === 0 ? null : [{ index: 0, alias: '', series: wire }] }];
  return { status: 'success', data: { type: 'time_series', warning: message === undefined ? null : { message }, data: { results } } };
}

const window = { start: 600_000, end: 1_200_000 };

describe.each(adapters)('the port of metrics: $name', ({ name, create, instant, range, stepsMs }) => {
  failsAsASourceShould(name, [
    { name: 'instant', ask: (http, url, signal) => create(http, url).instant('up', signal) },
    { name: 'range', ask: (http, url, signal) => create(http, url).range('up', window, {}, signal) },
    {
      name: 'metricNames',
      ask: (http, url, signal) => create(http, url).metricNames([[{ label: 'namespace', operator: '=', value: 'shop' }]], window, signal),
    },
  ]);

  let server: AnsweringServer;
  let http: HttpSource;
  beforeEach(async () => {
    server = await startAnsweringServer();
    http = createHttpSource({ clock: systemClock });
  });
  afterEach(async () => {
    await http.close();
    await server.close();
  });
  const port = (): MetricsPort => create(http, server.url);

  test('an empty answer is one', async () => {
    server.answer = json(instant([]));
    expect(await port().instant('up')).toEqual([]);
    server.answer = json(range([]));
    expect(await port().range('up', window)).toMatchObject({ series: [], notes: [] });
  });

  test.each(['NaN', '+Inf', '-Inf', 'a number', '', ' '])('a sample that is “%s” is left out', async (value) => {
    server.answer = json(
      instant([
        { labels: { pod: 'a' }, value: '1.5' },
        { labels: { pod: 'b' }, value },
      ]),
    );
    expect(await port().instant('up')).toEqual([{ labels: { pod: 'a' }, value: 1.5 }]);
    server.answer = json(
      range([
        {
          labels: {},
          values: [
            [660, value],
            [720, '2'],
          ],
        },
        { labels: { pod: 'b' }, values: [[660, value]] },
      ]),
    );
    expect((await port().range('up', window)).series).toEqual([{ labels: {}, points: [[720_000, 2]] }]);
  });

  test('points come oldest first, one time once, and only from the window', async () => {
    server.answer = json(
      range([
        {
          labels: {},
          values: [
            [720, '2'],
            [660, '1'],
            [720, '3'],
            [99_999, '4'],
            [1, '0'],
          ],
        },
      ]),
    );
    expect((await port().range('up', window)).series[0]?.points).toEqual([
      [660_000, 1],
      [720_000, 3],
    ]);
  });

  test('warnings are told: the answer may not be all', async () => {
    server.answer = json(range([], ['store gateway \u001b[31mdown\n']));
    expect((await port().range('up', window)).notes).toEqual(['store gateway down']);
  });

  test('a million series are TooLarge', async () => {
    const many = Array.from({ length: 501 }, (_, index) => ({ labels: { pod: `pod-${index}` }, values: [[660, '1'] as const] }));
    server.answer = json(range(many));
    const error: unknown = await port()
      .range('up', window)
      .catch((failure: unknown) => failure);
    expect(gapReason(error)).toBe('TooLarge');
  });

  test('the step keeps a series to the number of points that is wanted', async () => {
    server.answer = json(range([]));
    const steps = await Promise.all([100, 10, 1].map(async (points) => (await port().range('up', window, { points })).stepMs));
    expect(steps).toEqual(stepsMs);
  });
});
