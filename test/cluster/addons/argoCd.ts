/**
 * Argo CD beside the cluster: its application controller and repo-server, which are one program by two names, with a Redis of their own, and its definitions
 * in the cluster. There is no API server of Argo CD and no page: Applications are made through the cluster.
 *
 * It looks at Git every few seconds. Its repo-server renders with git and helm; there is no kustomize, so kustomizations are none of its.
 */
import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { KubeApi } from '../api/kubeApi.ts';
import type { Cluster } from '../cluster.ts';
import type { Found } from '../components/attempt.ts';
import { getBinaries } from '../components/binaries.ts';
import { installNeeds } from '../components/debian.ts';
import { until } from '../lib/poll.ts';
import { which } from '../lib/which.ts';
import { startOnFreePorts } from '../workspace/daemon.ts';
import type { Workspace } from '../workspace/workspace.ts';

export interface ArgoCd {
  readonly namespace: string;
  stop(): Promise<void>;
}

const NAMESPACE = 'argocd';
const CRD_PATH = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const REDIS = { package: 'redis-server', program: 'redis-server' };
const LOOK_SECONDS = 3;

const definition = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({ names: z.looseObject({ plural: z.string() }) }),
});

export async function startArgoCd(cluster: Cluster): Promise<ArgoCd> {
  const { workspace, api } = cluster;
  const { argocd, helm } = await getBinaries(['argocd', 'helm'], workspace.log);
  await installNeeds([REDIS], workspace.log);
  await applyDefinitions(api, argocd);
  await applySettings(api);
  const redis = await startRedis(workspace);
  const repoServer = await startRepoServer(workspace, argocd, dirname(helm.binary), redis.address);
  const controller = await startController(cluster, argocd, { redis: redis.address, repoServer: repoServer.address });
  return {
    namespace: NAMESPACE,
    async stop() {
      await controller.daemon.stop();
      await Promise.all([repoServer.daemon.stop(), redis.daemon.stop()]);
    },
  };
}

async function startRedis(workspace: Workspace) {
  const host = workspace.hostAddress;
  const { daemon, ports } = await startOnFreePorts<[number]>(workspace, 1, ([port]) => ({
    name: 'argocd-redis',
    command: which('redis-server') ?? 'redis-server',
    origin: 'Debian',
    health: { kind: 'socket', path: join(workspace.folder('argocd/redis'), 'redis.sock') },
    cwd: workspace.folder('argocd/redis'),
    // without a password it would answer on a loopback only, and a real node has none in common with this machine
    args: ['--bind', host, '--port', `${port}`, '--unixsocket', 'redis.sock', '--protected-mode', 'no', '--save', '', '--appendonly', 'no'],
  }));
  return { daemon, address: `${host}:${ports[0]}` };
}

async function startRepoServer(workspace: Workspace, { binary, origin }: Found, helmFolder: string, redis: string) {
  const host = workspace.hostAddress;
  const { daemon, ports } = await startOnFreePorts<[number, number]>(workspace, 2, ([port, metrics]) => ({
    name: 'argocd-repo-server',
    command: binary,
    origin,
    health: { kind: 'http', url: `http://${host}:${metrics}/healthz` },
    env: {
      ARGOCD_BINARY_NAME: 'argocd-repo-server',
      ARGOCD_GPG_ENABLED: 'false',
      TMPDIR: workspace.folder('argocd/tmp'),
      // git asks the program by its own name for a password, and that asks the server through this socket.
      ARGOCD_ASK_PASS_SOCK: join(workspace.folder('argocd'), 'ask-pass.sock'),
      PATH: [helmFolder, dirname(binary), process.env['PATH'] ?? ''].join(delimiter),
    },
    args: [
      '--disable-tls',
      `--redis=${redis}`,
      `--address=${host}`,
      `--port=${port}`,
      `--metrics-address=${host}`,
      `--metrics-port=${metrics}`,
      `--revision-cache-expiration=${LOOK_SECONDS}s`,
      '--loglevel=warn',
    ],
  }));
  return { daemon, address: `${host}:${ports[0]}` };
}

function startController(
  cluster: Cluster,
  { binary, origin }: Found,
  { redis, repoServer }: { readonly redis: string; readonly repoServer: string },
) {
  const { workspace, kubeconfigPath } = cluster;
  const home = workspace.folder('argocd/home');
  // The cluster that it runs in, as it thinks, it looks up where kubectl would.
  copyFileSync(kubeconfigPath, join(workspace.folder('argocd/home/.kube'), 'config'));
  return startOnFreePorts<[number]>(workspace, 1, ([metrics]) => ({
    name: 'argocd-application-controller',
    command: binary,
    origin,
    health: { kind: 'http', url: `http://127.0.0.1:${metrics}/healthz` },
    env: {
      ARGOCD_BINARY_NAME: 'argocd-application-controller',
      ARGOCD_FAKE_IN_CLUSTER: 'true',
      HOME: home,
      TMPDIR: workspace.folder('argocd/tmp'),
    },
    args: [
      `--namespace=${NAMESPACE}`,
      `--kubeconfig=${kubeconfigPath}`,
      `--repo-server=${repoServer}`,
      '--repo-server-plaintext',
      `--redis=${redis}`,
      `--metrics-port=${metrics}`,
      `--app-resync=${LOOK_SECONDS}`,
      '--app-resync-jitter=0',
      '--loglevel=warn',
    ],
  }));
}

async function applyDefinitions(api: KubeApi, { binary }: Found): Promise<void> {
  const folder = join(dirname(binary), 'crds');
  const all = readdirSync(folder)
    .filter((name) => name.endsWith('-crd.yaml'))
    .map((name) => definition.parse(parse(readFileSync(join(folder, name), 'utf8'))));
  await Promise.all(all.map((one) => api.apply(`${CRD_PATH}/${one.metadata.name}`, one)));
  await until('the API server serves Applications and AppProjects', { deadlineSeconds: 30 }, async () => {
    const found = (await api.request('GET', '/apis/argoproj.io/v1alpha1').catch(() => undefined)) as
      | { readonly resources?: readonly { readonly name: string }[] }
      | undefined;
    const missing = all.filter(({ spec }) => found?.resources?.some(({ name }) => name === spec.names.plural) !== true);
    return missing.length === 0 ? undefined : `not yet: ${missing.map(({ metadata }) => metadata.name).join(', ')}`;
  });
}

/** As its own manifests have them, without a password for anybody. */
async function applySettings(api: KubeApi): Promise<void> {
  const metadata = (name: string): object => ({ name, namespace: NAMESPACE, labels: { 'app.kubernetes.io/part-of': 'argocd' } });
  await api.apply(`/api/v1/namespaces/${NAMESPACE}`, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  const maps = ['argocd-cm', 'argocd-rbac-cm', 'argocd-gpg-keys-cm'].map((name) =>
    api.apply(`/api/v1/namespaces/${NAMESPACE}/configmaps/${name}`, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: metadata(name),
      data: {},
    }),
  );
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: metadata('argocd-secret'),
    stringData: { 'server.secretkey': 'of-the-test-cluster' },
  };
  const project = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: metadata('default'),
    spec: {
      sourceRepos: ['*'],
      destinations: [{ namespace: '*', server: '*' }],
      clusterResourceWhitelist: [{ group: '*', kind: '*' }],
    },
  };
  await Promise.all([
    ...maps,
    api.apply(`/api/v1/namespaces/${NAMESPACE}/secrets/argocd-secret`, secret),
    api.apply(`/apis/argoproj.io/v1alpha1/namespaces/${NAMESPACE}/appprojects/default`, project),
  ]);
}
