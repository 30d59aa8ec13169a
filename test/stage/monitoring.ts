/**
 * Prometheus, Alertmanager and kube-state-metrics around the cluster, wired as kube-prometheus wires them: real scrapes of the
 * cluster's state and of the containers' usage, real rules, a real webhook with a bearer token from a file.
 */
import { join } from 'node:path';
import { startAlertmanager } from '../cluster/addons/alertmanager.ts';
import { kubeletScrapeJob } from '../cluster/addons/kubeletScrape.ts';
import { startKubeStateMetrics } from '../cluster/addons/kubeStateMetrics.ts';
import { type ScrapeJob, startPrometheus } from '../cluster/addons/prometheus.ts';
import type { Cluster } from '../cluster/cluster.ts';

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

/** What is looked at besides the shop. */
export interface AlsoMonitored {
  /** As Prometheus documents them. */
  readonly ruleGroups?: readonly object[];
  readonly scrapeJobs?: readonly ScrapeJob[];
}

const SCRAPE_SECONDS = 1;
const ASK_MS = 5_000;

export async function startMonitoring(cluster: Cluster, { ruleGroups = [], scrapeJobs = [] }: AlsoMonitored = {}): Promise<Monitoring> {
  const { workspace } = cluster;
  const [stateMetrics, alertmanager, usage] = await Promise.all([
    startKubeStateMetrics(cluster),
    startAlertmanager(workspace),
    cluster.level === 'real' ? kubeletScrapeJob(cluster) : undefined,
  ]);
  const prometheus = await startPrometheus(workspace, {
    scrapeJobs: [stateMetrics.scrapeJob, ...(usage === undefined ? [] : [usage]), ...scrapeJobs],
    ruleGroups,
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
