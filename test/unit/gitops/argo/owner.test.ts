/** From an object to the Application that manages it, and what of it can be written to; and what is not followed. */
import { describe, expect, test } from 'vitest';
import { type Application, type ApplicationSource, applications } from '../../../../src/gitops/argo/resources.ts';
import { findOwner } from '../../../../src/gitops/owner.ts';
import { deployments } from '../../../../src/gitops/resources.ts';
import type { KubeClient } from '../../../../src/kube/client.ts';
import { createMemoryKube } from '../../../support/memoryKube.ts';

const REPOSITORY = 'https://git.test/config';
const managed = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'cart' };
const inGit: ApplicationSource = { repoURL: REPOSITORY, targetRevision: 'main', path: 'apps/cart' };

interface World {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly manager?: string;
  readonly spec?: Partial<Application['spec']>;
  readonly status?: Partial<NonNullable<Application['status']>>;
  readonly ownedBy?: string;
  /** Further Applications. */
  readonly others?: readonly { name: string; source: ApplicationSource; resources?: NonNullable<Application['status']>['resources'] }[];
}

const TRACKED = { 'argocd.argoproj.io/tracking-id': 'cart:apps/Deployment:shop/cart' };
const automated = { syncPolicy: { automated: {} } };
const destination = { server: 'https://kubernetes.default.svc', namespace: 'shop' };

async function lookIn({ labels = {}, annotations = TRACKED, manager, spec = {}, status = {}, ownedBy, others = [] }: World) {
  const kube = createMemoryKube();
  const managedFields = manager === undefined ? [] : [{ manager, operation: 'Update' }];
  await kube.create(deployments, { metadata: { name: 'cart', namespace: 'shop', labels, annotations, managedFields } });
  const set = { apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: ownedBy ?? '', uid: 's', controller: true };
  await kube.create(applications, {
    metadata: { name: 'cart', namespace: 'argocd', annotations: {}, ...(ownedBy === undefined ? {} : { ownerReferences: [set] }) },
    spec: { source: inGit, destination, ...automated, ...spec },
    status: { sync: { status: 'Synced', revision: 'a'.repeat(40) }, resources: [managed], sourceType: 'Directory', ...status },
  });
  for (const { name, source, resources = [] } of others) {
    await kube.create(applications, {
      metadata: { name, namespace: 'argocd' },
      spec: { source, destination, ...automated },
      status: { sync: { status: 'Synced' }, resources, sourceType: source.helm === undefined ? 'Directory' : 'Helm' },
    });
  }
  return findOwner(kube as unknown as KubeClient, { kind: 'Deployment', namespace: 'shop', name: 'cart' });
}

test.each<[string, ApplicationSource, string]>([
  [
    'of a Helm repository',
    { repoURL: 'https://charts.test', chart: 'redis', targetRevision: '1.2.0' },
    'helm template cart redis --repo https://charts.test --version 1.2.0 --namespace shop --values values.yaml',
  ],
  [
    'of a registry',
    { repoURL: 'registry.test/charts', chart: 'redis', targetRevision: '1.2.0' },
    'helm template cart oci://registry.test/charts/redis --version 1.2.0 --namespace shop --values values.yaml',
  ],
])('a chart %s is handed over with the command that renders it', async (_name, source, command) => {
  expect(await lookIn({ spec: { source } })).toMatchObject({
    engine: 'Unsupported',
    reason: expect.stringContaining('takes chart redis from'),
    commands: expect.arrayContaining([command]),
  });
  const quoted = await lookIn({ spec: { source: { ...source, targetRevision: '$(reboot)' } } });
  expect(quoted).toMatchObject({ engine: 'Unsupported', commands: [] });
});

describe('an object of Argo CD', () => {
  test('leads to the Application, its repository, branch and sources', async () => {
    expect(await lookIn({})).toMatchObject({
      engine: 'ArgoCD',
      object: { kind: 'Application', namespace: 'argocd', name: 'cart' },
      repository: REPOSITORY,
      ref: 'main',
      path: 'apps/cart',
      suspended: false,
      ready: { ok: true },
      revision: 'a'.repeat(40),
      fieldManager: 'argocd-controller',
      build: {
        type: 'ArgoCD',
        name: 'cart',
        sourceTypes: ['Directory'],
        fixed: expect.stringMatching(/nobody applies it from Git/),
        others: [],
      },
    });
  });

  const helm = (files: readonly string[], path = 'apps/cart'): ApplicationSource => ({
    ...inGit,
    repoURL: `${REPOSITORY}.git`,
    path,
    helm: { valueFiles: files },
  });
  const parent = {
    name: 'root',
    source: { ...inGit, path: 'argo' },
    resources: [{ group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name: 'cart' }],
  };
  test.each<World & { name: string; want: object }>([
    { name: 'by its old label', annotations: {}, labels: { 'argocd.argoproj.io/instance': 'cart' }, want: { engine: 'ArgoCD' } },
    {
      name: 'by the label that everybody uses, where Argo CD has written the object',
      annotations: {},
      labels: { 'app.kubernetes.io/instance': 'cart' },
      manager: 'argocd-controller',
      want: { engine: 'ArgoCD' },
    },
    {
      name: 'not by the label that everybody uses alone',
      annotations: {},
      labels: { 'app.kubernetes.io/instance': 'cart' },
      want: { engine: 'None' },
    },
    { name: 'on the default branch', spec: { source: { ...inGit, targetRevision: 'HEAD' } }, want: { ref: 'HEAD' } },
    { name: 'on a branch by its full name', spec: { source: { ...inGit, targetRevision: 'refs/heads/live' } }, want: { ref: 'live' } },
    { name: 'that is not synced automatically', spec: { syncPolicy: {} }, want: { suspended: true } },
    { name: 'whose automatic sync is off', spec: { syncPolicy: { automated: { enabled: false } } }, want: { suspended: true } },
    {
      name: 'that can’t be compared',
      status: { conditions: [{ type: 'ComparisonError', message: 'no such path' }] },
      want: { ready: { ok: false, reason: 'ComparisonError', message: 'no such path' } },
    },
    {
      name: 'whose last sync is what counts while it is out of sync',
      status: {
        sync: { status: 'OutOfSync', revision: 'b'.repeat(40) },
        operationState: { phase: 'Succeeded', syncResult: { revision: 'a'.repeat(40) } },
      },
      want: { revision: 'a'.repeat(40) },
    },
    {
      name: 'beside others that are made from the same repository',
      others: [{ name: 'staging', source: helm(['values-staging.yaml']) }],
      want: { build: { others: [{ name: 'staging', path: 'apps/cart', isChart: true, valueFiles: ['apps/cart/values-staging.yaml'] }] } },
    },
    {
      name: 'that another Application applies from the same branch',
      others: [parent],
      want: { through: { object: { name: 'root' } }, build: { outer: { type: 'ArgoCD', name: 'root' }, others: [] } },
    },
    {
      name: 'that another Application applies from another repository',
      others: [{ ...parent, source: { ...parent.source, repoURL: 'https://git.test/root' } }],
      want: { build: { fixed: expect.stringMatching(/has to be changed in https:\/\/git\.test\/root/) } },
    },
    {
      name: 'that an ApplicationSet makes',
      ownedBy: 'carts',
      want: { build: { fixed: expect.stringMatching(/made by ApplicationSet carts/) } },
    },
    {
      name: 'with several sources',
      spec: {
        sources: [inGit, { ...inGit, path: 'apps/more' }, { repoURL: 'https://charts.test', chart: 'redis', targetRevision: '1.0.0' }],
      },
      want: { engine: 'ArgoCD', path: 'apps/cart' },
    },
  ])('is found $name', async ({ want, name: _name, ...world }) => {
    expect(await lookIn(world)).toMatchObject(want);
  });

  test.each<World & { name: string; by?: string; reason: RegExp }>([
    { name: 'that no Application lists', status: { resources: [] }, reason: /no Application says that it manages it/ },
    {
      name: 'that two Applications list',
      others: [{ name: 'again', source: inGit, resources: [managed] }],
      by: 'Several',
      reason: /argocd\/cart and argocd\/again both say/,
    },
    {
      name: 'that Flux claims, too',
      labels: { 'kustomize.toolkit.fluxcd.io/name': 'shop', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' },
      by: 'Several',
      reason: /Flux and ArgoCD own it/,
    },
    { name: 'of another cluster', spec: { destination: { name: 'prod', namespace: 'shop' } }, reason: /deploys to another cluster/ },
    { name: 'of a tag', spec: { source: { ...inGit, targetRevision: 'v1.2.0' } }, reason: /follows v1\.2\.0 and not a branch/ },
    { name: 'of a range', spec: { source: { ...inGit, targetRevision: '1.*' } }, reason: /and not a branch/ },
    { name: 'of a commit', spec: { source: { ...inGit, targetRevision: 'c'.repeat(40) } }, reason: /and not a branch/ },
    { name: 'of a plug-in', spec: { source: { ...inGit, plugin: {} } }, reason: /plug-ins are not run/ },
    { name: 'of a plug-in that was found', status: { sourceType: 'Plugin' }, reason: /plug-ins are not run/ },
    { name: 'of a hydrator', spec: { sourceHydrator: {} }, reason: /sourceHydrator/ },
    {
      name: 'of a chart that is elsewhere',
      spec: { source: { repoURL: 'https://charts.test', chart: 'redis' } },
      reason: /takes chart redis from https:\/\/charts\.test/,
    },
    {
      name: 'of a chart that is elsewhere with values from Git',
      spec: {
        sources: [
          { repoURL: 'https://charts.test', chart: 'redis', helm: { valueFiles: ['$values/redis.yaml'] } },
          { ...inGit, ref: 'values' },
        ],
      },
      reason: /takes chart redis/,
    },
    {
      name: 'of two repositories',
      spec: { sources: [inGit, { ...inGit, repoURL: 'https://git.test/other' }] },
      reason: /several repositories or branches/,
    },
    {
      name: 'of two branches',
      spec: { sources: [inGit, { ...inGit, targetRevision: 'live' }] },
      reason: /several repositories or branches/,
    },
  ])('is refused: one $name', async ({ by = 'ArgoCD', reason, name: _name, ...world }) => {
    expect(await lookIn(world)).toMatchObject({ engine: 'Unsupported', by, reason: expect.stringMatching(reason) });
  });
});
