/** What was synced when, by real controllers of Flux over a real Git server; and who changed what, by a real API server's bookkeeping. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubeClient } from '../../../src/kube/client.ts';
import { defineResource, type KubeObject } from '../../../src/kube/object.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { createCallBudget } from '../../../src/sources/budget.ts';
import { type Deliveries, gatherDeliveries } from '../../../src/sources/deliveries/gather.ts';
import { claimsOn } from '../../../src/sources/deliveries/owners.ts';
import { workloadResources } from '../../../src/sources/kubernetes/api.ts';
import { managedFieldChanges } from '../../../src/sources/kubernetes/managedFieldChanges.ts';
import { createCleaner } from '../../../src/sources/text.ts';
import { startFlux } from '../../cluster/addons/flux.ts';
import { startGitServer } from '../../cluster/addons/gitServer.ts';
import { type Cluster, startCluster } from '../../cluster/cluster.ts';
import { testClient } from '../../support/testClient.ts';
import { until } from '../../support/until.ts';
import { type Person, person } from '../gitops/support/people.ts';

const cleaner = createCleaner(createRedactor().text);
const source = defineResource({
  group: 'source.toolkit.fluxcd.io',
  version: 'v1',
  kind: 'GitRepository',
  plural: 'gitrepositories',
  namespaced: true,
});
const kustomization = defineResource({
  group: 'kustomize.toolkit.fluxcd.io',
  version: 'v1',
  kind: 'Kustomization',
  plural: 'kustomizations',
  namespaced: true,
});
const CART = { namespace: 'default', name: 'cart' };
const cart = (image: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: default}
spec:
  replicas: 2
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec: {containers: [{name: app, image: "${image}"}]}
`;

let cluster: Cluster;
let client: KubeClient;
let ada: Person;
const start = Date.now() - 60_000;

beforeAll(async () => {
  cluster = await startCluster({ level: 'api' });
  client = testClient(cluster.kubeconfigPath);
  await startFlux(cluster);
  const server = await startGitServer(cluster.workspace);
  const { url, dir } = await server.createRepository('shop');
  ada = person(dir);
  ada.commit('Begin', { 'cart.yaml': cart('cart:1') });
  const metadata = { name: 'shop', namespace: 'flux-system' };
  await client.create(source, { metadata, spec: { url, interval: '1s', ref: { branch: 'main' } } } as never);
  const spec = { interval: '1s', path: './', prune: true, sourceRef: { kind: 'GitRepository', name: 'shop' } };
  await client.create(kustomization, { metadata, spec } as never);
});
afterAll(async () => {
  ada?.stop();
  await client?.close();
  await cluster?.stop();
});

async function ask(more: readonly KubeObject[] = []): Promise<Deliveries> {
  const deployment = await client.get(workloadResources.Deployment, CART);
  const deps = { kube: client, budget: createCallBudget(50, 4), cleaner, signal: AbortSignal.timeout(20_000) };
  return gatherDeliveries(deps, claimsOn([deployment, ...more]), { start, end: Date.now() + 60_000 });
}

/** Once Flux says so, and is not about to try again: what it says of the object while it does is not its last word. */
const delivered = (kind: string, commit: string, outcome: string): Promise<Deliveries> =>
  until(`${kind} ${outcome} ${commit}`, async () => {
    const found = await ask();
    const isSaid = found.deliveries.some((each) => each.object.kind === kind && each.commit === commit && each.outcome === outcome);
    const isBusy = found.states.some(({ object, sync }) => object.kind === kind && sync === 'Progressing');
    return isSaid && !isBusy ? found : undefined;
  });

describe('Flux', () => {
  test('tells of each commit when it was fetched, when it was applied, and that one failed', async () => {
    const first = ada.tip();
    await delivered('Kustomization', first, 'Applied');
    const second = ada.commit('Raise', { 'cart.yaml': cart('cart:2') });
    await delivered('Kustomization', second, 'Applied');
    const broken = ada.commit('Break', { 'cart.yaml': cart('cart:3').replace('replicas: 2', 'replicas: many') });
    const { deliveries, states, gaps } = await delivered('Kustomization', broken, 'Failed');

    const applied = deliveries.filter(({ object, outcome }) => object.kind === 'Kustomization' && outcome === 'Applied');
    expect(applied.map(({ commit }) => commit)).toEqual([second, first]);
    expect(applied.map(({ at }) => at)).toEqual(applied.map(({ at }) => at).toSorted((a, b) => b - a));
    expect(deliveries.find(({ object, outcome }) => object.kind === 'GitRepository' && outcome === 'Fetched')).toMatchObject({
      commit: broken,
    });
    expect(states.find(({ object }) => object.kind === 'Kustomization')).toMatchObject({
      engine: 'Flux',
      sync: 'Failed',
      suspended: false,
      message: expect.stringContaining('replicas'),
    });
    expect(gaps).toEqual([]);
  });

  test('of a kind that the cluster does not serve is nothing', async () => {
    const mark = {
      metadata: { annotations: { 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:default/cart' } },
    } as unknown as KubeObject;
    expect((await ask([mark])).gaps).toEqual([]);
  });
});

describe('managed fields', () => {
  test('tell an edit by hand from what the engine applied', async () => {
    const patch = { spec: { replicas: 5, template: { spec: { containers: [{ name: 'app', image: 'cart:by-hand' }] } } } };
    await client.patch(workloadResources.Deployment, CART, patch, { type: 'strategic', fieldManager: 'kubectl-edit' });
    const [newest, ...older] = managedFieldChanges(await client.get(workloadResources.Deployment, CART), cleaner);
    expect(newest).toMatchObject({ manager: 'kubectl-edit', by: 'person', operation: 'Update' });
    expect(newest?.fields).toEqual([
      { object: 'Deployment/default/cart', path: 'spec.replicas', after: '5' },
      { object: 'Deployment/default/cart', path: 'spec.template.spec.containers[app].image', after: 'cart:by-hand' },
    ]);
    expect(older).toMatchObject([{ manager: 'kustomize-controller', by: 'engine', operation: 'Apply' }]);
  });
});
