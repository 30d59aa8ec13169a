/** `check_golden_signals` as its callers meet it: a real API server, and a real Prometheus that has seen a week. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import type { KubeClient } from '../../../../src/kube/client.ts';
import { createHttpSource, type HttpSource } from '../../../../src/sources/http.ts';
import { workloadResources } from '../../../../src/sources/kubernetes/api.ts';
import { serviceObjects } from '../../../../src/sources/kubernetes/networkApi.ts';
import { createPrometheus, type PrometheusClient } from '../../../../src/sources/prometheus.ts';
import { createWorkloadFinder } from '../../../../src/tools/signals/findWorkload.ts';
import { checkGoldenSignalsTool } from '../../../../src/tools/signals/golden/checkGoldenSignals.ts';
import type { Answer, Tool } from '../../../../src/tools/tool.ts';
import { startPrometheus } from '../../../cluster/addons/prometheus.ts';
import { openWorkspace, type Workspace } from '../../../cluster/workspace/workspace.ts';
import { callOf } from '../../../support/callers.ts';
import { makeNamespace } from '../../../support/namespace.ts';
import { pushHistograms } from '../../../support/otlpMetrics.ts';
import { signalsDeps } from '../../../support/signalsDeps.ts';
import { testClient } from '../../../support/testClient.ts';
import { untilTrue } from '../../../support/until.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;
const NOW = Date.now();
/** Of this run alone: the API server is shared. */
const CART = `cart-${NOW.toString(36)}`;
const EVERYTHING = callOf('admin', () => true);

interface Behaviour {
  readonly perSecond: number;
  readonly failing: number;
  readonly seconds: number;
}
const USUAL: Behaviour = { perSecond: 10, failing: 0.001, seconds: 0.07 };

let client: KubeClient;
let workspace: Workspace;
let http: HttpSource;
let prometheus: PrometheusClient;
let tool: Tool;
let [shop, stage] = ['', ''];

beforeAll(async () => {
  client = testClient(inject('cluster').kubeconfigPath);
  [shop, stage] = await Promise.all([makeNamespace(client, 'shop'), makeNamespace(client, 'stage')]);
  workspace = await openWorkspace({ description: 'check_golden_signals' });
  const server = await startPrometheus(workspace, { historyHours: 24 * 8 });
  http = createHttpSource({ clock: systemClock });
  prometheus = createPrometheus(http, { name: 'main', url: server.url });
  const workloads = createWorkloadFinder({ client, clock: systemClock });
  tool = checkGoldenSignalsTool(signalsDeps({ metrics: [prometheus] }, { workloads }));
  await Promise.all([
    deploy(shop, CART, 2),
    deploy(shop, `${CART}-slow`, 2),
    deploy(shop, `${CART}-quiet`, 1),
    deploy(shop, `${CART}-down`, 0),
  ]);
  await Promise.all([deploy(shop, 'twin', 2), deploy(stage, 'twin', 2), expose(shop, `${CART}-front`, CART)]);
  await pushHistograms(server.url, [
    ...history(CART, USUAL),
    ...history(`${CART}-slow`, { perSecond: 10, failing: 0.06, seconds: 0.4 }),
    ...history(`${CART}-native`, USUAL, false),
  ]);
  await deploy(shop, `${CART}-native`, 2);
  await untilTrue('the history can be asked for', async () => (await prometheus.instant('count({__name__=~"http_.+"})')).length > 0);
}, 120_000);
afterAll(async () => {
  await http?.close();
  await workspace?.stop();
  await client?.close();
});

/** As it is with two replicas wanted. */
async function deploy(namespace: string, name: string, ready: number): Promise<void> {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'cart:1' }] } };
  const made = await client.create(workloadResources.Deployment, {
    metadata: { namespace, name },
    spec: { replicas: 2, selector: { matchLabels: labels }, template },
  });
  const status = { replicas: 2, updatedReplicas: 2, readyReplicas: ready, availableReplicas: ready };
  await client.replace(workloadResources.Deployment, { ...made, status }, { subresource: 'status' });
}

async function expose(namespace: string, name: string, app: string): Promise<void> {
  await client.create(serviceObjects, { metadata: { namespace, name }, spec: { selector: { app }, ports: [{ port: 80 }] } });
}

/** Of the last quarter of an hour, and of the same hour of each of the seven days before, which were as usual. */
function history(name: string, now: Behaviour, isClassic = true) {
  const stretches = Array.from({ length: 8 }, (_, day) => ({ end: NOW - day * DAY, behaviour: day === 0 ? now : USUAL })).toReversed();
  return ['200', '500'].map((code) => {
    let count = 0;
    const seen = new Map<number, number>();
    const points = stretches.flatMap(({ end, behaviour: { perSecond, failing, seconds } }) => {
      const times = Array.from({ length: 241 }, (_, index) => end - HOUR + index * 15 * SECOND);
      return times.map((at) => {
        count = 15 * perSecond * (code === '500' ? failing : 1 - failing);
        seen.set(seconds, (seen.get(seconds) ?? 0) + Math.round(count * 1000));
        return [at, [...seen]] as const;
      });
    });
    return {
      name: 'http.server.request.duration',
      unit: 's',
      labels: { 'k8s.namespace.name': shop, 'k8s.pod.name': `${name}-7d9c6b5f4d-x2x7k`, 'http.response.status_code': code },
      bounds: isClassic ? [0.05, 0.1, 0.25, 0.5, 1] : undefined,
      points,
    };
  });
}

const check = (input: Readonly<Record<string, unknown>>, call = EVERYTHING): Promise<Answer> => tool.run(input, call);
const refusal = async (input: Readonly<Record<string, unknown>>, call = EVERYTHING): Promise<string> =>
  check(input, call).then(
    ({ text }) => `answered: ${text}`,
    (error: Error & { reason?: string }) => `${error.reason ?? error.name}: ${error.message}`,
  );

describe('a service', () => {
  test('that is as usual is healthy', async () => {
    const { text, data } = await check({ service_name: CART, namespace: shop });
    expect(data).toMatchObject({ status: 'healthy', reasons: [], errors: '0.1%', replicas: { desired: 2, ready: 2 } });
    expect(data['latency']).toMatch(/^9\d(?:\.\d)?ms \(p95\)$/u);
    expect(text.split('\n').slice(0, 5)).toEqual([
      `${shop}/${CART} (Deployment) is healthy.`,
      expect.stringMatching(
        /^Latency: 9[\d.]+ms \(p95\), 7[\d.]+ms \(p50\), 9[\d.]+ms \(p99\); usually 9[\d.]+ms at this hour \(7 days\)$/u,
      ),
      expect.stringMatching(/^Traffic: \d+ req\/min; usually \d+ req\/min at this hour \(7 days\)$/u),
      'Errors: 0.1%; usually 0.1% at this hour (7 days)',
      'Saturation: CPU: not measured, Memory: not measured',
    ]);
  });

  test('that is slower than on earlier days and fails is unhealthy, and says why', async () => {
    const { data } = await check({ service_name: `${CART}-slow`, namespace: shop });
    expect(data).toMatchObject({ status: 'unhealthy', errors: '6%' });
    expect(data['reasons']).toEqual([
      'errors are 6% (usually 0.1% at this hour)',
      expect.stringMatching(/^latency is 4[\d.]+ms \(p95\) \(usually 9[\d.]+ms at this hour\)$/u),
    ]);
  });

  test('is measured by exponential histograms too', async () => {
    const { data } = await check({ service_name: `${CART}-native`, namespace: shop });
    expect(data).toMatchObject({ status: 'healthy', errors: '0.1%', numbers: { latencyMs: { p95: expect.closeTo(70, -1) } } });
  });

  test('that nobody measures is unknown, whatever its pods are; what is missing is said', async () => {
    const { data } = await check({ service_name: 'twin', namespace: stage });
    expect(data).toMatchObject({
      status: 'unknown',
      reasons: ['nobody measures its requests'],
      latency: 'not measured',
      traffic: 'not measured',
    });
    expect((data['missing'] as { signal: string }[]).map(({ signal }) => signal)).toEqual([
      'latency',
      'traffic',
      'errors',
      'CPU',
      'memory',
    ]);
  });

  test.each([
    ['some replicas of which are not ready', '-quiet', 'degraded', '1 of 2 replicas are ready'],
    ['no replica of which is ready', '-down', 'unhealthy', '0 of 2 replicas are ready'],
  ])('%s', async (_title, suffix, status, reason) => {
    expect((await check({ service_name: `${CART}${suffix}`, namespace: shop })).data).toMatchObject({ status, reasons: [reason] });
  });

  test.each([
    ['without its namespace', () => ({ service_name: CART })],
    ['with its kind', () => ({ service_name: `deployment/${CART}` })],
    ['with its namespace before it', () => ({ service_name: `${shop}/${CART}` })],
    ['by the Service in front of it', () => ({ service_name: `${CART}-front`, namespace: shop })],
    ['by the address of that Service', () => ({ service_name: `${CART}-front.${shop}.svc.cluster.local` })],
    ['by that Service in whatever namespace', () => ({ service_name: `${CART}-front` })],
  ])('is found %s', async (_title, input) => {
    expect((await check(input())).data['service']).toEqual({ kind: 'Deployment', namespace: shop, name: CART });
  });
});

describe('who asks for what is not there, or not theirs', () => {
  test('hears the nearest names', async () => {
    expect(await refusal({ service_name: CART.replace('cart', 'catr'), namespace: shop })).toMatch(
      new RegExp(`^NotFound: There is no workload or Service catr-\\w+ in namespace ${shop}; near it are ${shop}/${CART}, `, 'u'),
    );
  });

  test('of several by that name chooses', async () => {
    const said = await refusal({ service_name: 'twin' });
    expect(said).toContain(`${shop}/twin (Deployment)`);
    expect(said).toMatch(/^Invalid: namespace: twin can be .*; say which namespace$/u);
  });

  test('hears nothing of a namespace that they may not see', async () => {
    const stranger = callOf('mallory', (right) => right.endsWith(` ${stage}`));
    expect(await refusal({ service_name: CART, namespace: shop }, stranger)).toBe(
      `Forbidden: mallory may not list deployments.apps in namespace ${shop}; an administrator can grant it.`,
    );
    expect(await refusal({ service_name: CART }, stranger)).toBe(
      'Forbidden: mallory may not look for workloads in all namespaces; say which namespace.',
    );
  });

  test('needs the right to metrics beside that to the workload', async () => {
    const reader = callOf('dave', (right) => right.startsWith('list '));
    expect(await refusal({ service_name: CART, namespace: shop }, reader)).toBe(
      `Forbidden: dave may not get pods.metrics.k8s.io in namespace ${shop}; an administrator can grant it.`,
    );
  });

  test.each([
    [
      { service_name: 'x; rm -rf' },
      'Invalid: service_name: "x; rm -rf" is not the name of a service; write it as cart, shop/cart or deployment/cart',
    ],
    [{ service_name: 'cart', duration: '3 parsecs' }, 'Invalid: duration: write it as 5m or 1h, from 1m to 1d, or as a number of seconds'],
  ])('%j is wrong in itself', async (input, words) => {
    expect(await refusal(input)).toBe(words);
  });

  test('a source that is away is said, and is no health', async () => {
    const away = createPrometheus(http, { name: 'away', url: 'http://127.0.0.1:9' });
    const blind = checkGoldenSignalsTool(
      signalsDeps({ metrics: [away] }, { workloads: createWorkloadFinder({ client, clock: systemClock }) }),
    );
    const { data, text } = await blind.run({ service_name: CART, namespace: shop }, EVERYTHING);
    expect(data['status']).toBe('unknown');
    expect(text).toContain(`ask away which metrics ${shop}/${CART} has: away: `);
    expect(text).not.toContain('127.0.0.1');
  });
});
