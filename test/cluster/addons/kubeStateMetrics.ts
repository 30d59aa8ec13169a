/** kube-state-metrics, which tells Prometheus of the objects of a cluster. */
import type { Cluster } from '../cluster.ts';
import { getBinaries } from '../components/binaries.ts';
import { startOnFreePorts } from '../workspace/daemon.ts';
import type { ScrapeJob } from './prometheus.ts';

export interface KubeStateMetrics {
  readonly url: string;
  readonly scrapeJob: ScrapeJob;
  stop(): Promise<void>;
}

export async function startKubeStateMetrics({ workspace, kubeconfigPath }: Cluster): Promise<KubeStateMetrics> {
  const { 'kube-state-metrics': found } = await getBinaries(['kube-state-metrics'], workspace.log);
  const host = workspace.hostAddress;
  const { daemon, ports } = await startOnFreePorts<[number, number]>(workspace, 2, ([port, telemetryPort]) => ({
    name: 'kube-state-metrics',
    command: found.binary,
    origin: found.origin,
    url: `http://${host}:${port}`,
    health: { kind: 'http', url: `http://${host}:${port}/healthz` },
    args: [
      `--kubeconfig=${kubeconfigPath}`,
      `--host=${host}`,
      `--port=${port}`,
      `--telemetry-host=${host}`,
      `--telemetry-port=${telemetryPort}`,
      '--auto-gomemlimit=false',
    ],
  }));
  const target = `${host}:${ports[0]}`;
  // honor_labels: namespace and pod are those of the object that a series is about
  const scrapeJob = { job_name: 'kube-state-metrics', honor_labels: true, static_configs: [{ targets: [target] }] };
  return { url: `http://${target}`, scrapeJob, stop: () => daemon.stop() };
}
