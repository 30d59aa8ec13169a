/** Who owns an object, by what the cluster says; and what is not followed, with the reason. */
import { describe, expect, test } from 'vitest';
import { type FluxKustomization, type GitRepository, gitRepositories, kustomizations } from '../../../src/gitops/flux/resources.ts';
import { findOwner, findWorkload } from '../../../src/gitops/owner.ts';
import { cronJobs, deployments, jobs, pods, replicaSets } from '../../../src/gitops/resources.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { createMemoryKube } from '../../support/memoryKube.ts';

const FLUX = { 'kustomize.toolkit.fluxcd.io/name': 'shop', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' };
const ready = {
  type: 'Ready',
  status: 'True',
  reason: 'ReconciliationSucceeded',
  message: 'Applied',
  lastTransitionTime: '2026-01-01T00:00:00Z',
} as const;

interface World {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownedBy?: string;
  readonly kustomization?: Partial<FluxKustomization['spec']> | null;
  readonly inventory?: readonly string[];
  readonly condition?: Partial<typeof ready>;
  readonly source?: Partial<GitRepository['spec']> | null;
}

async function clusterWith({
  labels = FLUX,
  annotations = {},
  ownedBy,
  kustomization = {},
  inventory = ['shop_cart_apps_Deployment'],
  condition = {},
  source = {},
}: World) {
  const kube = createMemoryKube();
  const owner = { apiVersion: 'kafka.strimzi.io/v1', kind: 'Kafka', name: 'log', uid: 'k', controller: true };
  await kube.create(deployments, {
    metadata: { name: 'cart', namespace: 'shop', labels, annotations, ...(ownedBy === undefined ? {} : { ownerReferences: [owner] }) },
  });
  if (kustomization !== null) {
    await kube.create(kustomizations, {
      metadata: { name: 'shop', namespace: 'flux-system' },
      spec: { path: './deploy/shop/', sourceRef: { kind: 'GitRepository', name: 'config' }, ...kustomization },
      status: {
        conditions: [{ ...ready, ...condition }],
        lastAppliedRevision: 'main@sha1:abc',
        inventory: { entries: inventory.map((id) => ({ id, v: 'v1' })) },
      },
    });
  }
  if (source !== null) {
    await kube.create(gitRepositories, {
      metadata: { name: 'config', namespace: 'flux-system' },
      spec: { url: 'https://git.test/config', ref: { branch: 'main' }, ...source },
    });
  }
  return kube as unknown as KubeClient;
}

const cart = { kind: 'Deployment', namespace: 'shop', name: 'cart' };

describe('findOwner', () => {
  test('leads from the labels to repository, branch, path and build', async () => {
    const owner = await findOwner(
      await clusterWith({ kustomization: { targetNamespace: 'shop', images: [{ name: 'a', newTag: '1' }] } }),
      cart,
    );
    expect(owner).toMatchObject({
      engine: 'Flux',
      object: { kind: 'Kustomization', namespace: 'flux-system', name: 'shop' },
      source: { kind: 'GitRepository', name: 'config' },
      repository: 'https://git.test/config',
      ref: 'main',
      path: 'deploy/shop',
      suspended: false,
      ready: { ok: true },
      revision: 'main@sha1:abc',
      build: { path: 'deploy/shop', namespace: 'shop', images: [{ name: 'a', newTag: '1' }], labels: FLUX },
    });
  });

  test.each<World & { name: string; want: object }>([
    { name: 'nobody without a label', labels: {}, want: { engine: 'None' } },
    { name: 'a path at the root', kustomization: { path: './' }, want: { engine: 'Flux', path: '' } },
    { name: 'the branch master where none is named', source: { ref: {} }, want: { ref: 'master' } },
    { name: 'a branch by its full name', source: { ref: { name: 'refs/heads/live' } }, want: { ref: 'live' } },
    { name: 'a suspended Kustomization', kustomization: { suspend: true }, want: { suspended: true } },
    { name: 'a suspended source', source: { suspend: true }, want: { suspended: true } },
    {
      name: 'a failing Kustomization',
      condition: { status: 'False' as never, reason: 'BuildFailed' as never },
      want: { ready: { ok: false, reason: 'BuildFailed' } },
    },
    { name: 'the Kustomization that is gone', kustomization: null, want: { by: 'Flux', reason: /does not exist/ } },
    { name: 'the source that is gone', source: null, want: { by: 'Flux', reason: /GitRepository flux-system\/config does not exist/ } },
    {
      name: 'a label without the inventory’s word',
      inventory: ['shop_other_apps_Deployment'],
      want: { by: 'Flux', reason: /inventory does not hold it/ },
    },
    {
      name: 'a path that leaves the repository',
      kustomization: { path: '../other' },
      want: { by: 'Flux', problem: 'PathOutsideRepository' },
    },
    { name: 'a tag', source: { ref: { tag: 'v1' } }, want: { reason: /follows a tag/ } },
    { name: 'a range of versions', source: { ref: { semver: '>1' } }, want: { reason: /follows a semver/ } },
    { name: 'a commit', source: { ref: { branch: 'main', commit: 'abc' } }, want: { reason: /follows a commit/ } },
    { name: 'demanded signatures', source: { verify: {} }, want: { reason: /signed with an OpenPGP key/ } },
    { name: 'an artifact', kustomization: { sourceRef: { kind: 'OCIRepository', name: 'x' } }, want: { reason: /from a OCIRepository/ } },
    { name: 'another cluster', kustomization: { kubeConfig: {} }, want: { reason: /another cluster/ } },
    { name: 'substitution', kustomization: { postBuild: {} }, want: { reason: /spec\.postBuild/ } },
    { name: 'decryption', kustomization: { decryption: {} }, want: { reason: /spec\.decryption/ } },
    {
      name: 'an object that Flux leaves alone',
      annotations: { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' },
      want: { reason: /excluded from Flux/ },
    },
    {
      name: 'an object that Flux only creates',
      annotations: { 'kustomize.toolkit.fluxcd.io/ssa': 'IfNotPresent' },
      want: { reason: /does not update it/ },
    },
    {
      name: 'a HelmRelease that is gone',
      labels: { 'helm.toolkit.fluxcd.io/name': 'x', 'app.kubernetes.io/managed-by': 'Helm' },
      want: { by: 'HelmRelease', reason: /which does not exist/ },
    },
    {
      name: 'plain Helm',
      labels: { 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: { 'meta.helm.sh/release-name': 'x' },
      want: { by: 'Helm' },
    },
    { name: 'Argo CD', labels: {}, annotations: { 'argocd.argoproj.io/tracking-id': 'x' }, want: { by: 'ArgoCD' } },
    {
      name: 'two that claim it',
      annotations: { 'argocd.argoproj.io/tracking-id': 'x' },
      want: { by: 'Several', reason: /Flux and ArgoCD/ },
    },
    { name: 'another controller', ownedBy: 'Kafka', want: { by: 'Controller', reason: /made by Kafka log/ } },
  ])('finds $name', async ({ want, name: _name, ...world }) => {
    const matched = Object.fromEntries(
      Object.entries(want).map(([key, value]) => [key, value instanceof RegExp ? expect.stringMatching(value) : value]),
    );
    expect(await findOwner(await clusterWith(world), cart)).toMatchObject(matched);
  });

  test('leads from a Job over its CronJob to where that comes from in Git', async () => {
    const kube = await clusterWith({});
    const id = { id: 'shop_night_batch_CronJob', v: 'v1' };
    const applied = (await kube.get(kustomizations, { namespace: 'flux-system', name: 'shop' })) as FluxKustomization;
    await kube.replace(kustomizations, { ...applied, status: { ...applied.status, inventory: { entries: [id] } } });
    const made = await kube.create(cronJobs, { metadata: { name: 'night', namespace: 'shop', labels: FLUX } });
    const controller = { apiVersion: 'batch/v1', kind: 'CronJob', name: 'night', uid: made.metadata.uid, controller: true };
    await kube.create(jobs, { metadata: { name: 'night-1', namespace: 'shop', ownerReferences: [controller] } });
    const found = await findOwner(kube, { kind: 'Job', namespace: 'shop', name: 'night-1' });
    expect(found).toMatchObject({ engine: 'Flux', object: { kind: 'Kustomization', name: 'shop' }, path: 'deploy/shop' });
    expect(await findOwner(kube, { kind: 'CronJob', namespace: 'shop', name: 'night' })).toMatchObject({ engine: 'Flux' });
  });

  test('a Secret has no owner that is looked for, and a Deployment that is not there is an error', async () => {
    const kube = await clusterWith({});
    expect(await findOwner(kube, { ...cart, kind: 'Secret' })).toMatchObject({ engine: 'Unsupported', by: 'Kind' });
    await expect(findOwner(kube, { ...cart, name: 'gone' })).rejects.toThrow(/Deployment shop\/gone does not exist/);
    await expect(findOwner(kube, { ...cart, uid: 'another' })).rejects.toThrow(/does not exist/);
  });
});

describe('findWorkload', () => {
  test('climbs from a Pod over its ReplicaSet', async () => {
    const kube = createMemoryKube();
    const deployment = await kube.create(deployments, { metadata: { name: 'cart', namespace: 'shop' } });
    const made = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'cart', uid: deployment.metadata.uid, controller: true };
    const set = await kube.create(replicaSets, { metadata: { name: 'cart-1', namespace: 'shop', ownerReferences: [made] } });
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'cart-1', uid: set.metadata.uid, controller: true };
    await kube.create(pods, { metadata: { name: 'cart-1-a', namespace: 'shop', ownerReferences: [owner] } });
    const found = await findWorkload(kube as unknown as KubeClient, { kind: 'Pod', namespace: 'shop', name: 'cart-1-a' });
    expect(found).toEqual({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'cart', uid: deployment.metadata.uid });
    expect(await findWorkload(kube as unknown as KubeClient, { kind: 'Pod', namespace: 'shop', name: 'gone' })).toBeUndefined();
  });
});
