/** The golden signals by each convention, from a real Prometheus that has scraped what the exporters of that convention expose. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createHttpSource, type HttpSource } from '../../../src/sources/http.ts';
import { createPrometheus, type PrometheusClient } from '../../../src/sources/prometheus.ts';
import { type GoldenSignals, goldenSignals } from '../../../src/sources/signals/goldenSignals.ts';
import { REQUEST_CONVENTIONS } from '../../../src/sources/signals/requestConventions.ts';
import type { Subject } from '../../../src/sources/signals/subject.ts';
import { startPrometheus } from '../../cluster/addons/prometheus.ts';
import { openWorkspace, type Workspace } from '../../cluster/workspace/workspace.ts';
import { untilTrue } from '../../support/until.ts';
import { EXPOSED, POOLS, saturationPage } from './exposition.ts';

const subject = (namespace: string, more: Partial<Subject> = {}): Subject => ({
  kind: 'Deployment',
  namespace,
  name: 'cart',
  claims: [],
  ...more,
});

describe('golden signals from the real Prometheus', () => {
  let workspace: Workspace;
  let http: HttpSource;
  let prometheus: PrometheusClient;
  const began = Date.now() - 60_000;
  const target = createServer((request, response) => {
    const seconds = (Date.now() - began) / 1000;
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    // the same once more, for who stores each histogram as one native series
    const pages = EXPOSED.map(({ text, namespace }) => text(seconds, request.url === '/native' ? `native-${namespace}` : namespace));
    response.end([...pages, ...(request.url === '/native' ? [] : [saturationPage(seconds), ...POOLS.map(({ text }) => text)])].join(''));
  });
  const look = (of: Subject): Promise<GoldenSignals> =>
    goldenSignals(of, [prometheus], { now: Date.now(), window: '10s', signal: AbortSignal.timeout(20_000) });

  beforeAll(async () => {
    await new Promise<void>((resolve) => {
      target.listen(0, '127.0.0.1', resolve);
    });
    workspace = await openWorkspace({ description: 'Golden signals' });
    const { port } = target.address() as AddressInfo;
    const job = { honor_labels: true, static_configs: [{ targets: [`127.0.0.1:${port}`] }] };
    const server = await startPrometheus(workspace, {
      scrapeSeconds: 1,
      scrapeJobs: [
        { job_name: 'classic', ...job },
        { job_name: 'native', metrics_path: '/native', scrape_native_histograms: true, convert_classic_histograms_to_nhcb: true, ...job },
      ],
    });
    http = createHttpSource({ clock: systemClock });
    prometheus = createPrometheus(http, { name: 'prometheus', url: server.url });
    await untilTrue(
      'scrapes of more than the window of both',
      async () => (await prometheus.instant('count_over_time(up[1m]) > 12')).length === 2,
      60_000,
    );
  }, 120_000);
  afterAll(async () => {
    await http?.close();
    target.close();
    await workspace?.stop();
  });

  const figures = ({ levels }: GoldenSignals) =>
    Object.fromEntries(
      (['latencyP50', 'latencyP95', 'latencyP99', 'errorShare', 'requestRate'] as const).map((name) => {
        const value = levels[name]?.value;
        // a rate is drawn out to its window, the others are exact
        return [name, value === undefined ? undefined : Number(name === 'requestRate' ? value.toPrecision(1) : value.toFixed(4))];
      }),
    );
  const HUNDRED = { latencyP50: 0.1, latencyP95: 0.375, latencyP99: 0.475, errorShare: 0.05, requestRate: 100 };

  test('every convention of the table is exposed here', () => {
    expect([...new Set(EXPOSED.map(({ convention }) => convention))].toSorted()).toEqual(
      REQUEST_CONVENTIONS.map(({ convention }) => convention).toSorted(),
    );
  });

  test.each(EXPOSED)('$convention in $namespace', async ({ namespace, convention }) => {
    const found = await look(subject(namespace));
    expect(found.gaps).toEqual([]);
    expect(figures(found)).toEqual(HUNDRED);
    expect([found.levels.requestRate?.convention, found.levels.errorShare?.convention]).toEqual([convention, convention]);
  });

  test.each(EXPOSED)('$convention in $namespace, by native histograms', async ({ namespace, convention }) => {
    const found = await look(subject(`native-${namespace}`));
    expect(figures(found)).toEqual(HUNDRED);
    expect(found.levels.latencyP95?.query).not.toContain('_bucket');
    expect(found.levels.errorShare?.convention).toBe(convention);
  });

  const shares = ({ levels }: GoldenSignals) =>
    Object.fromEntries(Object.entries(levels).map(([name, level]) => [name, [Number(level.value.toFixed(2)), level.of]]));

  test('saturation, of the container where it is highest, and of its own claims; requests without a status are no successes', async () => {
    expect(shares(await look(subject('full', { claims: ['data-cart-0'] })))).toEqual({
      requestRate: [expect.closeTo(100, -2), ''],
      cpuOfLimit: [0.15, 'app'],
      cpuUsage: [0.15, 'app'],
      cpuThrottling: [0.3, 'app'],
      memoryOfLimit: [0.25, 'app'],
      memoryUsage: [64 * 2 ** 20, 'app'],
      poolUsage: [0.9, ''],
      volumeUsage: [0.8, 'data-cart-0'],
      restarts: [0, 'app'],
    });
  });

  test('what has no limits is told in its own units, and as a share of what it asks for', async () => {
    expect(shares(await look(subject('full', { name: 'open' })))).toEqual({
      cpuOfRequest: [1.5, 'app'],
      cpuUsage: [0.3, 'app'],
      memoryUsage: [2 ** 30, 'app'],
    });
  });

  test.each(POOLS)('a pool of $convention', async ({ namespace, convention }) => {
    const { levels } = await look(subject(namespace));
    expect([levels.poolUsage?.value, levels.poolUsage?.convention]).toEqual([0.9, convention]);
  });

  test('what nobody measures is not there, and is no gap', async () => {
    expect(await look(subject('nowhere'))).toEqual({ levels: {}, gaps: [] });
  });
});
