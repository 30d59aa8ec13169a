/** What the executor may do without `dryRun`: the one change that each direct action makes, and nothing beside it; on a real API server. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { daemonSets, deployments, pods, statefulSets, volumeClaims } from '../../../src/gitops/resources.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { defineResource, type KubeObject, type ResourceType } from '../../../src/kube/object.ts';
import { type Cluster, startCluster } from '../../cluster/cluster.ts';
import { describeError } from '../../cluster/lib/poll.ts';
import { applyManifest, installApi } from '../../support/installCrds.ts';
import { asServiceAccount, testClient } from '../../support/testClient.ts';
import { until } from '../../support/until.ts';

const OPERATOR = 'agent-sre';
const SHOP = 'shop';
const nodes = defineResource<KubeObject>({ group: '', version: 'v1', kind: 'Node', plural: 'nodes', namespaced: false });
const kustomizations = defineResource<KubeObject>({
  group: 'kustomize.toolkit.fluxcd.io',
  version: 'v1',
  kind: 'Kustomization',
  plural: 'kustomizations',
  namespaced: true,
});
const helmReleases = defineResource<KubeObject>({
  group: 'helm.toolkit.fluxcd.io',
  version: 'v2',
  kind: 'HelmRelease',
  plural: 'helmreleases',
  namespaced: true,
});
const applications = defineResource<KubeObject>({
  group: 'argoproj.io',
  version: 'v1alpha1',
  kind: 'Application',
  plural: 'applications',
  namespaced: true,
});
const certificates = defineResource<KubeObject>({
  group: 'cert-manager.io',
  version: 'v1',
  kind: 'Certificate',
  plural: 'certificates',
  namespaced: true,
});

let cluster: Cluster;
let admin: KubeClient;
let executor: KubeClient;
beforeAll(async () => {
  cluster = await startCluster({ level: 'api' });
  admin = testClient(cluster.kubeconfigPath);
  await installApi(admin);
  executor = asServiceAccount(admin, OPERATOR, 'agent-sre-executor');
  for (const name of [SHOP, 'flux-system', 'argocd'])
    await applyManifest(admin, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  for (const namespace of [SHOP, 'kube-system'])
    await applyManifest(admin, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } });
  const custom = [kustomizations, helmReleases, applications, certificates];
  for (const resource of custom) await applyManifest(admin, crdOf(resource));
  for (const resource of custom) {
    await until(`${resource.kind} is served`, () => admin.list(resource, { namespace: SHOP }).catch(() => undefined));
  }
  for (const object of objects() as unknown as readonly KubeObject[]) {
    const resource = [deployments, statefulSets, daemonSets, pods, volumeClaims, nodes, ...custom].find(({ kind }) => kind === object.kind);
    if (resource === undefined) throw new Error(`no resource is known for ${object.kind}`);
    await admin.create<KubeObject>(resource, object);
  }
}, 120_000);
afterAll(async () => {
  await Promise.all([executor, admin].map((client) => client.close()));
  await cluster.stop();
});

/** Any shape: what is tried here is who may write it. */
function crdOf({ group, version, kind, plural }: ResourceType) {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { kind, plural },
      scope: 'Namespaced',
      versions: [
        { name: version, served: true, storage: true, schema, ...(kind === 'Application' ? {} : { subresources: { status: {} } }) },
      ],
    },
  } as const;
}

const template = { metadata: { labels: { app: 'cart' } }, spec: { containers: [{ name: 'app', image: 'a:1' }] } };
function objects() {
  const workload = (kind: string, namespace: string, more: object = {}) => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'cart', namespace, labels: { team: 'a' } },
    spec: { selector: { matchLabels: { app: 'cart' } }, template, ...more },
  });
  const controller = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'cart-1', uid: 'u', controller: true };
  const pod = (name: string, namespace: string, metadata: object) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, ...metadata },
    spec: template.spec,
  });
  const claim = (namespace: string) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  });
  return [
    workload('Deployment', SHOP),
    workload('Deployment', 'kube-system'),
    workload('StatefulSet', SHOP, { serviceName: 'cart' }),
    workload('DaemonSet', SHOP),
    pod('owned', SHOP, { ownerReferences: [controller] }),
    pod('owned', 'kube-system', { ownerReferences: [controller] }),
    pod('bare', SHOP, {}),
    claim(SHOP),
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' }, spec: {} },
    {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'shop', namespace: 'flux-system' },
      spec: { path: './a', prune: true },
    },
    {
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: { name: 'shop', namespace: 'flux-system' },
      spec: { values: {} },
    },
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'shop', namespace: 'argocd' },
      spec: { project: 'default', syncPolicy: { automated: { prune: true, selfHeal: true } } },
      status: { sync: { status: 'Synced' } },
    },
    { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: { name: 'tls', namespace: SHOP }, spec: { secretName: 's' } },
  ];
}

interface Attempt {
  readonly name: string;
  readonly resource: ResourceType;
  readonly key: { readonly name: string; readonly namespace?: string };
  readonly patch: object;
  readonly subresource?: string;
}

const cart = { name: 'cart', namespace: SHOP };
const restarted = (more: object = {}) => ({
  spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00Z', ...more } } } },
});
const n1 = { name: 'n1' };
const shop = { name: 'shop', namespace: 'flux-system' };
const application = { name: 'shop', namespace: 'argocd' };
const tls = { name: 'tls', namespace: SHOP };
const data = { name: 'data', namespace: SHOP };
const storage = (size: string) => ({ spec: { resources: { requests: { storage: size } } } });

const tried = (client: KubeClient, { resource, key, patch, subresource }: Attempt, dryRun: boolean): Promise<string> =>
  client
    .patch(resource, key, patch, { type: 'merge', dryRun, ...(subresource === undefined ? {} : { subresource }) })
    .then(() => 'it was admitted', describeError);

describe('the executor', () => {
  test.each<Attempt>([
    { name: 'tries anything out', resource: deployments, key: cart, patch: { spec: { replicas: 7 } } },
    {
      name: 'tries a protected namespace out',
      resource: deployments,
      key: { ...cart, namespace: 'kube-system' },
      patch: { spec: { replicas: 7 } },
    },
  ])('$name', async (attempt) => {
    expect(await tried(executor, attempt, true)).toBe('it was admitted');
  });

  test.each<Attempt>([
    { name: 'more than restarts a Deployment', resource: deployments, key: cart, patch: { spec: { ...restarted().spec, replicas: 3 } } },
    { name: 'scales', resource: deployments, key: cart, patch: { spec: { replicas: 3 } } },
    {
      name: 'sets an image',
      resource: deployments,
      key: cart,
      patch: { spec: { template: { spec: { containers: [{ name: 'app', image: 'evil:1' }] } } } },
    },
    { name: 'adds another annotation to the template', resource: deployments, key: cart, patch: restarted({ 'evil.example/x': '1' }) },
    {
      name: 'changes labels beside a restart',
      resource: deployments,
      key: cart,
      patch: { ...restarted(), metadata: { labels: { team: 'b' } } },
    },
    {
      name: 'adds a label to the template',
      resource: deployments,
      key: cart,
      patch: { spec: { template: { metadata: { labels: { x: 'y' } } } } },
    },
    { name: 'restarts in a protected namespace', resource: deployments, key: { ...cart, namespace: 'kube-system' }, patch: restarted() },
    { name: 'drains a node by a taint', resource: nodes, key: n1, patch: { spec: { taints: [{ key: 'x', effect: 'NoExecute' }] } } },
    { name: 'labels a node', resource: nodes, key: n1, patch: { metadata: { labels: { 'node-role.kubernetes.io/control-plane': '' } } } },
    { name: 'moves a Kustomization', resource: kustomizations, key: shop, patch: { spec: { suspend: true, path: './evil' } } },
    { name: 'stops a Kustomization from pruning', resource: kustomizations, key: shop, patch: { spec: { prune: false } } },
    {
      name: 'changes the values of a HelmRelease',
      resource: helmReleases,
      key: shop,
      patch: { spec: { suspend: true, values: { a: 1 } } },
    },
    { name: 'moves an Application', resource: applications, key: application, patch: { spec: { project: 'other' } } },
    {
      name: 'has an Application prune what it did not prune',
      resource: applications,
      key: application,
      patch: { spec: { syncPolicy: { automated: { allowEmpty: true } } } },
    },
    {
      name: 'gives an Application other options',
      resource: applications,
      key: application,
      patch: { spec: { syncPolicy: { syncOptions: ['Replace=true'] } } },
    },
    {
      name: 'has an Application sync at once',
      resource: applications,
      key: application,
      patch: { operation: { sync: { revision: 'evil' } } },
    },
    {
      name: 'says that an Application is synced',
      resource: applications,
      key: application,
      patch: { status: { sync: { status: 'OutOfSync' } } },
    },
    { name: 'has a Certificate written elsewhere', resource: certificates, key: tls, patch: { spec: { secretName: 'other' } } },
    {
      name: 'makes up a Certificate’s times',
      resource: certificates,
      key: tls,
      patch: { status: { notAfter: '2099-01-01T00:00:00Z' } },
      subresource: 'status',
    },
    { name: 'makes a claim smaller', resource: volumeClaims, key: data, patch: storage('1Mi') },
    {
      name: 'moves a claim to another class',
      resource: volumeClaims,
      key: data,
      patch: { spec: { ...storage('2Gi').spec, volumeName: 'stolen' } },
    },
    { name: 'patches a pod', resource: pods, key: { name: 'owned', namespace: SHOP }, patch: { metadata: { labels: { app: 'none' } } } },
  ])('never $name', async (attempt) => {
    const said = await tried(executor, attempt, false);
    expect(said).not.toBe('it was admitted');
    expect(said).toMatch(/dryRun only|cannot patch|spec is immutable|Forbidden/u);
  });

  test.each<Attempt>([
    { name: 'restarts a Deployment', resource: deployments, key: cart, patch: restarted() },
    { name: 'restarts a StatefulSet', resource: statefulSets, key: cart, patch: restarted() },
    { name: 'restarts a DaemonSet', resource: daemonSets, key: cart, patch: restarted() },
    {
      name: 'cordons a node',
      resource: nodes,
      key: n1,
      patch: { metadata: { annotations: { 'agentsre.io/cordoned-by': 'p' } }, spec: { unschedulable: true } },
    },
    {
      name: 'uncordons a node',
      resource: nodes,
      key: n1,
      patch: { metadata: { annotations: { 'agentsre.io/cordoned-by': null } }, spec: { unschedulable: null } },
    },
    {
      name: 'suspends a Kustomization',
      resource: kustomizations,
      key: shop,
      patch: { metadata: { annotations: { 'agentsre.io/suspended-by': 'p' } }, spec: { suspend: true } },
    },
    {
      name: 'resumes a Kustomization',
      resource: kustomizations,
      key: shop,
      patch: { metadata: { annotations: { 'agentsre.io/suspended-by': null } }, spec: { suspend: false } },
    },
    {
      name: 'suspends a HelmRelease',
      resource: helmReleases,
      key: shop,
      patch: { metadata: { annotations: { 'agentsre.io/suspended-by': 'p' } }, spec: { suspend: true } },
    },
    {
      name: 'stops the automated sync of an Application',
      resource: applications,
      key: application,
      patch: {
        metadata: { annotations: { 'agentsre.io/suspended-by': 'p', 'agentsre.io/suspended-sync': '{}' } },
        spec: { syncPolicy: { automated: null } },
      },
    },
    {
      name: 'starts the automated sync of an Application',
      resource: applications,
      key: application,
      patch: {
        metadata: { annotations: { 'agentsre.io/suspended-by': null, 'agentsre.io/suspended-sync': null } },
        spec: { syncPolicy: { automated: { prune: true, selfHeal: true } } },
      },
    },
    {
      name: 'has a Certificate issued',
      resource: certificates,
      key: tls,
      patch: { status: { conditions: [{ type: 'Issuing', status: 'True' }] } },
      subresource: 'status',
    },
  ])('$name', async (attempt) => {
    expect(await tried(executor, attempt, false)).toBe('it was admitted');
  });

  test('makes a claim larger, as far as admission is concerned', async () => {
    // The API server itself refuses this one: the claim is not bound. What matters is that it is not our policy that does.
    expect(await tried(executor, { name: '', resource: volumeClaims, key: data, patch: storage('2Gi') }, false)).not.toMatch(
      /dryRun only/u,
    );
  });

  const deleted = (resource: ResourceType, key: Attempt['key']): Promise<string> =>
    executor.delete(resource, key).then(() => 'it was admitted', describeError);

  test('deletes a pod that a controller makes anew', async () => {
    expect(await deleted(pods, { name: 'owned', namespace: SHOP })).toBe('it was admitted');
  });

  test.each<Omit<Attempt, 'patch'>>([
    { name: 'a pod that nobody makes anew', resource: pods, key: { name: 'bare', namespace: SHOP } },
    { name: 'a pod of a protected namespace', resource: pods, key: { name: 'owned', namespace: 'kube-system' } },
    { name: 'a Deployment', resource: deployments, key: cart },
    { name: 'a claim', resource: volumeClaims, key: data },
    { name: 'a node', resource: nodes, key: n1 },
    { name: 'a Kustomization', resource: kustomizations, key: shop },
  ])('never deletes $name', async ({ resource, key }) => {
    const said = await deleted(resource, key);
    expect(said).toMatch(/dryRun only|cannot delete/u);
  });
});
