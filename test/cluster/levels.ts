/**
 * What runs at each level of a test cluster, and the order in which it starts: everything that does not need another part
 * starts beside it.
 */
import { type ApiServer, startApiServer } from './api/apiServer.ts';
import { startEtcd } from './api/etcd.ts';
import type { KubeApi } from './api/kubeApi.ts';
import { type Binaries, getBinaries } from './components/binaries.ts';
import { cacheRoot } from './components/cache.ts';
import type { ComponentName } from './components/components.ts';
import { until } from './lib/poll.ts';
import { chooseAddresses } from './real/addresses.ts';
import { getNodeTools } from './real/capability.ts';
import { type Containerd, startContainerd } from './real/containerd.ts';
import { createControlGroup } from './real/controlGroups.ts';
import { startKubelet } from './real/kubelet.ts';
import { prepareNode } from './real/node.ts';
import { startControllers } from './sim/controllers.ts';
import { addSimulatedNodes, notReady, startKwok } from './sim/kwok.ts';
import type { Workspace } from './workspace/workspace.ts';

export type Level = 'api' | 'sim' | 'real';

/** What a level started, before it is a Cluster. */
export interface Started {
  /** With the address under which pods reach this machine. */
  readonly workspace: Workspace;
  readonly apiServer: ApiServer;
  /** Only where containers run. */
  readonly containerd?: Containerd;
  /** Waits until pods can be created and run. */
  readonly ready: (api: KubeApi) => Promise<void>;
}

const API = ['kube-apiserver', 'etcd', 'kubectl'] as const satisfies readonly ComponentName[];
const CONTROLLERS = [...API, 'kube-controller-manager', 'kube-scheduler'] as const satisfies readonly ComponentName[];

/** The components of a level, the slowest to build first. */
export const LEVEL_COMPONENTS = {
  api: API,
  sim: [...CONTROLLERS, 'kwok'],
  real: [...CONTROLLERS, 'kubelet'],
} as const satisfies Record<Level, readonly ComponentName[]>;

const SERVICE_CIDR = '10.96.0.0/24';
const READY_SECONDS = 90;

/** How many nodes are simulated, and which stages they go through beside the usual ones. */
export interface Simulation {
  readonly nodes?: number;
  readonly stages?: readonly string[];
}

type Start = (workspace: Workspace, simulation?: Simulation) => Promise<Started>;

export const levels: Readonly<Record<Level, Start>> = {
  api: startApi,
  sim: startSim,
  real: startReal,
};

async function startApi(workspace: Workspace): Promise<Started> {
  const apiServer = await startControlPlane(workspace, await getBinaries(LEVEL_COMPONENTS.api, workspace.log), SERVICE_CIDR);
  return { workspace, apiServer, ready: (api) => exists(api, '/api/v1/namespaces/default') };
}

async function startSim(workspace: Workspace, { nodes, stages }: Simulation = {}): Promise<Started> {
  const binaries = await getBinaries(LEVEL_COMPONENTS.sim, workspace.log);
  const apiServer = await startControlPlane(workspace, binaries, SERVICE_CIDR);
  await Promise.all([startControllers(workspace, binaries, apiServer), startKwok(workspace, binaries.kwok, apiServer, stages)]);
  const ready = async (api: KubeApi): Promise<void> => {
    await addSimulatedNodes(api, nodes);
    await podsCanBeMade(api);
  };
  return { workspace, apiServer, ready };
}

async function startReal(onLoopback: Workspace): Promise<Started> {
  const [binaries, tools] = await Promise.all([getBinaries(LEVEL_COMPONENTS.real, onLoopback.log), getNodeTools(onLoopback.log)]);
  const addresses = await chooseAddresses(tools.ip);
  const ground = await prepareNode(onLoopback, tools, addresses, [cacheRoot()]);
  const workspace = { ...onLoopback, hostAddress: addresses.host };
  const controlGroup = createControlGroup(workspace);
  const [containerd, apiServer] = await Promise.all([
    startContainerd(workspace, tools, ground, addresses),
    startControlPlane(workspace, binaries, addresses.serviceCidr),
  ]);
  await Promise.all([
    startControllers(workspace, binaries, apiServer),
    startKubelet(workspace, tools, { found: binaries.kubelet, ground, addresses, apiServer, controlGroup }),
  ]);
  const ready = async (api: KubeApi): Promise<void> => {
    await until('the node is ready', { deadlineSeconds: READY_SECONDS }, () => notReady(api, 1));
    await podsCanBeMade(api);
  };
  return { workspace, apiServer, containerd, ready };
}

async function startControlPlane(workspace: Workspace, binaries: Binaries<(typeof API)[number]>, serviceCidr: string): Promise<ApiServer> {
  const etcd = await startEtcd(workspace, binaries.etcd);
  return startApiServer(workspace, binaries['kube-apiserver'], { etcdUrl: etcd.url, serviceCidr });
}

/** Admission refuses pods of a namespace that has no default ServiceAccount yet. */
const podsCanBeMade = (api: KubeApi): Promise<void> => exists(api, '/api/v1/namespaces/default/serviceaccounts/default');

function exists(api: KubeApi, path: string): Promise<void> {
  return until(`${path} exists`, { deadlineSeconds: READY_SECONDS }, () =>
    api.request('GET', path).then(
      () => undefined,
      (error: Error) => error.message,
    ),
  );
}
