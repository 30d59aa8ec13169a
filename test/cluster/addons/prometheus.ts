/**
 * Prometheus with the scrape jobs, rules and Alertmanager that it is given.
 *
 * Intervals go down to a second, so that tests need not wait; jobs and rules can be changed while it runs.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getBinaries } from '../components/binaries.ts';
import { post } from '../lib/http.ts';
import { type Daemon, startOnFreePorts } from '../workspace/daemon.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** One entry of `scrape_configs`, as Prometheus documents it. */
export interface ScrapeJob {
  readonly job_name: string;
  readonly [setting: string]: unknown;
}

export interface PrometheusOptions {
  readonly scrapeJobs?: readonly ScrapeJob[];
  /** Files of rules, or rule groups as Prometheus documents them. */
  readonly ruleFiles?: readonly string[];
  readonly ruleGroups?: readonly object[];
  /** One, or several that each are told of everything. */
  readonly alertmanagerUrl?: string | readonly string[];
  readonly scrapeSeconds?: number;
  readonly evaluationSeconds?: number;
  /** Hours of the past of which it takes samples by OTLP; none if not said. */
  readonly historyHours?: number;
}

export interface CounterHistory {
  /** Without `_total`. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Times in milliseconds since the epoch. */
  readonly points: readonly (readonly [at: number, value: number])[];
}

export interface Prometheus {
  readonly url: string;
  /** Takes other settings; those left out stay as they are. */
  reload(change: PrometheusOptions): Promise<void>;
  /** Counters as an application has counted them, in the past too; with `historyHours` alone. They are named with `_total` at the end. */
  push(counters: readonly CounterHistory[]): Promise<void>;
  stop(): Promise<void>;
}

const DEFAULT_SECONDS = 5;

export async function startPrometheus(workspace: Workspace, options: PrometheusOptions = {}): Promise<Prometheus> {
  const { prometheus } = await getBinaries(['prometheus'], workspace.log);
  const folder = workspace.folder('prometheus');
  const configFile = writeConfig(folder, options);
  const { daemon, ports } = await startOnFreePorts<[number]>(workspace, 1, ([port]) => {
    const url = `http://${workspace.hostAddress}:${port}`;
    return {
      name: 'prometheus',
      command: prometheus.binary,
      origin: prometheus.origin,
      url,
      health: { kind: 'http', url: `${url}/-/ready` },
      cwd: folder,
      args: [
        `--config.file=${configFile}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=${workspace.hostAddress}:${port}`,
        '--web.enable-lifecycle',
        ...(options.historyHours === undefined ? [] : ['--web.enable-otlp-receiver']),
        '--log.level=warn',
      ],
    };
  });
  return handle(daemon, `http://${workspace.hostAddress}:${ports[0]}`, folder, options);
}

function handle(daemon: Daemon, url: string, folder: string, initial: PrometheusOptions): Prometheus {
  let current = initial;
  return {
    url,
    async reload(change) {
      current = { ...current, ...change };
      writeConfig(folder, current);
      await post(`${url}/-/reload`);
    },
    push: async (counters) => {
      await post(`${url}/api/v1/otlp/v1/metrics`, otlpOf(counters));
    },
    stop: () => daemon.stop(),
  };
}

/** https://opentelemetry.io/docs/specs/otlp/, in JSON. */
function otlpOf(counters: readonly CounterHistory[]): object {
  const metrics = counters.map(({ name, labels, points }) => ({
    name,
    sum: {
      aggregationTemporality: 2,
      isMonotonic: true,
      dataPoints: points.map(([at, value]) => ({
        timeUnixNano: `${Math.round(at)}000000`,
        asDouble: value,
        attributes: Object.entries(labels).map(([key, text]) => ({ key, value: { stringValue: text } })),
      })),
    },
  }));
  return { resourceMetrics: [{ resource: {}, scopeMetrics: [{ scope: {}, metrics }] }] };
}

function writeConfig(folder: string, options: PrometheusOptions): string {
  const { scrapeJobs = [], ruleFiles = [], ruleGroups = [], alertmanagerUrl } = options;
  const ownRules = join(folder, 'rules.json');
  writeFileSync(ownRules, JSON.stringify({ groups: ruleGroups }));
  const config = {
    global: {
      scrape_interval: `${options.scrapeSeconds ?? DEFAULT_SECONDS}s`,
      scrape_timeout: `${Math.min(options.scrapeSeconds ?? DEFAULT_SECONDS, 10)}s`,
      evaluation_interval: `${options.evaluationSeconds ?? DEFAULT_SECONDS}s`,
    },
    ...(options.historyHours !== undefined && { storage: { tsdb: { out_of_order_time_window: `${options.historyHours}h` } } }),
    scrape_configs: scrapeJobs,
    rule_files: [ownRules, ...ruleFiles],
    ...(alertmanagerUrl !== undefined && {
      alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanagerUrl].flat().map((url) => new URL(url).host) }] }] },
    }),
  };
  const file = join(folder, 'prometheus.json');
  writeFileSync(file, JSON.stringify(config, undefined, 2), { mode: 0o600 });
  return file;
}
