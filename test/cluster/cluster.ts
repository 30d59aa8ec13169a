/**
 * Starts a real Kubernetes for tests, at one of three levels, and stops it without a trace.
 *
 * `api` is etcd and kube-apiserver; `sim` adds the controllers, the scheduler and simulated nodes; `real` adds a node that runs
 * containers. The cluster ends with the process that started it, however that ends, unless it is kept.
 */
import { join } from 'node:path';
import { createKubeApi, type KubeApi } from './api/kubeApi.ts';
import { writeKubeconfig } from './api/kubeconfig.ts';
import { type Person, personNames } from './api/users.ts';
import { getBinaries } from './components/binaries.ts';
import { freeKeptDir } from './kept.ts';
import { type Level, levels, type Simulation, type Started } from './levels.ts';
import { type Log, silent } from './lib/log.ts';
import type { ImageConfig } from './real/ociImage.ts';
import { openWorkspace, type Workspace } from './workspace/workspace.ts';

export interface ClusterOptions {
  readonly level: Level;
  /** For a cluster that will be kept: under this name it is found again (`kept.ts`). */
  readonly name?: string;
  /** For level `sim`. */
  readonly simulation?: Simulation;
  readonly log?: Log;
}

export interface Cluster {
  readonly level: Level;
  readonly workspace: Workspace;
  readonly dir: string;
  readonly serverUrl: string;
  /** The authority to trust, as PEM text. */
  readonly caData: string;
  readonly caFile: string;
  /** The kubeconfig of an administrator (system:masters). */
  readonly kubeconfigPath: string;
  /** One audit.k8s.io/v1 Event of level Metadata for every write, a JSON line each. */
  readonly auditLogPath: string;
  /** The address of this machine as pods see it. */
  readonly hostAddress: string;
  /** Requests as the administrator. */
  readonly api: KubeApi;
  readonly binaries: { readonly kubectl: string };
  readonly tokenFor: (person: Person | 'admin') => string;
  kubeconfigFor(person: Person): string;
  /** Makes the token by TokenRequest; namespace and ServiceAccount must exist. */
  kubeconfigForServiceAccount(namespace: string, name: string): Promise<string>;
  stopApiServer(signal?: NodeJS.Signals): Promise<void>;
  startApiServer(): Promise<void>;
  restartApiServer(signal?: NodeJS.Signals): Promise<void>;
  /** Makes a folder an image of the node, under these names (`example.test/name:tag`); pods use it with `imagePullPolicy: Never`. */
  importImage(rootDir: string, names: readonly string[], config?: ImageConfig): Promise<void>;
  /** From now on the cluster outlives this process. */
  keep(): Promise<void>;
  stop(): Promise<void>;
}

export async function startCluster({ level, name, simulation, log = silent }: ClusterOptions): Promise<Cluster> {
  const dir = name === undefined ? undefined : await freeKeptDir(name);
  const workspace = await openWorkspace({ description: `test cluster, level ${level}`, dir, log });
  try {
    const started = await levels[level](workspace, simulation);
    const { kubectl } = await getBinaries(['kubectl'], log);
    return await clusterOf(level, started, kubectl.binary);
  } catch (error) {
    await workspace.stop();
    throw error;
  }
}

async function clusterOf(level: Level, { workspace, apiServer, containerd, ready }: Started, kubectl: string): Promise<Cluster> {
  const { serverUrl, caData, tokens } = apiServer;
  const folder = workspace.folder('kubeconfigs');
  const kubeconfigOf = (user: string, token: string): string => writeKubeconfig(join(folder, user), { serverUrl, caData, user, token });
  const api = createKubeApi({ serverUrl, caData, token: tokens.admin });
  const ofPersons = Object.fromEntries(personNames.map((name) => [name, kubeconfigOf(name, tokens[name])]));
  await ready(api);
  const kubeconfigPath = writeKubeconfig(join(workspace.dir, 'kubeconfig'), { serverUrl, caData, user: 'admin', token: tokens.admin });
  workspace.remember({ level, kubeconfigPath, kubectl });

  return {
    level,
    workspace,
    dir: workspace.dir,
    serverUrl,
    caData,
    caFile: apiServer.caFile,
    kubeconfigPath,
    auditLogPath: apiServer.auditLogPath,
    hostAddress: workspace.hostAddress,
    api,
    binaries: { kubectl },
    tokenFor: (person) => tokens[person],
    kubeconfigFor: (person) => ofPersons[person] ?? '',
    async kubeconfigForServiceAccount(namespace, name) {
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 86_400 } };
      const { status } = (await api.request('POST', path, body)) as { status: { token: string } };
      return kubeconfigOf(`${namespace}-${name}`, status.token);
    },
    stopApiServer: (signal) => apiServer.stop(signal),
    startApiServer: () => apiServer.start(),
    async restartApiServer(signal) {
      await apiServer.stop(signal);
      await apiServer.start();
    },
    async importImage(rootDir, names, config) {
      if (containerd === undefined) throw new Error(`import ${names.join(', ')}: level ${level} runs no containers; start level real`);
      await containerd.importImage(rootDir, names, config);
    },
    keep: () => workspace.keep(),
    stop: () => workspace.stop(),
  };
}
