/**
 * Everything that the demo and the end-to-end tests need around the operator, and the operator itself, on a cluster of its own.
 *
 * What does not need another part starts beside it. A stage ends with the process that raised it, unless it is kept; either way
 * nothing of it is left behind.
 */
import { join } from 'node:path';
import { systemClock } from '../../src/clock.ts';
import { loadKubeConfig } from '../../src/config/kubeConfig.ts';
import { defaultInstallation, PROCESSES } from '../../src/crds/installation.ts';
import { createKubeClient } from '../../src/kube/createClient.ts';
import type { Logger } from '../../src/kube/logger.ts';
import { startFlux } from '../cluster/addons/flux.ts';
import type { Person } from '../cluster/api/users.ts';
import { type Cluster, type ClusterOptions, startCluster } from '../cluster/cluster.ts';
import { getBinaries } from '../cluster/components/binaries.ts';
import type { Level } from '../cluster/levels.ts';
import { canRunReal } from '../cluster/real/capability.ts';
import { installApi } from '../support/installCrds.ts';
import { command, type Printed } from './command.ts';
import { deployShop } from './delivery.ts';
import { addressOf, shopIsOpen } from './expectations.ts';
import { type AlsoMonitored, type Monitoring, startMonitoring } from './monitoring.ts';
import { type Operator, startOperator } from './operator.ts';
import { openPullRequests, type PullRequests } from './pullRequests.ts';
import { openShopRepository, type ShopRepository } from './shopRepository.ts';
import { simulateTraffic, withSimulation } from './simulation/simulation.ts';
import { sendTraffic, type Traffic } from './traffic.ts';
import { CUSTOMERS_PER_SECOND } from './troubles.ts';
import { type WorldWatch, watchWorld } from './world.ts';

export const SHOP_NAMESPACE = 'shop';
export const OPERATOR_NAMESPACE = defaultInstallation.namespace;

export interface Stage {
  readonly cluster: Cluster;
  readonly repository: ShopRepository;
  /** Absent unless it was asked for. */
  readonly pullRequests: PullRequests | undefined;
  readonly monitoring: Monitoring;
  readonly operator: Operator;
  readonly world: WorldWatch;
  /** Runs kubectl as this person. */
  kubectl(person: Person | 'admin', ...args: readonly string[]): Promise<Printed>;
  /** Runs our kubectl plugin as this person. */
  sre(person: Person | 'admin', ...args: readonly string[]): Promise<Printed>;
  /** Creates an object with kubectl, as this person. */
  create(person: Person | 'admin', object: object): Promise<Printed>;
  /** Customers begin to come to a service. */
  customersCome(service: string): Traffic;
  stop(): Promise<void>;
}

/** Told of each part when it begins and when it is there. */
export type Progress = (part: string, state: 'begins' | 'is there') => void;

export interface StageOptions {
  /** The best that this machine can run, unless told otherwise. */
  readonly level?: Level;
  /** For a stage that will be kept. */
  readonly name?: string;
  readonly progress: Progress;
  readonly log: (line: string) => void;
  /** How long a fix has to hold. */
  readonly soakSeconds: number;
  /** What there is besides the shop. */
  readonly more?: BesidesTheShop;
}

export interface BesidesTheShop {
  /** In the repository from its first commit on: content by path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly monitored?: (cluster: Cluster) => AlsoMonitored;
  /** A helm-controller of Flux, too. */
  readonly helm?: boolean;
  /** A Gitea, too, on which fixes are proposed as pull requests. */
  readonly gitea?: boolean;
  /** Sections of the operator's configuration. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

const PLUGIN = join(import.meta.dirname, '..', '..', 'bin', 'kubectl-sre');

/** The level that this machine can run, and why not the better one. */
export function possibleLevel(): { readonly level: Level; readonly why: string } {
  const { ok, why } = canRunReal();
  return { level: ok ? 'real' : 'sim', why };
}

export async function raiseStage(options: StageOptions): Promise<Stage> {
  const { name, progress, log, level = possibleLevel().level } = options;
  const part = partsTo(progress);
  const cluster = await part('cluster', () => startShopsCluster(level, { log, ...(name !== undefined && { name }) }));
  try {
    return await furnish(cluster, options, part);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

function startShopsCluster(level: Level, options: Omit<ClusterOptions, 'level' | 'simulation'>): Promise<Cluster> {
  if (level === 'real') return startCluster({ level, ...options });
  return withSimulation(SHOP_NAMESPACE, (simulation) => startCluster({ level, simulation, ...options }));
}

type Part = <T>(name: string, start: () => Promise<T>) => Promise<T>;

const partsTo =
  (progress: Progress): Part =>
  async (name, start) => {
    progress(name, 'begins');
    const result = await start();
    progress(name, 'is there');
    return result;
  };

async function furnish(cluster: Cluster, options: StageOptions, part: Part): Promise<Stage> {
  const { more = {} } = options;
  const world = watchWorld({ ...cluster, token: cluster.tokenFor('admin') }, SHOP_NAMESPACE);
  const installed = part('CRDs and admission', () => installOurApi(cluster));
  const flux = part('Flux', () => startFlux(cluster, { helm: more.helm ?? false }));
  const monitoring = part('Prometheus', () => startMonitoring(cluster, more.monitored?.(cluster)));
  const repository = part('Git server', () => openShopRepository(cluster.workspace, more.files));
  const shop = Promise.all([repository, flux]).then(([there]) => part('shop', () => openShop(cluster, there, world)));
  const gitea = more.gitea === true ? part('Gitea', () => openPullRequests(cluster.workspace)) : Promise.resolve(undefined);
  const operator = Promise.all([monitoring, repository, gitea, installed]).then(([watching, there, pullRequests]) =>
    part('operator', () => startOperatorFor(cluster, { monitoring: watching, repository: there, pullRequests }, options)),
  );
  await Promise.all([installed, flux, monitoring, repository, gitea, shop, operator]);
  return {
    cluster,
    world,
    repository: await repository,
    pullRequests: await gitea,
    monitoring: await monitoring,
    operator: await operator,
    kubectl: (person, ...args) => runAs(cluster, person, cluster.binaries.kubectl, args),
    sre: (person, ...args) => runAs(cluster, person, PLUGIN, args),
    create: (person, object) => runAs(cluster, person, cluster.binaries.kubectl, ['create', '-f', '-'], JSON.stringify(object)),
    customersCome: (service) =>
      cluster.level === 'real'
        ? sendTraffic(() => addressOf(world.now(), service), CUSTOMERS_PER_SECOND)
        : simulateTraffic(cluster.api, world, service),
    async stop() {
      world.close();
      await cluster.stop();
    },
  };
}

/** Definitions, roles, admission, and a policy under which a fix is written once a person has approved it. */
async function installOurApi(cluster: Cluster): Promise<void> {
  const kubeConfig = loadKubeConfig({ kubeconfig: cluster.kubeconfigPath });
  const client = createKubeClient({ kubeConfig, clock: systemClock, logger: silentLogger });
  try {
    await installApi(client, { allInOne: false });
  } finally {
    await client.close();
  }
  await cluster.api.apply('/apis/agentsre.io/v1alpha1/remediationpolicies/approve', {
    apiVersion: 'agentsre.io/v1alpha1',
    kind: 'RemediationPolicy',
    metadata: { name: 'approve' },
    spec: { mode: 'Approve', reason: 'A fix is written once a person has approved exactly its diff.' },
  });
}

async function openShop({ api }: Cluster, repository: ShopRepository, world: WorldWatch): Promise<void> {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SHOP_NAMESPACE } };
  await api.apply(`/api/v1/namespaces/${SHOP_NAMESPACE}`, namespace);
  await deployShop(api, repository);
  await world.until(shopIsOpen());
}

async function startOperatorFor(
  cluster: Cluster,
  parts: { readonly monitoring: Monitoring; readonly repository: ShopRepository; readonly pullRequests: PullRequests | undefined },
  { soakSeconds, more: { helm = false, settings = {} } = {} }: StageOptions,
): Promise<Operator> {
  const { binaries, workspace } = cluster;
  const tools = helm ? { ...binaries, helm: (await getBinaries(['helm'], workspace.log)).helm.binary } : binaries;
  const operator = await startOperator(cluster, {
    processes: PROCESSES,
    ...parts,
    settings: { remediation: { soakSeconds }, tools, ...settings },
  });
  await parts.monitoring.notify({ url: operator.webhookUrl, tokenFile: operator.webhookTokenFile });
  return operator;
}

function runAs(cluster: Cluster, person: Person | 'admin', program: string, args: readonly string[], input?: string): Promise<Printed> {
  return command(program, args, { KUBECONFIG: person === 'admin' ? cluster.kubeconfigPath : cluster.kubeconfigFor(person) }, input);
}

const nothing = (): void => {};
const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => silentLogger };
