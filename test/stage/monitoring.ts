/**
 * Prometheus, Alertmanager and kube-state-metrics around the cluster, wired as kube-prometheus wires them: real scrapes of the
 * cluster's state and of the containers' usage, real rules, a real webhook with a bearer token from a file.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startAlertmanager } from '../cluster/addons/alertmanager.ts';
import { startKubeStateMetrics } from '../cluster/addons/kubeStateMetrics.ts';
import { type ScrapeJob, startPrometheus } from '../cluster/addons/prometheus.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { KUBELET_PORT } from '../cluster/real/kubelet.ts';

export interface Monitoring {
  readonly prometheusUrl: string;
  readonly alertmanagerUrl: string;
  /** From now on Alertmanager tells this webhook. */
  notify(webhook: WebhookTarget): Promise<void>;
  /** Prometheus' firing alerts of that name, as its API gives them. */
  firing(alertname: string): Promise<readonly PrometheusAlert[]>;
}

export interface PrometheusAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
  readonly activeAt: string;
}

export interface WebhookTarget {
  readonly url: string;
  readonly tokenFile: string;
}

const SCRAPE_SECONDS = 1;
const ASK_MS = 5_000;

export async function startMonitoring(cluster: Cluster): Promise<Monitoring> {
  const { workspace } = cluster;
  const [stateMetrics, alertmanager, cadvisor] = await Promise.all([
    startKubeStateMetrics(cluster),
    startAlertmanager(workspace),
    cadvisorJob(cluster),
  ]);
  const prometheus = await startPrometheus(workspace, {
    scrapeJobs: [stateMetrics.scrapeJob, ...cadvisor],
    ruleFiles: [join(import.meta.dirname, 'monitoring', 'rules.yaml')],
    alertmanagerUrl: alertmanager.url,
    scrapeSeconds: SCRAPE_SECONDS,
    evaluationSeconds: SCRAPE_SECONDS,
  });
  return {
    prometheusUrl: prometheus.url,
    alertmanagerUrl: alertmanager.url,
    notify: (webhook) => alertmanager.reload({ config: alertmanagerConfig(webhook) }),
    async firing(alertname) {
      const response = await fetch(`${prometheus.url}/api/v1/alerts`, { signal: AbortSignal.timeout(ASK_MS) });
      const { data } = (await response.json()) as { data: { alerts: readonly PrometheusAlert[] } };
      return data.alerts.filter(({ labels, state }) => labels['alertname'] === alertname && state === 'firing');
    },
  };
}

/** Repeats soon, as an audience should see that a repetition changes nothing. That a container ran out of memory says why it is crash looping. */
function alertmanagerConfig({ url, tokenFile }: WebhookTarget): object {
  return {
    route: {
      receiver: 'agent-sre',
      group_by: ['alertname', 'namespace'],
      group_wait: '1s',
      group_interval: '2s',
      repeat_interval: '6s',
    },
    inhibit_rules: [
      {
        source_matchers: ['alertname = KubeContainerOOMKilled'],
        target_matchers: ['alertname = KubePodCrashLooping'],
        equal: ['namespace', 'pod', 'container'],
      },
    ],
    receivers: [
      {
        name: 'agent-sre',
        webhook_configs: [{ url, send_resolved: true, http_config: { authorization: { type: 'Bearer', credentials_file: tokenFile } } }],
      },
    ],
  };
}

/** What containers use, from each real node's kubelet. */
async function cadvisorJob({ api, workspace, caData, level }: Cluster): Promise<readonly ScrapeJob[]> {
  if (level !== 'real') return [];
  const folder = workspace.folder('prometheus');
  const write = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content, { mode: 0o600 });
    return join(folder, name);
  };
  const { items } = (await api.request('GET', '/api/v1/nodes')) as { items: readonly Node[] };
  const targets = items.flatMap(({ status }) => status.addresses.filter(({ type }) => type === 'InternalIP').map(({ address }) => address));
  return [
    {
      job_name: 'kubelet',
      metrics_path: '/metrics/cadvisor',
      scheme: 'https',
      honor_labels: true,
      static_configs: [{ targets: targets.map((address) => `${address}:${KUBELET_PORT}`) }],
      tls_config: { ca_file: write('cluster-ca.crt', caData) },
      authorization: { credentials_file: write('token', await prometheusToken(api)) },
    },
  ];
}

interface Node {
  readonly status: { readonly addresses: readonly { readonly type: string; readonly address: string }[] };
}

/** An account that may read the metrics of nodes and nothing else. */
async function prometheusToken(api: Cluster['api']): Promise<string> {
  const account = { name: 'prometheus', namespace: 'monitoring' };
  const rbac = 'rbac.authorization.k8s.io';
  const accounts = `/api/v1/namespaces/${account.namespace}/serviceaccounts`;
  await api.apply(`/api/v1/namespaces/${account.namespace}`, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: account.namespace },
  });
  await api.apply(`${accounts}/${account.name}`, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: account });
  await api.apply(`/apis/${rbac}/v1/clusterroles/prometheus`, {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'prometheus' },
    rules: [{ apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] }],
  });
  await api.apply(`/apis/${rbac}/v1/clusterrolebindings/prometheus`, {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'prometheus' },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'prometheus' },
    subjects: [{ kind: 'ServiceAccount', ...account }],
  });
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 86_400 } };
  const { status } = (await api.request('POST', `${accounts}/${account.name}/token`, request)) as { status: { token: string } };
  return status.token;
}
