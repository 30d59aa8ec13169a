import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { gapReason } from '../../../src/sources/gap.ts';
import { createHttpSource, type HttpSource } from '../../../src/sources/http.ts';
import { createPrometheus, type PrometheusClient } from '../../../src/sources/prometheus.ts';
import { selector } from '../../../src/sources/promql.ts';
import { METRIC_SIGNALS, SIGNALS } from '../../../src/sources/signals/metricTable.ts';
import type { Subject } from '../../../src/sources/signals/subject.ts';
import { signalsOf } from '../../../src/sources/signalsOf.ts';
import { startPrometheus } from '../../cluster/addons/prometheus.ts';
import { openWorkspace, type Workspace } from '../../cluster/workspace/workspace.ts';
import { until } from '../../support/until.ts';

/** A pod whose name nobody should glue into a query. */
const AWKWARD = 'a"b\\c{d="e"}';
const EXPOSED = `
# TYPE shop_requests_total counter
# HELP shop_requests_total Requests.
shop_requests_total{namespace="shop",pod="cart-1"} 7
shop_requests_total{namespace="shop",pod=${JSON.stringify(AWKWARD)}} 8
shop_broken{namespace="shop"} NaN
container_memory_working_set_bytes{namespace="shop",pod="cart-7d9c6b5f4d-x2x7k",container="app"} 96
container_memory_working_set_bytes{namespace="shop",pod="cart-7d9c6b5f4d-x2x7k",container=""} 200
container_memory_working_set_bytes{namespace="shop",pod="cart-db-0",container="app"} 500
kube_pod_container_resource_limits{namespace="shop",pod="cart-7d9c6b5f4d-x2x7k",container="app",resource="memory"} 128
${Array.from({ length: 700 }, (_, index) => `shop_many{namespace="shop",id="${index}"} 1`).join('\n')}
`;

describe('the real Prometheus', () => {
  let workspace: Workspace;
  let http: HttpSource;
  let prometheus: PrometheusClient;
  const target = createServer((_, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(EXPOSED.trimStart());
  });
  const window = () => ({ start: Date.now() - 600_000, end: Date.now() + 10_000 });

  beforeAll(async () => {
    await new Promise<void>((resolve) => {
      target.listen(0, '127.0.0.1', resolve);
    });
    workspace = await openWorkspace({ description: 'Prometheus source test' });
    const { port } = target.address() as AddressInfo;
    const server = await startPrometheus(workspace, {
      scrapeSeconds: 1,
      scrapeJobs: [{ job_name: 'shop', honor_labels: true, static_configs: [{ targets: [`127.0.0.1:${port}`] }] }],
    });
    http = createHttpSource({ clock: systemClock });
    prometheus = createPrometheus(http, { name: 'prometheus', url: server.url });
    await until('the first scrape', async () => ((await prometheus.instant('shop_requests_total')).length > 1 ? true : undefined), 60_000);
  });
  afterAll(async () => {
    await http?.close();
    target.close();
    await workspace?.stop();
  });

  const ranged = async (query: string) => (await prometheus.range(query, window(), { points: 600 })).series;

  test('gives a series over time, by a name that is no query', async () => {
    const series = await until('a point of the range', async () => {
      const found = await ranged(`shop_requests_total${selector({ namespace: 'shop', pod: AWKWARD })}`);
      return found.length > 0 ? found : undefined;
    });
    expect(series.map(({ labels, points }) => [labels['pod'], points.at(-1)?.[1]])).toEqual([[AWKWARD, 8]]);
  });

  test('leaves out what is no number, and gives nothing for what is not there', async () => {
    expect(await ranged('shop_broken')).toEqual([]);
    expect(await ranged('never_heard_of')).toEqual([]);
  });

  test('does not take more series than are useful', async () => {
    const error: unknown = await until('all series of the range', () =>
      ranged('shop_many').then(
        () => undefined,
        (failure: unknown) => failure,
      ),
    );
    expect(gapReason(error)).toBe('TooLarge');
  });

  test('asks by POST what is too long for an address', async () => {
    const long = Array.from({ length: 200 }, (_, index) => `shop_requests_total{pod="none-${index}"}`).join(' or ');
    expect(await prometheus.instant(`${long} or shop_requests_total{pod="cart-1"}`)).toHaveLength(1);
  });

  test('knows the metrics of a namespace, its series and their types', async () => {
    const names = await prometheus.metricNames(
      [[{ label: 'namespace', operator: '=', value: 'shop' }], [{ label: 'k8s_pod_name', operator: '=~', value: 'cart-.+' }]],
      window(),
    );
    expect(names).toEqual(expect.arrayContaining(['shop_broken', 'shop_many', 'shop_requests_total']));
    const series = await prometheus.series({ __name__: 'shop_requests_total' }, window(), 1);
    expect(series).toHaveLength(1);
    const type = await until('the metadata', () => prometheus.typeOf('shop_requests_total'));
    expect(type).toBe('counter');
  });

  test.each(SIGNALS.flatMap((signal) => METRIC_SIGNALS[signal].ways.map(({ convention, query }) => ({ signal, convention, query }))))(
    'can read the query for $signal by $convention',
    async ({ query }) => {
      const subject: Subject = { kind: 'Deployment', namespace: AWKWARD, name: AWKWARD, claims: [AWKWARD, 'data'] };
      expect(await prometheus.instant(query(subject) ?? '')).toEqual([]);
    },
  );

  test('tells what a workload does, and not its neighbours', async () => {
    const subject: Subject = { kind: 'Deployment', namespace: 'shop', name: 'cart', claims: [] };
    const ports = { metrics: [prometheus], logs: [], traces: [] };
    const { metrics } = await signalsOf(subject, window(), ports, { spend: (_, call) => call(), signal: AbortSignal.timeout(20_000) });
    const last = metrics.map(({ signal, labels, points }) => [signal, labels['container'], points.at(-1)?.[1]]);
    expect(last).toEqual([
      ['memoryUsage', 'app', 96],
      ['memoryOfLimit', 'app', 0.75],
    ]);
  });

  test('a query that it cannot read is Malformed', async () => {
    const error: unknown = await prometheus.instant('up{').catch((failure: unknown) => failure);
    expect([gapReason(error), (error as Error).message]).toEqual(['Malformed', 'prometheus: HTTP 400: it does not take this question']);
  });
});
