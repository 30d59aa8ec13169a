import type { RequestListener } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { gapReason } from '../../../src/sources/gap.ts';
import { createHttpSource, type HttpSource } from '../../../src/sources/http.ts';
import { createMeasurements, type Measurements } from '../../../src/sources/measurements.ts';
import { createPrometheus } from '../../../src/sources/prometheus.ts';
import { type AnsweringServer, json, startAnsweringServer, status } from '../../support/answeringServer.ts';

const END = Date.parse('2026-01-02T12:00:00Z');
const window = { start: END - 600_000, end: END };
const cart = { kind: 'Deployment', namespace: 'shop', name: 'cart' };
const CPU = 'container_cpu_usage_seconds_total';

let http: HttpSource;
let servers: AnsweringServer[];
beforeEach(() => {
  http = createHttpSource({ clock: systemClock });
  servers = [];
});
afterEach(async () => {
  await http.close();
  await Promise.all(servers.map((server) => server.close()));
});

async function measurementsOf(...answers: readonly RequestListener[]): Promise<Measurements> {
  servers = await Promise.all(answers.map(() => startAnsweringServer()));
  for (const [index, server] of servers.entries()) server.answer = answers[index] ?? status(404);
  return createMeasurements(servers.map(({ url }, index) => createPrometheus(http, { name: `p${index}`, url })));
}

/** An instance that has these metrics, and these points of any. */
const instance =
  (names: readonly string[], values: readonly (readonly [number, string])[], more: object = {}): RequestListener =>
  (request, response) =>
    request.url?.startsWith('/api/v1/label/') === true
      ? json({ status: 'success', data: names })(request, response)
      : json({
          status: 'success',
          data: { resultType: 'matrix', result: values.length === 0 ? [] : [{ metric: { container: 'app' }, values }] },
          ...more,
        })(request, response);

const at = (seconds: number, value: string): readonly [number, string] => [END / 1000 - seconds, value];

test('a signal comes from the first instance that has its metrics', async () => {
  const measurements = await measurementsOf(instance(['up'], []), instance([CPU], [at(10, '0.5')]));
  expect([...(await measurements.signalsOf(cart, window))]).toEqual(['cpuUsage']);
  expect(await measurements.measure(cart, 'cpuUsage', window)).toMatchObject({
    unit: 'cores',
    source: 'p1',
    series: [{ labels: { container: 'app' }, points: [[END - 10_000, 0.5]] }],
  });
});

test('that nobody measures it is an answer of its own, and so is that there is nothing now', async () => {
  const measurements = await measurementsOf(instance([CPU], [at(10, 'NaN')]));
  expect(await measurements.measure(cart, 'latencyP95', window)).toBeUndefined();
  expect(await measurements.measure(cart, 'cpuUsage', window)).toMatchObject({ series: [] });
  expect(await (await measurementsOf()).measure(cart, 'cpuUsage', window)).toBeUndefined();
});

test.each<{ name: string; answers: readonly RequestListener[]; want: string }>([
  { name: 'an instance that fails, which may be the one that knows', answers: [status(500), instance([CPU], [])], want: 'Unavailable' },
  {
    name: 'an answer of which a part is missing, as it may be the good part',
    answers: [instance([CPU], [at(10, '0.5')], { isPartial: true })],
    want: 'Unavailable',
  },
  { name: 'an answer that is none', answers: [json({ status: 'success', data: 'x' })], want: 'Malformed' },
])('is not taken for an answer: $name', async ({ answers, want }) => {
  const measurements = await measurementsOf(...answers);
  const error: unknown = await measurements.measure(cart, 'cpuUsage', window).catch((failure: unknown) => failure);
  expect(gapReason(error)).toBe(want);
});

test('a query of an administrator is put to one instance after another until one has something to say', async () => {
  const measurements = await measurementsOf(instance([], []), instance([], [at(10, '3')]));
  expect(await measurements.ask('sum(orders_waiting)', window)).toMatchObject({ source: 'p1', series: [{ points: [[END - 10_000, 3]] }] });
});
