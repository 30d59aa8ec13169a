/** From an object that a HelmRelease installed to the chart and to the Kustomization that applies the release; and what is not followed. */
import { describe, expect, test } from 'vitest';
import {
  type FluxKustomization,
  gitRepositories,
  type HelmRelease,
  helmCharts,
  helmReleases,
  kustomizations,
  ociRepositories,
} from '../../../../src/gitops/flux/resources.ts';
import { findOwner } from '../../../../src/gitops/owner.ts';
import { deployments } from '../../../../src/gitops/resources.ts';
import type { KubeClient } from '../../../../src/kube/client.ts';
import { createMemoryKube } from '../../../support/memoryKube.ts';

const ready = (status: 'True' | 'False' | 'Unknown' = 'True', reason = 'UpgradeSucceeded') => ({
  type: 'Ready',
  status,
  reason,
  message: 'said so',
  lastTransitionTime: '2026-01-01T00:00:00Z',
});
const artifact = { url: 'http://source-controller.flux-system.svc.cluster.local./c.tgz', digest: `sha256:${'a'.repeat(64)}` };

interface World {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly release?: Partial<HelmRelease['spec']> | null;
  readonly applied?: boolean;
  readonly tracked?: boolean;
  readonly status?: Partial<NonNullable<HelmRelease['status']>>;
  readonly chart?: boolean;
  readonly kustomization?: Partial<FluxKustomization['spec']>;
}

async function lookIn(world: World) {
  const {
    labels = {},
    annotations = {},
    release = {},
    applied = true,
    tracked = false,
    status = {},
    chart = true,
    kustomization = {},
  } = world;
  const kube = createMemoryKube();
  await kube.create(deployments, {
    metadata: {
      name: 'cart',
      namespace: 'shop',
      labels: { 'helm.toolkit.fluxcd.io/name': 'cart', 'helm.toolkit.fluxcd.io/namespace': 'shop', ...labels },
      annotations: { 'meta.helm.sh/release-name': 'cart', 'meta.helm.sh/release-namespace': 'shop', ...annotations },
    },
  });
  const source = await kube.create(gitRepositories, {
    metadata: { name: 'config', namespace: 'flux-system' },
    spec: { url: 'https://git.test/config', ref: { branch: 'main' } },
  });
  await kube.create(kustomizations, {
    metadata: { name: 'apps', namespace: 'flux-system' },
    spec: { path: './apps', sourceRef: { kind: 'GitRepository', name: 'config' }, ...kustomization },
    status: { conditions: [ready()], inventory: { entries: [{ id: 'shop_cart_helm.toolkit.fluxcd.io_HelmRelease', v: 'v2' }] } },
  });
  if (chart) {
    await kube.create(helmCharts, {
      metadata: { name: 'shop-cart', namespace: 'flux-system' },
      status: { conditions: [ready()], artifact },
    });
    await kube.create(ociRepositories, { metadata: { name: 'cart', namespace: 'shop' }, status: { conditions: [ready()], artifact } });
  }
  const made = { 'kustomize.toolkit.fluxcd.io/name': 'apps', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' };
  const sourceRef = { kind: 'HelmRepository', name: 'shop', namespace: 'flux-system' };
  if (release !== null) {
    await kube.create(helmReleases, {
      metadata: {
        name: 'cart',
        namespace: 'shop',
        labels: applied ? made : {},
        annotations: tracked ? { 'argocd.argoproj.io/tracking-id': 'x' } : {},
      },
      spec: { chart: { spec: { chart: 'cart', sourceRef } }, ...release },
      status: { conditions: [ready()], observedGeneration: 1, helmChart: 'flux-system/shop-cart', ...status },
    });
    await kube.create(helmReleases, {
      metadata: { name: 'other', namespace: 'shop' },
      spec: { valuesFrom: [{ kind: 'ConfigMap', name: 'shared' }] },
    });
  }
  return { source, owner: await findOwner(kube as unknown as KubeClient, { kind: 'Deployment', namespace: 'shop', name: 'cart' }) };
}

describe('the owner of what a HelmRelease installed', () => {
  test('is the release, through the Kustomization that applies it', async () => {
    const { owner } = await lookIn({});
    expect(owner).toMatchObject({
      engine: 'Flux',
      object: { kind: 'HelmRelease', namespace: 'shop', name: 'cart' },
      through: { object: { kind: 'Kustomization', name: 'apps' } },
      repository: 'https://git.test/config',
      path: 'apps',
      fieldManager: 'helm-controller',
      ready: { ok: true },
      build: {
        type: 'HelmRelease',
        name: 'cart',
        namespace: 'shop',
        outer: { type: 'Kustomize', path: 'apps' },
        chart: { kind: 'artifact', artifact },
        readByOthers: ['shared'],
      },
    });
  });

  const inGit = (more: object = {}): HelmRelease['spec'] => ({
    chart: { spec: { chart: './charts/cart/', sourceRef: { kind: 'GitRepository', name: 'config', namespace: 'flux-system' }, ...more } },
  });
  test.each<World & { name: string; want: object }>([
    { name: 'a suspended release', release: { suspend: true }, want: { suspended: true } },
    { name: 'a suspended Kustomization', kustomization: { suspend: true }, want: { suspended: true } },
    {
      name: 'a release that fails',
      status: { conditions: [ready('False', 'UpgradeFailed')] },
      want: { ready: { ok: false, reason: 'UpgradeFailed' } },
    },
    {
      name: 'a release that has not come to its generation',
      status: { observedGeneration: 0 },
      want: { ready: { reason: 'NotReconciled' } },
    },
    {
      name: 'a release that is still at work on its generation',
      status: { observedGeneration: 0, conditions: [{ ...ready('Unknown', 'Progressing'), observedGeneration: 1 }] },
      want: { ready: { ok: false, reason: 'Progressing' } },
    },
    {
      name: 'a chart of the same branch',
      release: inGit({ reconcileStrategy: 'Revision' }),
      want: { build: { chart: { kind: 'folder', path: 'charts/cart' } } },
    },
    { name: 'a chart that is packaged by version', release: inGit(), want: { build: { chart: { kind: 'artifact' } } } },
    {
      name: 'a chart of an OCIRepository',
      release: { chartRef: { kind: 'OCIRepository', name: 'cart' } },
      want: { build: { chart: { kind: 'artifact', artifact } } },
    },
    {
      name: 'no chart that was packaged',
      chart: false,
      want: { by: 'HelmRelease', reason: /HelmChart flux-system\/shop-cart .*does not exist/ },
    },
    { name: 'a release that is gone', release: null, want: { by: 'HelmRelease', reason: /which does not exist/ } },
    {
      name: 'a release that nobody applies from Git',
      applied: false,
      want: {
        by: 'HelmRelease',
        object: { kind: 'HelmRelease' },
        reason: /kubectl edit helmrelease\.helm\.toolkit\.fluxcd\.io cart -n shop/,
      },
    },
    {
      name: 'a release that Argo CD applies',
      tracked: true,
      want: { by: 'HelmRelease', reason: /Argo CD applies that/ },
    },
    {
      name: 'a label that Helm’s own annotation speaks against',
      annotations: { 'meta.helm.sh/release-name': 'another' },
      want: { by: 'HelmRelease', reason: /Helm says that it is of release shop\/another/ },
    },
    {
      name: 'a release of another name',
      release: { releaseName: 'basket' },
      want: { reason: /Helm says that it is of release shop\/cart/ },
    },
    { name: 'what the Kustomization can’t be followed in', kustomization: { postBuild: {} }, want: { reason: /spec\.postBuild/ } },
  ])('finds $name', async ({ want, name: _name, ...world }) => {
    const { owner } = await lookIn(world);
    const matched = Object.fromEntries(
      Object.entries(want).map(([key, value]) => [key, value instanceof RegExp ? expect.stringMatching(value) : value]),
    );
    expect(owner).toMatchObject(matched);
  });
});
