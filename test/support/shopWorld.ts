/**
 * A shop with everything that the routes of REST are asked about, in front of a real gateway: a Deployment with a pod whose log a node gives
 * out, figures in a real Prometheus, lines in a real Loki, a trace and a dashboard in stand-ins.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeClient } from '../../src/kube/client.ts';
import { replicaSets } from '../../src/sources/kubernetes/api.ts';
import { startLoki } from '../cluster/addons/loki.ts';
import { startPrometheus } from '../cluster/addons/prometheus.ts';
import { type Cluster, startCluster } from '../cluster/cluster.ts';
import { freePorts } from '../cluster/lib/ports.ts';
import { gatewayProcess } from '../faults/support/gateway.ts';
import { startNode } from '../integration/hostile/node.ts';
import { makePod, makeReplicaSet, makeWorkload, podSpec, prepare } from '../integration/sources/world.ts';
import { GRAFANA_TOKEN, startGrafanaStandIn } from '../standins/grafana/grafana.ts';
import { startTempoStandIn } from '../standins/tempo/tempo.ts';
import { installApi } from './installCrds.ts';
import { testClient } from './testClient.ts';

export interface ShopWorld {
  readonly cluster: Cluster;
  readonly client: KubeClient;
  /** Of the gateway, without a path. */
  readonly url: string;
  readonly prometheusUrl: string;
  /** Of the gateway. */
  readonly pid: () => number;
  /** Another gateway on the same cluster, with this model. */
  another(modelUrl?: string): Promise<OpenGateway>;
  stop(): Promise<void>;
}

interface OpenGateway {
  readonly url: string;
  readonly pid: () => number;
  readonly stop: () => Promise<void>;
}

export const SHOP_POD = 'checkout-5d9c7f7d8-x2x7p';

/** @param modelUrl of a model that speaks Ollama's protocol */
export async function startShop({ modelUrl }: { readonly modelUrl?: string } = {}): Promise<ShopWorld> {
  const cluster = await startCluster({ level: 'api' });
  const client = testClient(cluster.kubeconfigPath);
  await installApi(client);
  const node = await startNode(client, 'shop', cluster.auditLogPath);
  await makeShop(client, node.name);
  const said = ['2026-11-21T12:00:00Z INFO started', '2026-11-21T12:00:01Z ERROR dial tcp 10.0.0.7:5432: connect: connection refused'];
  node.kubelet.logs = { current: { line: (index) => said[index] ?? '', count: said.length } };
  const [prometheus, loki, tempo, grafana] = await Promise.all([
    startPrometheus(cluster.workspace, { historyHours: 3 }),
    startLoki(cluster.workspace),
    startTempoStandIn(),
    startGrafanaStandIn({ dashboards: [{ uid: 'checkout', title: 'checkout overview', panels: [] }] }),
  ]);
  await prometheus.push(requests(Date.now()));
  await loki.push([
    { labels: { namespace: 'shop', app: 'checkout' }, entries: [{ at: Date.now() - 60_000, line: 'an error: connection refused' }] },
  ]);
  tempo.push([slowSpan(Date.now() - 60_000)]);
  const folder = mkdtempSync(join(tmpdir(), 'shop-'));
  writeFileSync(join(folder, 'grafana'), GRAFANA_TOKEN);
  const sources = {
    prometheus: [{ url: prometheus.url }],
    loki: [{ url: loki.url }],
    tempo: [{ url: tempo.url }],
    grafana: [{ url: grafana.url, bearerTokenFile: join(folder, 'grafana') }],
  };
  const kubeconfig = await cluster.kubeconfigForServiceAccount('agent-sre', 'agent-sre-gateway');
  const open = async (of: string, model: string | undefined): Promise<OpenGateway> => {
    const [port = 0] = await freePorts('127.0.0.1', 1);
    const config = [
      `sources: ${JSON.stringify(sources)}`,
      ...(model === undefined
        ? []
        : [`model: {url: ${model}, timeoutSeconds: 600, deadlineSeconds: 600, budgets: {caller: {tokens: 1000000000}}}`]),
    ].join('\n');
    const http = 'rateLimits: {callsPerMinute: 1000000, chatsPerMinute: 1000000}';
    const process = gatewayProcess({ folder: of, port, kubeconfig, config, http });
    await process.start();
    return { url: `http://127.0.0.1:${port}`, pid: () => process.pid() ?? 0, stop: () => process.kill('SIGTERM') };
  };
  const gateway = await open(folder, modelUrl);
  return {
    cluster,
    client,
    url: gateway.url,
    prometheusUrl: prometheus.url,
    pid: gateway.pid,
    another: (model) => open(mkdtempSync(join(folder, 'another-')), model),
    stop: async () => {
      await gateway.stop();
      await Promise.all([tempo.stop(), grafana.stop(), node.stop()]);
      await cluster.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

async function makeShop(client: KubeClient, nodeName: string): Promise<void> {
  const made = { client, namespace: 'shop' };
  await client.raw('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  await prepare(client, 'shop');
  const spec = { ...podSpec('checkout:1.0'), nodeName };
  const checkout = await makeWorkload(made, 'Deployment', 'checkout', spec);
  const set = await makeReplicaSet(made, checkout, 'checkout-5d9c7f7d8', 1, spec);
  await makePod(made, [set, replicaSets], SHOP_POD, spec, {
    ready: true,
    status: { ready: true, state: { running: { startedAt: new Date().toISOString() } } },
  });
  await client.raw('POST', '/api/v1/namespaces/shop/services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'checkout' },
    spec: { selector: { app: 'checkout' }, ports: [{ port: 80 }] },
  });
}

/** Ten requests a second in all, one in a hundred of them an error, over two hours. */
function requests(now: number) {
  const minutes = Array.from({ length: 120 }, (_, index) => 119 - index);
  const counter = (code: string, perMinute: number) => ({
    name: 'http_requests',
    labels: { namespace: 'shop', service: 'checkout', pod: SHOP_POD, code },
    points: minutes.map((ago) => [now - ago * 60_000, (120 - ago) * perMinute] as const),
  });
  return [counter('200', 594), counter('500', 6)];
}

function slowSpan(at: number) {
  const nano = (ms: number): string => `${ms}000000`;
  return {
    resource: {
      attributes: [
        { key: 'service.name', value: { stringValue: 'checkout' } },
        { key: 'k8s.namespace.name', value: { stringValue: 'shop' } },
      ],
    },
    scopeSpans: [
      {
        spans: [
          {
            traceId: '0123456789abcdef0123456789abcdef',
            spanId: '0123456789abcdef',
            name: 'POST /pay',
            startTimeUnixNano: nano(at),
            endTimeUnixNano: nano(at + 900),
          },
        ],
      },
    ],
  };
}
