/** `monitoring_advice` on a real API server and a real Prometheus, which then load what it advises. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { parse } from 'yaml';
import { systemClock } from '../../../../src/clock.ts';
import type { KubeClient } from '../../../../src/kube/client.ts';
import { createRedactor } from '../../../../src/redact/redactor.ts';
import { createAlertingRules } from '../../../../src/sources/alertingRules.ts';
import { createHttpSource, type HttpSource } from '../../../../src/sources/http.ts';
import { workloadResources } from '../../../../src/sources/kubernetes/api.ts';
import { disruptionBudgets } from '../../../../src/sources/kubernetes/boundsApi.ts';
import { serviceObjects } from '../../../../src/sources/kubernetes/networkApi.ts';
import { createPrometheus, type PrometheusClient } from '../../../../src/sources/prometheus.ts';
import { monitoringAdviceTool } from '../../../../src/tools/advice/monitoringAdvice.ts';
import { createWorkloadFinder } from '../../../../src/tools/signals/findWorkload.ts';
import type { Answer, Tool } from '../../../../src/tools/tool.ts';
import { type Prometheus, startPrometheus } from '../../../cluster/addons/prometheus.ts';
import { openWorkspace, type Workspace } from '../../../cluster/workspace/workspace.ts';
import { callOf } from '../../../support/callers.ts';
import { makeNamespace } from '../../../support/namespace.ts';
import { testClient } from '../../../support/testClient.ts';
import { until } from '../../../support/until.ts';

const EVERYTHING = callOf('admin', () => true);
const began = Date.now();

let client: KubeClient;
let workspace: Workspace;
let http: HttpSource;
let server: Prometheus;
let prometheus: PrometheusClient;
let tool: Tool;
let shop = '';

/** What the workload and the exporters around it expose. */
function exposed(): string {
  const seconds = (Date.now() - began) / 1000;
  const pod = `namespace="${shop}",pod="cart-7d9c6b5f4d-x2x7k"`;
  const requests = (code: string, share: number): string[] => [
    ...[0.1, 0.5, '+Inf'].map((le) => `http_request_duration_seconds_bucket{${pod},code="${code}",le="${le}"} ${10 * share * seconds}`),
    `http_request_duration_seconds_sum{${pod},code="${code}"} ${0.05 * share * seconds}`,
    `http_request_duration_seconds_count{${pod},code="${code}"} ${10 * share * seconds}`,
  ];
  return [
    '# TYPE http_request_duration_seconds histogram',
    ...requests('200', 0.99),
    ...requests('500', 0.01),
    '# TYPE container_cpu_usage_seconds_total counter',
    `container_cpu_usage_seconds_total{${pod},container="app"} ${0.2 * seconds}`,
    '# TYPE container_memory_working_set_bytes gauge',
    `container_memory_working_set_bytes{${pod},container="app"} ${100 * 2 ** 20}`,
    '# TYPE kube_pod_container_resource_limits gauge',
    `kube_pod_container_resource_limits{${pod},container="app",resource="memory"} ${256 * 2 ** 20}`,
    '# TYPE kube_pod_container_status_restarts_total counter',
    `kube_pod_container_status_restarts_total{${pod},container="app"} 0`,
    '# TYPE kube_deployment_spec_replicas gauge',
    `kube_deployment_spec_replicas{namespace="${shop}",deployment="cart"} 2`,
    '# TYPE kube_deployment_status_replicas_available gauge',
    `kube_deployment_status_replicas_available{namespace="${shop}",deployment="cart"} 2`,
    '',
  ].join('\n');
}

const target = createServer((_, response) => {
  response.setHeader('content-type', 'text/plain; version=0.0.4');
  response.end(exposed());
});

beforeAll(async () => {
  client = testClient(inject('cluster').kubeconfigPath);
  shop = await makeNamespace(client, 'shop');
  await new Promise<void>((resolve) => {
    target.listen(0, '127.0.0.1', resolve);
  });
  workspace = await openWorkspace({ description: 'monitoring_advice' });
  const { port } = target.address() as AddressInfo;
  server = await startPrometheus(workspace, {
    scrapeSeconds: 1,
    evaluationSeconds: 1,
    scrapeJobs: [{ job_name: 'shop', honor_labels: true, static_configs: [{ targets: [`127.0.0.1:${port}`] }] }],
  });
  http = createHttpSource({ clock: systemClock });
  prometheus = createPrometheus(http, { name: 'main', url: server.url });
  tool = monitoringAdviceTool({
    client,
    metrics: [prometheus],
    rules: [createAlertingRules(http, { name: 'main', url: server.url })],
    dashboards: [],
    clock: systemClock,
    workloads: createWorkloadFinder({ client, clock: systemClock }),
    investigations: { list: () => Promise.resolve([]) },
    redactor: createRedactor(),
  });
  const labels = { app: 'cart' };
  const container = { name: 'app', image: 'cart:1', ports: [{ name: 'http', containerPort: 8080 }] };
  await client.create(workloadResources.Deployment, {
    metadata: { namespace: shop, name: 'cart' },
    spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } },
  });
  await client.create(serviceObjects, { metadata: { namespace: shop, name: 'cart' }, spec: { selector: labels, ports: [{ port: 80 }] } });
  await until('rates can be asked for', async () =>
    (await prometheus.instant('rate(http_request_duration_seconds_count[5m]) > 0')).length > 1 ? true : undefined,
  );
}, 120_000);
afterAll(async () => {
  await http?.close();
  target.close();
  await workspace?.stop();
  await client?.close();
});

interface Told {
  readonly advice: readonly {
    readonly title: string;
    readonly rule?: { readonly alert: string; readonly expr: string };
    readonly change?: { readonly kind: 'patch' | 'manifest'; readonly yaml: string };
  }[];
  readonly rules: readonly { readonly yaml: string }[];
  readonly patches: readonly { readonly yaml: string }[];
}

const advised = async (input: object = { service_name: 'cart', namespace: shop }): Promise<Answer & { readonly told: Told }> => {
  const answer = await tool.run(input, EVERYTHING);
  tool.output.parse(answer.data);
  return { ...answer, told: answer.data as unknown as Told };
};

describe('advice on a service', () => {
  test('names what is missing, what matters most first', async () => {
    const { told, text } = await advised();
    expect(told.advice.map(({ title }) => title)).toEqual([
      'No alert watches the share of requests that fail',
      'No alert tells of missing replicas',
      'Container app has no readiness probe',
      'No alert watches how long requests take (p95)',
      'No alert watches containers that restart again and again',
      'No alert watches memory close to its limit',
      'Container app requests no cpu and no memory',
      'No PodDisruptionBudget protects it',
      'Container app has no memory limit',
      'Nothing spreads its pods over nodes',
    ]);
    expect(text).toContain('Fine: its requests are measured (client libraries, counted by duration), 2 replicas.');
    expect(text).toContain('expr: (((sum(rate(http_request_duration_seconds_count{');
    expect(text).not.toContain('k8s_namespace_name');
  });

  test('gives rules that Prometheus loads, evaluates, and has data for', async () => {
    const { told } = await advised();
    const file = join(workspace.folder('rules'), 'advice.yaml');
    writeFileSync(file, told.rules[0]?.yaml ?? '');
    for (const { rule } of told.advice) {
      if (rule === undefined) continue;
      const measured = rule.expr.replace(/ [<>] \S+$/u, '');
      expect({ rule: rule.alert, series: (await prometheus.instant(measured)).length }).toEqual({ rule: rule.alert, series: 1 });
    }
    await server.reload({ ruleFiles: [file] });
    const names = told.advice.flatMap(({ rule }) => (rule === undefined ? [] : [rule.alert]));
    for (const name of names) {
      const found = await until(`${name} is evaluated`, async () => (await prometheus.rules(name)).find(({ evaluated }) => evaluated));
      expect(found.alerts).toEqual([]);
    }
  }, 60_000);

  test('says nothing more of what the rules that it gave watch now', async () => {
    const again = await until('the new rules are seen', async () => {
      const { told, text } = await advised();
      return told.rules.length === 0 ? { told, text } : undefined;
    });
    expect(again.told.advice.filter(({ title }) => title.includes('alert'))).toEqual([]);
    expect(again.text).toMatch(/Fine: alerts watch the share of requests that fail \(CartRequestErrors\), how long requests take/u);
  });

  test('gives changes that the API server takes', async () => {
    const { told } = await advised();
    const own = told.advice.flatMap(({ change }) => (change === undefined ? [] : [change]));
    const changes = [...own, ...told.patches.map(({ yaml }) => ({ kind: 'patch' as const, yaml }))];
    expect(changes.length).toBeGreaterThanOrEqual(5);
    for (const { kind, yaml } of changes) {
      const body: unknown = parse(yaml);
      if (kind === 'patch') {
        await client.patch(workloadResources.Deployment, { namespace: shop, name: 'cart' }, body, { type: 'strategic', dryRun: true });
      } else {
        await client.create(disruptionBudgets, body as Parameters<typeof client.create<never>>[1], { dryRun: true });
      }
    }
  });
});

describe('advice on a namespace', () => {
  test('names each workload', async () => {
    const { text } = await advised({ namespace: shop });
    expect(text).toContain(`What is missing for namespace ${shop}`);
    expect(text).toContain('Container app has no readiness probe');
  });
});

describe('who may see less', () => {
  test('gets advice on what they see, and is told what not', async () => {
    const call = callOf('erin', (right) => !right.includes('poddisruptionbudgets') && !right.startsWith('get pods'));
    const { data } = await tool.run({ service_name: 'cart', namespace: shop }, call);
    expect(JSON.stringify(data['notes'])).toMatch(/You may not list poddisruptionbudgets.*You may not see metrics of/u);
    expect(data['rules']).toEqual([]);
    expect(JSON.stringify(data['advice'])).not.toContain('PodDisruptionBudget');
  });

  test('may not list workloads: is refused', async () => {
    await expect(
      tool.run(
        { namespace: shop },
        callOf('frank', () => false),
      ),
    ).rejects.toMatchObject({ reason: 'Forbidden' });
  });
});
