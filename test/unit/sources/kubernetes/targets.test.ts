/** From what an alert names to the workloads that are meant. */
import { describe, expect, test } from 'vitest';
import type { ObjectRef } from '../../../../src/crds/common.ts';
import { remembering } from '../../../../src/sources/kubernetes/remembering.ts';
import { resolveTargets } from '../../../../src/sources/kubernetes/targets.ts';
import { objectsReader, type Written } from '../../../support/objectsReader.ts';

const deployment = (name: string, labels: object = { app: name }): Written => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, uid: name },
  spec: { selector: { matchLabels: labels }, template: { metadata: { labels } } },
});
const podOf = (owner: string, more: object = {}): Written => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: `${owner}-1`,
    labels: { app: owner },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: owner, uid: owner, controller: true }],
  },
  spec: more,
});
const service = (name: string, selector: object): Written => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector },
});
const autoscaler = (target: string): Written => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'scaler' },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: target } },
});
const claim: Written = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' } };
const using = { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] };
const budget: Written = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'budget' },
  spec: { selector: { matchLabels: { app: 'web' } } },
};
const ingress = (...services: readonly string[]): Written => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'shop' },
  spec: {
    rules: services.map((name) => ({ http: { paths: [{ path: `/${name}`, backend: { service: { name, port: { number: 80 } } } }] } })),
  },
});

const web = [deployment('web'), podOf('web')];
const api = [deployment('api'), podOf('api')];
const to = (kind: string, name: string, apiVersion?: string): ObjectRef => ({
  kind,
  namespace: 'shop',
  name,
  ...(apiVersion && { apiVersion }),
});

describe('a target leads to workloads', () => {
  test.each<{ name: string; objects: readonly Written[]; target: ObjectRef; want: readonly string[] }>([
    {
      name: 'an autoscaler, what it scales',
      objects: [...web, ...api, autoscaler('web')],
      target: to('HorizontalPodAutoscaler', 'scaler'),
      want: ['web'],
    },
    {
      name: 'an autoscaler by an older version of its kind',
      objects: [...web, autoscaler('web')],
      target: to('HorizontalPodAutoscaler', 'scaler', 'autoscaling/v1'),
      want: ['web'],
    },
    {
      name: 'a claim, the pods that use it',
      objects: [...web, deployment('api'), podOf('api', using), claim],
      target: to('PersistentVolumeClaim', 'data'),
      want: ['api'],
    },
    { name: 'a claim that nobody uses, nothing', objects: [...web, claim], target: to('PersistentVolumeClaim', 'data'), want: [] },
    {
      name: 'a disruption budget, what it guards',
      objects: [...web, ...api, budget],
      target: to('PodDisruptionBudget', 'budget'),
      want: ['web'],
    },
    {
      name: 'an Ingress, what is behind its Services',
      objects: [...web, ...api, service('front', { app: 'web' }), service('back', { app: 'api' }), ingress('front', 'back')],
      target: to('Ingress', 'shop'),
      want: ['web', 'api'],
    },
    {
      name: 'an Ingress whose Service is not there, what is called nearly so',
      objects: [...web, ...api, ingress('wbe')],
      target: to('Ingress', 'shop'),
      want: ['web'],
    },
    {
      name: 'a Service, the workloads of its pods',
      objects: [...web, ...api, service('front', { app: 'api' })],
      target: to('Service', 'front'),
      want: ['api'],
    },
    {
      name: 'a Service without pods, the workload that would have them',
      objects: [...web, deployment('api'), service('front', { app: 'api' })],
      target: to('Service', 'front'),
      want: ['api'],
    },
    {
      name: 'a Service that selects nobody, its namesake',
      objects: [...web, ...api, service('web', { app: 'wbe' })],
      target: to('Service', 'web'),
      want: ['web'],
    },
    {
      name: 'a Service that selects nobody and resembles none, nothing',
      objects: [...api, service('metrics', { app: 'prometheus' })],
      target: to('Service', 'metrics'),
      want: [],
    },
  ])('$name', async ({ objects, target, want }) => {
    const { roots, missing, unseen, foreign, around } = await resolveTargets(objectsReader(objects), [target]);
    expect(roots.map(({ ref }) => ref.name)).toEqual(want);
    expect({ missing, unseen, foreign, around }).toEqual({ missing: [], unseen: [], foreign: [], around: ['shop'] });
  });

  test('what is not there is missing, and its surroundings are no part of the question', async () => {
    const target = to('HorizontalPodAutoscaler', 'scaler');
    expect(await resolveTargets(objectsReader(web), [target])).toMatchObject({ roots: [], missing: [target], around: [] });
  });

  test('a kind of that name in another group is foreign', async () => {
    const target = to('Ingress', 'shop', 'networking.internal.knative.dev/v1alpha1');
    expect(await resolveTargets(objectsReader([...web, ingress('web')]), [target])).toMatchObject({ roots: [], foreign: [target] });
  });

  test('the namespace of a namespace is itself', async () => {
    const { around } = await resolveTargets(objectsReader(web), [{ kind: 'Namespace', name: 'shop' }]);
    expect(around).toEqual(['shop']);
  });
});

test('a reader that remembers asks once, and apart for what differs', async () => {
  const reader = objectsReader([...web, service('front', { app: 'web' })]);
  const memory = remembering(reader);
  await resolveTargets(memory, [to('Service', 'front')]);
  const before = reader.asked.length;
  await resolveTargets(memory, [to('Service', 'front')]);
  expect(reader.asked).toHaveLength(before);
  await resolveTargets(memory, [to('Service', 'back')]);
  expect(reader.asked).toContain('get Service back');
});
