/**
 * The tools of signals at a steady rate over a real API server and a real Prometheus that has scraped every convention: what they take beside the
 * queries that they ask, asked directly. Services take turns, so that hardly an answer comes from a cache of some seconds.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { quantile } from '../../../src/analysis/robust.ts';
import { systemClock } from '../../../src/clock.ts';
import { createCachedHttp } from '../../../src/sources/cachedHttp.ts';
import { createHttpSource } from '../../../src/sources/http.ts';
import { workloadResources } from '../../../src/sources/kubernetes/api.ts';
import type { MetricsPort } from '../../../src/sources/metrics.ts';
import { createPrometheus } from '../../../src/sources/prometheus.ts';
import type { SignalsDeps } from '../../../src/tools/signals/deps.ts';
import { createWorkloadFinder } from '../../../src/tools/signals/findWorkload.ts';
import { checkGoldenSignalsTool } from '../../../src/tools/signals/golden/checkGoldenSignals.ts';
import { metricsTools } from '../../../src/tools/signals/queryMetrics.ts';
import type { Tool } from '../../../src/tools/tool.ts';
import { startPrometheus } from '../../cluster/addons/prometheus.ts';
import { startCluster } from '../../cluster/cluster.ts';
import { openWorkspace } from '../../cluster/workspace/workspace.ts';
import { EXPOSED } from '../../integration/sources/exposition.ts';
import { callOf } from '../../support/callers.ts';
import { namespaces } from '../../support/namespace.ts';
import { signalsDeps } from '../../support/signalsDeps.ts';
import { testClient } from '../../support/testClient.ts';
import { untilTrue } from '../../support/until.ts';
import { printTable, round } from '../runtime/table.ts';
import { A_SECOND, steadily } from './routes.ts';

const WARM_UP_SECONDS = 2;

export async function measureSignals(seconds: number): Promise<void> {
  const began = Date.now();
  const target = createServer((_, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(EXPOSED.map(({ text, namespace }) => text((Date.now() - began) / 1000, namespace)).join(''));
  });
  await new Promise<void>((resolve) => {
    target.listen(0, '127.0.0.1', resolve);
  });
  const cluster = await startCluster({ level: 'api' });
  const workspace = await openWorkspace({ description: 'bench of signals' });
  const targets = [`127.0.0.1:${(target.address() as AddressInfo).port}`];
  const server = await startPrometheus(workspace, {
    scrapeSeconds: 1,
    scrapeJobs: [{ job_name: 'shop', honor_labels: true, static_configs: [{ targets }] }],
  });
  const client = testClient(cluster.kubeconfigPath);
  const http = createHttpSource({ clock: systemClock });
  try {
    for (const { namespace } of EXPOSED) await deploy(client, namespace);
    const direct = createPrometheus(http, { name: 'main', url: server.url });
    await untilTrue('several scrapes', async () => (await direct.instant('count_over_time(up[1m]) > 5')).length > 0);
    const cached = createPrometheus(createCachedHttp(http, systemClock), { name: 'main', url: server.url });
    const call = callOf('admin', () => true);
    let turn = 0;
    const next = (): string => EXPOSED[turn++ % EXPOSED.length]?.namespace ?? '';
    const own: number[] = [];
    const workloads = createWorkloadFinder({ client, clock: systemClock });
    /** Runs a tool, and notes for how long nobody was waited for. */
    const run =
      (toolOf: (deps: SignalsDeps) => Tool | undefined, input: () => Readonly<Record<string, unknown>>) => async (): Promise<number> => {
        const waits = createWaits();
        const find: SignalsDeps['workloads']['find'] = (...asked) => waits.of(workloads.find(...asked));
        const tool = toolOf(signalsDeps({ metrics: [timed(cached, waits)] }, { workloads: { find } }));
        const at = performance.now();
        await tool?.run(input(), call);
        own.push(performance.now() - at - waits.total());
        return 200;
      };
    const metricsOfAll = (): Readonly<Record<string, unknown>> => ({
      query: 'sum by (pod) (rate({__name__=~".+_count"}[5m]))',
      namespace: next(),
    });
    const asks = [
      {
        name: 'Prometheus itself, one query',
        ask: () => direct.instant(`sum(rate({namespace="${next()}",__name__=~".+_count"}[5m]))`).then(() => 200),
      },
      { name: 'check_golden_signals', ask: run(checkGoldenSignalsTool, () => ({ service_name: 'cart', namespace: next() })) },
      { name: 'query_metrics', ask: run((deps) => metricsTools(deps)[0], metricsOfAll) },
    ];
    const rows: (readonly string[])[] = [];
    for (const { name, ask } of asks) {
      await steadily(ask, WARM_UP_SECONDS);
      own.length = 0;
      const { failed, p50, p95, most } = await steadily(ask, seconds);
      const over = quantile(own, 0.95);
      rows.push([name, round(p50, 1), round(p95, 1), over === undefined ? '' : round(over, 1), round(most, 1), String(failed)]);
    }
    printTable(
      `Signals, ${A_SECOND} calls a second for ${seconds} s, milliseconds`,
      ['', 'p50', 'p95', 'p95 over the sources', 'most', 'failed'],
      rows,
    );
  } finally {
    await http.close();
    await client.close();
    target.close();
    await workspace.stop();
    await cluster.stop();
  }
}

interface Waits {
  of<T>(asked: Promise<T>): Promise<T>;
  /** Milliseconds in which at least one was waited for. */
  total(): number;
}

function createWaits(): Waits {
  let [open, since, total] = [0, 0, 0];
  return {
    total: () => total,
    async of(asked) {
      if (open === 0) since = performance.now();
      open += 1;
      try {
        return await asked;
      } finally {
        open -= 1;
        if (open === 0) total += performance.now() - since;
      }
    },
  };
}

const timed = (port: MetricsPort, waits: Waits): MetricsPort => ({
  name: port.name,
  instant: (...asked) => waits.of(port.instant(...asked)),
  range: (...asked) => waits.of(port.range(...asked)),
  metricNames: (...asked) => waits.of(port.metricNames(...asked)),
});

async function deploy(client: ReturnType<typeof testClient>, namespace: string): Promise<void> {
  await client.create(namespaces, { metadata: { name: namespace } });
  const labels = { app: 'cart' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'cart:1' }] } };
  await client.create(workloadResources.Deployment, {
    metadata: { namespace, name: 'cart' },
    spec: { replicas: 1, selector: { matchLabels: labels }, template },
  });
}
