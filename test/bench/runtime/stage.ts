/** What all measures share: an API server of their own with the benchmark's kind on it, and a client past all proxies. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeClient } from '../../../src/kube/client.ts';
import { startCluster } from '../../cluster/cluster.ts';
import { clientFor, kubeConfigFor, type Target } from '../../support/kubeClient.ts';
import { makeNamespace } from '../../support/namespace.ts';
import { untilTrue } from '../../support/until.ts';
import { itemDefinition, items } from './items.ts';

export interface Bench {
  readonly folder: string;
  readonly client: KubeClient;
  readonly target: Target;
  readonly kubeconfig: string;
  /** Of the API server. */
  readonly port: number;
  namespace(prefix: string): Promise<string>;
  /** A kubeconfig for the same administrator at another address. */
  kubeconfigFor(name: string, target: Omit<Target, 'token'>): string;
  stop(): Promise<void>;
}

export async function setStage(): Promise<Bench> {
  const cluster = await startCluster({ level: 'api' });
  const target = { serverUrl: cluster.serverUrl, caData: cluster.caData, token: cluster.tokenFor('admin') };
  const client = clientFor(target);
  await client.raw('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', itemDefinition);
  await untilTrue('the kind is served', () =>
    client.list(items).then(
      () => true,
      () => false,
    ),
  );
  return {
    folder: cluster.dir,
    client,
    target,
    kubeconfig: cluster.kubeconfigPath,
    port: Number(new URL(cluster.serverUrl).port),
    namespace: (prefix) => makeNamespace(client, prefix),
    kubeconfigFor: (name, other) => {
      const file = join(cluster.dir, `${name}.kubeconfig`);
      writeFileSync(file, kubeConfigFor({ ...other, token: target.token }).exportConfig(), { mode: 0o600 });
      return file;
    },
    stop: async () => {
      await client.close();
      await cluster.stop();
    },
  };
}
