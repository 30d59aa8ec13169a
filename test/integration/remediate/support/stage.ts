/** A cluster with simulated nodes, Flux and a Git server with a password, on which plans are carried out. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../../src/clock.ts';
import type { RemediationPlan } from '../../../../src/crds/kinds.ts';
import type { Action } from '../../../../src/crds/remediationPlan.ts';
import { createChartSource } from '../../../../src/gitops/flux/artifact.ts';
import { type FluxKustomization, gitRepositories, kustomizations } from '../../../../src/gitops/flux/resources.ts';
import { createRepositories, type Repositories } from '../../../../src/gitops/git/repositories.ts';
import { createRenderer } from '../../../../src/gitops/render.ts';
import { commitOf } from '../../../../src/gitops/sync.ts';
import type { KubeClient } from '../../../../src/kube/client.ts';
import { defineResource, type KubeObject } from '../../../../src/kube/object.ts';
import type { RemediateDeps } from '../../../../src/remediate/deps.ts';
import { type FluxOptions, startFlux } from '../../../cluster/addons/flux.ts';
import { startGitServer } from '../../../cluster/addons/gitServer.ts';
import { type Cluster, startCluster } from '../../../cluster/cluster.ts';
import { getBinaries } from '../../../cluster/components/binaries.ts';
import { silentLogger } from '../../../support/logger.ts';
import { namespaces } from '../../../support/namespace.ts';
import { testClient } from '../../../support/testClient.ts';
import { until } from '../../../support/until.ts';
import { type Person, person } from '../../gitops/support/people.ts';

interface Secret extends KubeObject {
  readonly stringData?: Readonly<Record<string, string>>;
}
export const secrets = defineResource<Secret>({ group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true });

export interface Shop {
  readonly namespace: string;
  readonly url: string;
  readonly bare: string;
  readonly ada: Person;
  /** Waits until Flux has applied a commit. */
  readonly applied: (commit: string) => Promise<FluxKustomization>;
}

export interface Stage {
  readonly cluster: Cluster;
  readonly client: KubeClient;
  readonly deps: RemediateDeps;
  readonly repositories: Repositories;
  readonly passwordFile: string;
  /** A repository with a first commit. */
  readonly repository: (
    name: string,
    files: Readonly<Record<string, string>>,
  ) => Promise<Pick<Shop, 'url' | 'bare' | 'ada'> & { readonly first: string }>;
  /** A namespace that Flux deploys `apps/` of a repository on any host to. Gives what waits until it has applied a commit. */
  readonly deploy: (
    source: { readonly name: string; readonly url: string; readonly username: string; readonly password: string },
    spec?: Partial<FluxKustomization['spec']>,
  ) => Promise<Shop['applied']>;
  /** The same of a repository of its own. */
  readonly shop: (name: string, files: Readonly<Record<string, string>>, spec?: Partial<FluxKustomization['spec']>) => Promise<Shop>;
  readonly stop: () => Promise<void>;
}

/** Other tests may be at work on the same two cores. */
export const DEADLINE_MS = 50_000;

export const PASSWORD = 'correct-horse-battery';

export async function openStage(flux: FluxOptions = {}): Promise<Stage> {
  const cluster = await startCluster({ level: 'sim' });
  await startFlux(cluster, flux);
  const server = await startGitServer(cluster.workspace, { users: { robot: PASSWORD } });
  const client = testClient(cluster.kubeconfigPath);
  const folder = mkdtempSync(join(tmpdir(), 'stage-'));
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, `${PASSWORD}\n`);
  const repositories = createRepositories({
    dir: join(folder, 'mirrors'),
    credentials: [{ urlPrefix: server.url, username: 'robot', passwordFile }],
    httpHosts: ['127.0.0.1'],
    timeoutMs: 20_000,
    clock: systemClock,
    logger: silentLogger,
  });
  const { helm } = await getBinaries(['helm'], cluster.workspace.log);
  const charts = createChartSource({ hosts: ['127.0.0.1'] });
  const renderer = createRenderer({ kubectl: cluster.binaries.kubectl, helm: helm.binary, charts, clock: systemClock });
  const deps: RemediateDeps = { client, repositories, renderer, clock: systemClock, logger: silentLogger, operatorNamespace: 'agent-sre' };
  const people: Person[] = [];
  const repository: Stage['repository'] = async (name, files) => {
    const { url, dir } = await server.createRepository(name);
    const ada = person(dir);
    people.push(ada);
    return { url, bare: dir, ada, first: ada.commit('Begin', files) };
  };
  const deploy: Stage['deploy'] = async ({ name, url, username, password }, spec = {}) => {
    await client.create(namespaces, { metadata: { name } });
    await client.create(secrets, {
      metadata: { name: `${name}-git`, namespace: 'flux-system' },
      stringData: { username, password },
    });
    const source = { interval: '1s', timeout: '20s', url, ref: { branch: 'main' }, secretRef: { name: `${name}-git` } };
    await client.create(gitRepositories, { metadata: { name, namespace: 'flux-system' }, spec: source });
    const kustomization = {
      interval: '30s',
      retryInterval: '2s',
      prune: true,
      path: './apps',
      sourceRef: { kind: 'GitRepository', name },
      ...spec,
    };
    await client.create(kustomizations, { metadata: { name, namespace: 'flux-system' }, spec: kustomization });
    return (commit) =>
      until(
        `Flux has applied ${commit} of ${name}`,
        async () => {
          const found = await client.get(kustomizations, { name, namespace: 'flux-system' });
          return commitOf(found?.status?.lastAppliedRevision) === commit ? found : undefined;
        },
        DEADLINE_MS,
      );
  };
  return {
    cluster,
    client,
    deps,
    repositories,
    passwordFile,
    repository,
    deploy,
    shop: async (name, files, spec = {}) => {
      const { url, bare, ada, first } = await repository(name, files);
      const applied = await deploy({ name, url, username: 'robot', password: PASSWORD }, spec);
      await applied(first);
      return { namespace: name, url, bare, ada, applied };
    },
    stop: async () => {
      for (const one of people) one.stop();
      await client.close();
      await cluster.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A plan as the API server would hold it. */
export function planFor(namespace: string, actions: readonly Action[], more: Partial<RemediationPlan['spec']> = {}): RemediationPlan {
  return {
    apiVersion: 'agentsre.io/v1alpha1',
    kind: 'RemediationPlan',
    metadata: {
      name: `fix-${namespace}`,
      namespace,
      uid: `uid-of-${namespace}`,
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: {
      incidentRef: { name: 'inc', uid: 'inc-uid' },
      investigationRef: { name: 'inv', uid: 'inv-uid' },
      ordinal: 1,
      summary: 'Fix the cart.',
      actions: [...actions],
      strategy: 'Commit',
      successCriteria: [{ type: 'RolloutComplete', withinSeconds: 60 }],
      soakSeconds: 0,
      rollback: 'Automatic',
      expiresAt: '2099-01-01T00:00:00Z',
      confidence: 90,
      ...more,
    },
  };
}
