/**
 * The add-ons by name, for those who want them as they come: Prometheus watches what else was started and tells Alertmanager.
 *
 * Who needs other settings calls the start function of the add-on itself.
 */
import type { Cluster } from '../cluster.ts';
import type { ComponentName } from '../components/components.ts';
import { type Alertmanager, startAlertmanager } from './alertmanager.ts';
import { type ArgoCd, startArgoCd } from './argoCd.ts';
import { type Flux, startFlux } from './flux.ts';
import { type Gitea, startGitea } from './gitea.ts';
import { type GitServer, startGitServer } from './gitServer.ts';
import { kubeletScrapeJob } from './kubeletScrape.ts';
import { type KubeStateMetrics, startKubeStateMetrics } from './kubeStateMetrics.ts';
import { type Loki, startLoki } from './loki.ts';
import { type Prometheus, type ScrapeJob, startPrometheus } from './prometheus.ts';

/** What each add-on needs to be there, the slowest to build first. */
export const ADDON_COMPONENTS = {
  loki: ['loki'],
  flux: ['kustomize-controller', 'source-controller', 'helm-controller', 'helm'],
  argocd: ['argocd', 'helm'],
  prometheus: ['prometheus'],
  gitea: ['gitea'],
  'kube-state-metrics': ['kube-state-metrics'],
  alertmanager: ['alertmanager'],
  git: [],
} as const satisfies Record<string, readonly ComponentName[]>;

export type AddonName = keyof typeof ADDON_COMPONENTS;
export const addonNames = Object.keys(ADDON_COMPONENTS) as readonly AddonName[];

export interface Addons {
  readonly prometheus?: Prometheus | undefined;
  readonly alertmanager?: Alertmanager | undefined;
  readonly kubeStateMetrics?: KubeStateMetrics | undefined;
  readonly flux?: Flux | undefined;
  readonly argoCd?: ArgoCd | undefined;
  readonly git?: GitServer | undefined;
  readonly gitea?: Gitea | undefined;
  readonly loki?: Loki | undefined;
}

export async function startAddons(cluster: Cluster, names: readonly AddonName[]): Promise<Addons> {
  const { workspace } = cluster;
  const when = <T>(name: AddonName, start: () => Promise<T>): Promise<T | undefined> =>
    names.includes(name) ? start() : Promise.resolve(undefined);
  const [alertmanager, kubeStateMetrics, flux, argoCd, git, gitea, loki] = await Promise.all([
    when('alertmanager', () => startAlertmanager(workspace)),
    when('kube-state-metrics', () => startKubeStateMetrics(cluster)),
    when('flux', () => startFlux(cluster)),
    when('argocd', () => startArgoCd(cluster)),
    when('git', () => startGitServer(workspace)),
    when('gitea', () => startGitea(workspace)),
    when('loki', () => startLoki(workspace)),
  ]);
  const prometheus = await when('prometheus', async () => {
    const scrapeJobs: ScrapeJob[] = [];
    if (kubeStateMetrics !== undefined) scrapeJobs.push(kubeStateMetrics.scrapeJob);
    if (cluster.level === 'real') scrapeJobs.push(await kubeletScrapeJob(cluster));
    return startPrometheus(workspace, { scrapeJobs, ...(alertmanager && { alertmanagerUrl: alertmanager.url }) });
  });
  return { prometheus, alertmanager, kubeStateMetrics, flux, argoCd, git, gitea, loki };
}
