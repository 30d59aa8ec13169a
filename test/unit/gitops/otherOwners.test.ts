/** Owners without a repository are named, with what a person may type; nothing is done under them. */
import { describe, expect, test } from 'vitest';
import { findOwner } from '../../../src/gitops/owner.ts';
import { deployments, pods, replicaSets } from '../../../src/gitops/resources.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { defineResource, type KubeObject, type ManagedFieldsEntry } from '../../../src/kube/object.ts';
import { createMemoryKube } from '../../support/memoryKube.ts';

interface Rollout extends KubeObject {
  readonly spec?: object;
}
const rollouts = defineResource<Rollout>({
  group: 'argoproj.io',
  version: 'v1alpha1',
  kind: 'Rollout',
  plural: 'rollouts',
  namespaced: true,
});

interface World {
  readonly owners?: readonly { apiVersion: string; kind: string; controller?: boolean }[];
  readonly managedFields?: readonly ManagedFieldsEntry[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly workloadRef?: string;
}

async function lookIn({ owners = [], workloadRef, ...metadata }: World) {
  const kube = createMemoryKube();
  const ownerReferences = owners.map((owner) => ({ name: 'shop', uid: 'u', ...owner }));
  await kube.create(deployments, { metadata: { name: 'cart', namespace: 'shop', ownerReferences, ...metadata } });
  await kube.create(rollouts, {
    metadata: { name: 'cart', namespace: 'shop' },
    spec: { workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: workloadRef ?? 'another' } },
  });
  return findOwner(kube as unknown as KubeClient, { kind: 'Deployment', namespace: 'shop', name: 'cart' });
}

describe('an owner without a repository', () => {
  test.each<World & { name: string; want: object }>([
    {
      name: 'a controller',
      owners: [{ apiVersion: 'flagger.app/v1beta1', kind: 'Canary', controller: true }],
      want: {
        by: 'Controller',
        object: { kind: 'Canary', name: 'shop' },
        reason: expect.stringMatching(/made by Canary shop \(flagger\.app\/v1beta1\)/),
        commands: ['kubectl describe canary.flagger.app shop -n shop', 'kubectl edit canary.flagger.app shop -n shop'],
      },
    },
    {
      name: 'an operator that does not call itself controller',
      owners: [{ apiVersion: 'kafka.strimzi.io/v1beta2', kind: 'Kafka', controller: false }],
      want: { by: 'Controller', reason: expect.stringMatching(/made by Kafka shop/) },
    },
    { name: 'nobody: an owner for the garbage collector', owners: [{ apiVersion: 'v1', kind: 'ConfigMap' }], want: { engine: 'None' } },
    {
      name: 'Flagger, which scales what it is told of',
      managedFields: [{ manager: 'flagger', fieldsV1: { 'f:spec': { 'f:replicas': {} } } }],
      want: { by: 'Controller', reason: expect.stringMatching(/Flagger/) },
    },
    {
      name: 'nobody: Flagger that only looked',
      managedFields: [{ manager: 'flagger', fieldsV1: { 'f:status': {} } }],
      want: { engine: 'None' },
    },
    {
      name: 'a Rollout that runs its template',
      workloadRef: 'cart',
      want: { by: 'Controller', object: { kind: 'Rollout' }, reason: expect.stringMatching(/Rollout cart runs its template/) },
    },
    {
      name: 'Helm, with what takes a release back',
      labels: { 'app.kubernetes.io/managed-by': 'Helm', 'helm.sh/chart': 'cart-0.1.0' },
      annotations: { 'meta.helm.sh/release-name': 'basket', 'meta.helm.sh/release-namespace': 'shop' },
      want: {
        by: 'Helm',
        reason: expect.stringMatching(/Helm release shop\/basket, of chart cart-0\.1\.0, installed it/),
        commands: ['helm history basket -n shop', 'helm get values basket -n shop', 'helm rollback basket -n shop'],
      },
    },
    {
      name: 'Helm of a name that is no name, which is not typed',
      labels: { 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: { 'meta.helm.sh/release-name': 'x; rm -rf /' },
      want: { by: 'Helm', commands: [] },
    },
    {
      name: 'Helm and Flux at once: several',
      labels: { 'app.kubernetes.io/managed-by': 'Helm', 'kustomize.toolkit.fluxcd.io/name': 'shop' },
      annotations: { 'meta.helm.sh/release-name': 'basket' },
      want: { by: 'Several', reason: expect.stringMatching(/Flux and Helm own it/) },
    },
  ])('is $name', async ({ want, name: _name, ...world }) => {
    expect(await lookIn(world)).toMatchObject(want);
  });

  test.each([
    ['a database’s Pod', 'postgresql.cnpg.io/v1', 'Cluster'],
    ['a broker’s Pod', 'core.strimzi.io/v1beta2', 'StrimziPodSet'],
  ])('is found above %s', async (_name, apiVersion, kind) => {
    const kube = createMemoryKube();
    const owner = { apiVersion, kind, name: 'log', uid: 'u', controller: true };
    await kube.create(pods, { metadata: { name: 'log-1', namespace: 'shop', ownerReferences: [owner] } });
    const found = await findOwner(kube as unknown as KubeClient, { kind: 'Pod', namespace: 'shop', name: 'log-1' });
    expect(found).toMatchObject({ by: 'Controller', object: { kind, name: 'log' } });
  });

  test('is found above the ReplicaSet of a Rollout', async () => {
    const kube = createMemoryKube();
    const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'cart', uid: 'u', controller: true };
    const set = await kube.create(replicaSets, { metadata: { name: 'cart-1', namespace: 'shop', ownerReferences: [owner] } });
    const made = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'cart-1', uid: set.metadata.uid, controller: true };
    await kube.create(pods, { metadata: { name: 'cart-1-a', namespace: 'shop', ownerReferences: [made] } });
    const found = await findOwner(kube as unknown as KubeClient, { kind: 'Pod', namespace: 'shop', name: 'cart-1-a' });
    expect(found).toMatchObject({ by: 'Controller', object: { kind: 'Rollout', name: 'cart' } });
  });
});
