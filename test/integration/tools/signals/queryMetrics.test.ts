/** `query_metrics` on a real Prometheus that has scraped a shop, as callers of every right meet it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { createHttpSource, type HttpSource } from '../../../../src/sources/http.ts';
import type { MetricsPort } from '../../../../src/sources/metrics.ts';
import { createPrometheus } from '../../../../src/sources/prometheus.ts';
import { metricsTools } from '../../../../src/tools/signals/queryMetrics.ts';
import type { Answer, Call, Tool } from '../../../../src/tools/tool.ts';
import { startPrometheus } from '../../../cluster/addons/prometheus.ts';
import { openWorkspace, type Workspace } from '../../../cluster/workspace/workspace.ts';
import { callOf } from '../../../support/callers.ts';
import { signalsDeps } from '../../../support/signalsDeps.ts';
import { until } from '../../../support/until.ts';

const began = Date.now();
const ADMIN = callOf('admin', () => true);
/** May see what is measured in shop, and nowhere else. */
const DAVE = callOf('dave', (right) => right.endsWith(' shop'));

function exposed(): string {
  const seconds = (Date.now() - began) / 1000;
  const pods = Array.from(
    { length: 12 },
    (_, index) => `shop_queue_length{namespace="shop",pod="cart-${index}"} ${index === 7 ? 900 : 10 + index / 10}`,
  );
  return [
    '# TYPE shop_requests_total counter',
    `shop_requests_total{namespace="shop",pod="cart-1",token="ghp_0123456789abcdefghijABCDEFGHIJ012345"} ${Math.round(seconds * 5)}`,
    `shop_requests_total{namespace="stage",pod="cart-1"} ${Math.round(seconds * 50)}`,
    'shop_broken{namespace="shop"} NaN',
    ...pods,
    ...Array.from({ length: 2_100 }, (_, index) => `shop_many{namespace="shop",id="${index}"} 1`),
    '',
  ].join('\n');
}

describe('query_metrics', () => {
  let workspace: Workspace;
  let http: HttpSource;
  let prometheus: MetricsPort;
  const target = createServer((_, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(exposed());
  });
  const toolOf = (ports: readonly MetricsPort[]): Tool => {
    const [tool] = metricsTools(signalsDeps({ metrics: ports }));
    if (tool === undefined) throw new Error('there is no tool');
    return tool;
  };
  const ask = (input: Readonly<Record<string, unknown>>, call: Call = ADMIN): Promise<Answer> => toolOf([prometheus]).run(input, call);
  const refusal = (input: Readonly<Record<string, unknown>>, call: Call = ADMIN, tool = toolOf([prometheus])): Promise<string> =>
    tool.run(input, call).then(
      ({ text }) => `answered: ${text}`,
      (error: Error & { reason?: string }) => `${error.reason ?? error.name}: ${error.message}`,
    );

  beforeAll(async () => {
    await new Promise<void>((resolve) => {
      target.listen(0, '127.0.0.1', resolve);
    });
    workspace = await openWorkspace({ description: 'query_metrics' });
    const { port } = target.address() as AddressInfo;
    const scrapeJobs = [{ job_name: 'shop', honor_labels: true, static_configs: [{ targets: [`127.0.0.1:${port}`] }] }];
    const server = await startPrometheus(workspace, { scrapeSeconds: 1, scrapeJobs });
    http = createHttpSource({ clock: systemClock });
    prometheus = createPrometheus(http, { name: 'main', url: server.url });
    await until(
      'a minute of a range',
      async () => (await ask({ query: 'rate(shop_requests_total[10s]) > 0', duration: '1m', step: 5 })).data['total'] === 2 || undefined,
      60_000,
    );
  }, 120_000);
  afterAll(async () => {
    await http?.close();
    target.close();
    await workspace?.stop();
  });

  test('tells totals, what stands apart first, and how to get the rest', async () => {
    const { text, data } = await ask({ query: 'shop_queue_length', duration: '5m', limit: 2 });
    expect(data).toMatchObject({ total: 12, remaining: 10, sources: ['main'], query: 'shop_queue_length', notes: [] });
    expect(data['series']).toMatchObject([{ labels: { pod: 'cart-7' }, last: 900, min: 900, max: 900, outlier: true }, { outlier: false }]);
    const lines = text.split('\n');
    expect(lines[0]).toMatch(/^12 series from main, \S+ to \S+, step 5 s, of shop_queue_length$/u);
    expect(lines[1]).toMatch(/^All have \{__name__="shop_queue_length", instance="127\.0\.0\.1:\d+", job="shop", namespace="shop"\}\.$/u);
    expect(lines.slice(2)).toEqual([
      '{pod="cart-7"}: last 900, constant; stands apart',
      '{pod="cart-11"}: last 11.1, constant',
      '10 more: limit=12 shows all; or aggregate, as in topk(5, …) or sum by (…) (…).',
    ]);
  });

  test('confines a caller to their namespace, and shows no secret that somebody put into a label', async () => {
    const { data, text } = await ask(
      { query: 'sum by (namespace, token) (rate(shop_requests_total[30s]))', namespace: 'shop', duration: '1m' },
      DAVE,
    );
    expect(data).toMatchObject({ total: 1, query: 'sum by (namespace, token) (rate(shop_requests_total{namespace="shop"}[30s]))' });
    expect(text + JSON.stringify(data)).not.toContain('ghp_0123456789');
  });

  test('gives points where they are asked for, at the step that was said', async () => {
    const { data } = await ask({ query: 'shop_queue_length{pod="cart-1"}', duration: '1m', step: '10s', points: true });
    expect(data['stepSeconds']).toBe(10);
    expect((data['series'] as { points: unknown[] }[])[0]?.points.at(-1)).toEqual([expect.any(Number), 10.1]);
  });

  test('lists the metrics of a namespace where there is no query', async () => {
    const { data } = await ask({ namespace: 'shop' }, DAVE);
    expect(data['metrics']).toEqual(['shop_broken', 'shop_many', 'shop_queue_length', 'shop_requests_total']);
  });

  test.each([
    [
      'a metric that nobody has',
      { query: 'shop_request_total' },
      'Nobody has a metric shop_request_total in this time; near it are shop_requests_total',
    ],
    [
      'one that nobody has there',
      { query: 'shop_requests_total', namespace: 'nowhere' },
      'Nobody has a metric shop_requests_total in nowhere in this time.',
    ],
    [
      'labels that do not fit',
      { query: 'shop_requests_total{pod="x"}' },
      'shop_requests_total exists, but no series of it fits these matchers in this time',
    ],
    ['no number at all', { query: 'shop_broken' }, 'shop_broken exists, but'],
  ])('says why it is empty: %s', async (_title, input, note) => {
    const { data } = await ask(input);
    expect(data).toMatchObject({ total: 0, notes: [expect.stringContaining(note)] });
  });

  test.each([
    [
      'without a namespace',
      { query: 'up' },
      'Forbidden: dave may not look across namespaces here: say which namespace, in the field namespace or in every selector, as in {namespace="shop"}.',
    ],
    [
      'in another namespace',
      { query: 'up', namespace: 'stage' },
      'Forbidden: dave may not get pods.metrics.k8s.io in namespace stage; an administrator can grant it.',
    ],
    [
      'for names of another namespace',
      { namespace: 'stage' },
      'Forbidden: dave may not get pods.metrics.k8s.io in namespace stage; an administrator can grant it.',
    ],
  ])('refuses who may not look %s', async (_title, input, words) => {
    expect(await refusal(input, DAVE)).toBe(words);
  });

  test.each([
    [
      'too many series',
      { query: 'shop_many' },
      'TooLarge: main: more than 2000 series match; aggregate, as in sum by (pod) (…) or topk(10, …), or add matchers',
    ],
    ['what does not parse', { query: 'rate(x[5m)' }, 'Invalid: query: at character 10, before ")": expected "]"'],
    [
      'everything',
      { query: '{job=~".+"}' },
      'Invalid: query: at character 1, before "{job=~\\".+\\"}": this selects everything; narrow it, as in {namespace="shop",__name__=~"http_.+"}, or with the name of a metric',
    ],
    [
      'what only the source can tell to be wrong',
      { query: 'label_replace(shop_many, "a b", "$1", "id", "(.*)") + on (x) shop_many' },
      'Invalid: query: main does not take it: ',
    ],
    ['a step that makes too many points', { query: 'up', step: 1 }, 'Invalid: step: it makes more than 1000 points; take a longer one'],
    ['nothing', {}, 'Invalid: query: say a query, or a service_name or namespace whose metrics to list'],
    ['a source that is not there', { query: 'up', source: 'other' }, 'Invalid: source: there is no source "other"; there is main'],
  ])('refuses %s', async (_title, input, words) => {
    expect((await refusal(input)).slice(0, words.length)).toBe(words);
  });

  test('an instance that is away is a note where another answers, and the failure where none does', async () => {
    const away = createPrometheus(http, { name: 'away', url: 'http://127.0.0.1:9' });
    const { data } = await toolOf([away, prometheus]).run({ query: 'up', duration: '1m' }, ADMIN);
    expect(data).toMatchObject({
      total: 1,
      sources: ['main'],
      notes: ['ask the source of metrics: away: nothing listens at its address: ECONNREFUSED'],
    });
    expect(await refusal({ query: 'up' }, ADMIN, toolOf([away]))).toBe(
      'Unavailable: ask the source of metrics: away: nothing listens at its address: ECONNREFUSED',
    );
    expect(await refusal({ query: 'up' }, ADMIN, toolOf([]))).toBe(
      'NotConfigured: No source of metrics is configured here; an administrator can name one in sources.prometheus.',
    );
  });
});
