/** Suspending and resuming what applies a workload: every engine, and an Application that comes back as it was. */
import { describe, expect, test } from 'vitest';
import type { Action } from '../../../../src/crds/remediationPlan.ts';
import { type Application, applications } from '../../../../src/gitops/argo/resources.ts';
import { gitRepositories, helmCharts, helmReleases, kustomizations } from '../../../../src/gitops/flux/resources.ts';
import { deployments } from '../../../../src/gitops/resources.ts';
import type { KubeClient } from '../../../../src/kube/client.ts';
import type { ResourceType } from '../../../../src/kube/object.ts';
import { resumeSync, suspendSync } from '../../../../src/remediate/catalogue/suspendSync.ts';
import type { Prepared } from '../../../../src/remediate/catalogue/types.ts';
import type { Refusal } from '../../../../src/remediate/refusal.ts';
import { createMemoryKube } from '../../../support/memoryKube.ts';
import { cart, merged } from './support.ts';

type Objects = readonly (readonly [ResourceType, object])[];

async function world(objects: Objects): Promise<KubeClient> {
  const client = createMemoryKube() as unknown as KubeClient;
  for (const [resource, object] of objects) await client.create(resource, structuredClone(object) as never);
  return client;
}

async function prepare(client: KubeClient, type: 'SuspendSync' | 'ResumeSync', within?: string): Promise<Prepared | Refusal> {
  const entry = type === 'SuspendSync' ? suspendSync : resumeSync;
  const ref = { kind: 'Deployment', namespace: 'shop', name: 'cart' };
  const action: Action = { type, target: ref, ...(type === 'SuspendSync' ? { suspendSync: { reviewAfterSeconds: 3600 } } : {}) };
  const target = await entry.about.read(client, ref);
  if (target === undefined || entry.direct === undefined) throw new Error('there is no cart');
  return entry.direct.prepare({ action, target, client, now: 0, isProtected: (namespace) => namespace === 'kube-system', within });
}

async function carryOut(client: KubeClient, prepared: Prepared | Refusal): Promise<void> {
  if (prepared.kind === 'refusal') throw new Error(prepared.message);
  const { resource, object, patch } = prepared.change;
  await client.replace(resource, merged(object, patch?.({ planUid: 'p', at: '' }) ?? {}) as never);
}

const name = { namespace: 'argocd', name: 'shop' };
const tracking = { 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:shop/cart' };
const ofArgo = (application: object, annotations: object = tracking): Objects => [
  [deployments, merged(cart, { metadata: { annotations } }) as object],
  [
    applications,
    merged(
      {
        metadata: { ...name },
        spec: {
          source: { repoURL: 'https://git.test/shop', targetRevision: 'main', path: 'apps' },
          destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
          syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] },
        },
        status: { resources: [{ group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'cart' }], sync: { status: 'Synced' } },
      },
      application,
    ) as object,
  ],
];

const ready = [{ type: 'Ready', status: 'True', reason: 'ok', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' }];
const flux = { 'kustomize.toolkit.fluxcd.io/name': 'shop', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' };
const ofRelease = (release: object = {}): Objects => [
  [
    deployments,
    merged(cart, {
      metadata: {
        labels: { 'helm.toolkit.fluxcd.io/name': 'cart', 'helm.toolkit.fluxcd.io/namespace': 'shop' },
        annotations: { 'meta.helm.sh/release-name': 'cart', 'meta.helm.sh/release-namespace': 'shop' },
      },
    }) as object,
  ],
  [
    helmReleases,
    merged(
      {
        metadata: { namespace: 'shop', name: 'cart', labels: flux, generation: 1 },
        spec: { chart: { spec: { chart: 'cart', sourceRef: { kind: 'HelmRepository', name: 'charts' } } } },
        status: { helmChart: 'shop/shop-cart', conditions: ready, observedGeneration: 1 },
      },
      release,
    ) as object,
  ],
  [helmCharts, { metadata: { namespace: 'shop', name: 'shop-cart' }, status: { artifact: { url: 'http://s/c.tgz', digest: 'sha256:0' } } }],
  [
    kustomizations,
    {
      metadata: { namespace: 'flux-system', name: 'shop' },
      spec: { path: './apps', sourceRef: { kind: 'GitRepository', name: 'shop' } },
      status: { conditions: ready, inventory: { entries: [{ id: 'shop_cart_helm.toolkit.fluxcd.io_HelmRelease', v: 'v2' }] } },
    },
  ],
  [
    gitRepositories,
    { metadata: { namespace: 'flux-system', name: 'shop' }, spec: { url: 'https://git.test/shop', ref: { branch: 'main' } } },
  ],
];

describe('an Argo CD Application', () => {
  test.each<{ readonly automated: object }>([
    { automated: {} },
    { automated: { prune: true, selfHeal: true } },
    { automated: { prune: false, allowEmpty: true, enabled: true } },
  ])('that was synced with $automated comes back with just that', async ({ automated }) => {
    const client = await world(ofArgo({ spec: { syncPolicy: { automated: null } } }));
    const before = (await client.get(applications, name)) as Application;
    const started = merged(before, { spec: { syncPolicy: { automated } } }) as Application;
    await client.replace(applications, started);
    const suspend = await prepare(client, 'SuspendSync');
    expect(suspend).toMatchObject({ fields: [{ path: 'spec.syncPolicy.automated', before: JSON.stringify(automated) }] });
    await carryOut(client, suspend);
    expect((await client.get(applications, name))?.spec.syncPolicy).toEqual({ syncOptions: ['CreateNamespace=true'] });
    const resume = await prepare(client, 'ResumeSync');
    expect(resume).toMatchObject({
      fields: [{ path: 'spec.syncPolicy.automated', after: JSON.stringify(automated) }],
      risk: { level: 'Medium' },
    });
    await carryOut(client, resume);
    const after = await client.get(applications, name);
    expect(after?.spec).toEqual(started.spec);
    expect(after?.metadata.annotations ?? {}).toEqual(before.metadata.annotations ?? {});
  });

  test('says what it leaves behind, and with which options it is started again', async () => {
    expect(await prepare(await world(ofArgo({})), 'SuspendSync')).toMatchObject({
      leaves: {
        what: 'Application argocd/shop is suspended',
        end: 'argocd app set shop --sync-policy automated --auto-prune --self-heal',
        reviewAfterSeconds: 3600,
      },
      blastRadius: { summary: 'not brought to what Git says: 1 objects in shop' },
    });
  });

  test('that somebody else switched off is switched on, at a high risk', async () => {
    const client = await world(ofArgo({ spec: { syncPolicy: { automated: { enabled: false } } } }));
    const resume = await prepare(client, 'ResumeSync');
    expect(resume).toMatchObject({
      risk: { level: 'High' },
      fields: [{ path: 'spec.syncPolicy.automated.enabled', before: 'false', after: 'true' }],
    });
    await carryOut(client, resume);
    expect((await client.get(applications, name))?.spec.syncPolicy?.automated).toEqual({ prune: true, selfHeal: true, enabled: true });
  });

  test('whose suspension is taken back by the plan that made it, and not where nobody knows how it was', async () => {
    const client = await world(ofArgo({}));
    await carryOut(client, await prepare(client, 'SuspendSync'));
    const live = await client.get(applications, name);
    if (live === undefined) throw new Error('it is gone');
    expect(suspendSync.direct?.isDone(live, { planUid: 'p', at: '' }, { type: 'SuspendSync' } as Action)).toBe(true);
    const undo = suspendSync.direct?.undo?.(live);
    expect(undo?.patch?.({ planUid: 'p', at: '' })).toMatchObject({ spec: { syncPolicy: { automated: { prune: true, selfHeal: true } } } });
    const forgetful = merged(live, { metadata: { annotations: { 'agentsre.io/suspended-sync': null } } }) as Application;
    expect(suspendSync.direct?.undo?.(forgetful)).toBeUndefined();
  });

  const set = { apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: 'shops', uid: 's', controller: true };
  test.each<{ name: string; application: object; type?: 'SuspendSync' | 'ResumeSync'; within?: string; says: RegExp }>([
    {
      name: 'made by an ApplicationSet',
      application: { metadata: { ownerReferences: [set] } },
      says: /made by ApplicationSet shops.*ignoreApplicationDifferences/,
    },
    { name: 'that Flux applies from Git', application: { metadata: { labels: flux } }, says: /comes from Git itself.*stop that one first/ },
    {
      name: 'that another Application applies',
      application: { metadata: { annotations: { 'argocd.argoproj.io/tracking-id': 'root:argoproj.io/Application:argocd/shop' } } },
      says: /comes from Git itself/,
    },
    {
      name: 'that applies to a protected namespace',
      application: {
        status: {
          resources: [
            { kind: 'ConfigMap', namespace: 'kube-system', name: 'x' },
            { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'cart' },
          ],
        },
      },
      says: /kube-system, which is protected/,
    },
    {
      name: 'that applies what belongs to the whole cluster',
      application: {
        status: {
          resources: [
            { kind: 'ClusterRole', name: 'x' },
            { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'cart' },
          ],
        },
      },
      says: /ClusterRole x, which belongs to the whole cluster/,
    },
    { name: 'that reaches beyond the plan', application: {}, within: 'bank', says: /namespace shop, and this plan is about bank alone/ },
    { name: 'that is stopped already', application: { spec: { syncPolicy: { automated: null } } }, says: /is suspended already/ },
    { name: 'that is not stopped', application: {}, type: 'ResumeSync', says: /is not suspended/ },
    {
      name: 'that somebody else stopped without a trace',
      application: { spec: { syncPolicy: { automated: null } } },
      type: 'ResumeSync',
      says: /says nothing of how it was synced.*argocd app set shop --sync-policy automated/,
    },
    {
      name: 'whose annotation is no record of ours',
      application: {
        metadata: { annotations: { 'agentsre.io/suspended-sync': '{"prune":"yes"}' } },
        spec: { syncPolicy: { automated: null } },
      },
      type: 'ResumeSync',
      says: /says nothing of how it was synced/,
    },
  ])('$name is refused', async ({ application, type = 'SuspendSync', within, says }) => {
    expect(await prepare(await world(ofArgo(application)), type, within)).toMatchObject({
      kind: 'refusal',
      message: expect.stringMatching(says),
    });
  });
});

describe('a HelmRelease of Flux', () => {
  test('is suspended and resumed itself, and not what applies it', async () => {
    const client = await world(ofRelease());
    const suspend = await prepare(client, 'SuspendSync', 'shop');
    expect(suspend).toMatchObject({
      fields: [{ path: 'spec.suspend', after: 'true' }],
      leaves: { what: 'HelmRelease shop/cart is suspended', end: 'flux resume helmrelease cart -n shop' },
      blastRadius: { summary: 'not brought to what Git says: what release cart installs in shop' },
    });
    await carryOut(client, suspend);
    const key = { namespace: 'shop', name: 'cart' };
    expect((await client.get(helmReleases, key))?.spec.suspend).toBe(true);
    await carryOut(client, await prepare(client, 'ResumeSync'));
    expect((await client.get(helmReleases, key))?.spec.suspend).toBe(false);
  });

  test.each<{ name: string; release: object; within?: string; says: RegExp }>([
    {
      name: 'whose suspend stands in Git',
      release: { metadata: { managedFields: [{ manager: 'kustomize-controller', fieldsV1: { 'f:spec': { 'f:suspend': {} } } }] } },
      says: /has spec\.suspend in Git/,
    },
    { name: 'that reaches beyond the plan', release: {}, within: 'bank', says: /this plan is about bank alone/ },
  ])('$name is refused', async ({ release, within, says }) => {
    expect(await prepare(await world(ofRelease(release)), 'SuspendSync', within)).toMatchObject({
      kind: 'refusal',
      message: expect.stringMatching(says),
    });
  });
});
