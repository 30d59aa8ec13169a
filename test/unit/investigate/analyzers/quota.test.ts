import { describe, expect, test } from 'vitest';
import type { Snapshot } from '../../../../src/sources/kubernetes/snapshot.ts';
import { ago, event, node, revision } from '../builders.ts';
import { app, calls, GI, named, pending, quota, says, world } from '../surroundingsBuilders.ts';

const exceeded = (resource: string) =>
  `pods "cart-b-x" is forbidden: exceeded quota: compute, requested: ${resource}=2, used: ${resource}=3, limited: ${resource}=4`;
const lacking = { desired: 2, updated: 1, ready: 1, available: 1, complete: false, revisions: [revision(2, ago(5))] };
const refused = (message: string, more: Parameters<typeof event>[2] = {}) =>
  event('FailedCreate', `Error creating: ${message}`, { kind: 'ReplicaSet', name: 'cart-b', ...more });
const replicaFailure = (message: string, status = 'True') => ({ type: 'ReplicaFailure', status, reason: 'FailedCreate', message });

interface Case {
  readonly name: string;
  readonly seen: Snapshot;
  readonly want: string | undefined;
}

const spent = quota({ services: 2 }, { services: 2 });

describe('quota', () => {
  test.each<Case>([
    ...['pods', 'requests.cpu', 'limits.memory', 'requests.storage'].map((resource) => ({
      name: `names ${resource} by what the controller was told`,
      seen: world(app('cart', { workload: lacking }), app('frontend'), { events: [refused(exceeded(resource))] }),
      want: `QuotaExceeded Deployment/cart ${resource}`,
    })),
    {
      name: 'is told by the condition alone',
      seen: world(app('cart', { workload: { ...lacking, conditions: [replicaFailure(exceeded('limits.cpu'))] } })),
      want: 'QuotaExceeded Deployment/cart limits.cpu',
    },
    {
      name: 'a rollout that is refused while the pods of before still serve',
      seen: world(
        app('cart', {
          workload: {
            ...lacking,
            desired: 1,
            updated: 0,
            podCounts: [{ revision: 'cart-a', current: false, total: 1, ready: 1, oldestAt: ago(900) }],
          },
        }),
        { events: [refused(exceeded('requests.memory'))] },
      ),
      want: 'QuotaExceeded Deployment/cart requests.memory',
    },
    {
      name: 'a quota that wants limits which the pod does not have',
      seen: world(app('cart', { workload: lacking }), {
        events: [refused('pods "cart-b-x" is forbidden: failed quota: compute: must specify limits.cpu for: app')],
      }),
      want: 'QuotaExceeded Deployment/cart limits.cpu',
    },
    {
      name: 'a StatefulSet that may not make its claim',
      seen: world(app('db', { kind: 'StatefulSet', replicas: 0, workload: { ...lacking, updated: 0, revisions: [] } }), {
        events: [
          event(
            'FailedCreate',
            'create Claim data-db-0 for Pod db-0 in StatefulSet db failed error: persistentvolumeclaims "data-db-0" is forbidden: exceeded quota: compute, requested: requests.storage=5Gi, used: requests.storage=9Gi, limited: requests.storage=10Gi',
            { kind: 'StatefulSet', name: 'db' },
          ),
        ],
      }),
      want: 'QuotaExceeded StatefulSet/db requests.storage',
    },
    {
      name: 'a Service that is called and cannot be made',
      seen: world(app('cart', { service: false }), app('frontend', { container: { env: { CART_ADDR: 'cart:8080' } } }), {
        quotas: [spent],
      }),
      want: 'QuotaExceeded Service/cart services',
    },
    {
      name: 'a Service that is missed in a log and cannot be made',
      seen: world(
        app('cart', { service: false }),
        app('frontend'),
        calls('frontend>cart'),
        says('frontend', 'dial tcp: lookup cart on 10.96.0.10:53: no such host'),
        { quotas: [quota({ 'count/services': 5 }, { 'count/services': 5 })] },
      ),
      want: 'QuotaExceeded Service/cart count/services',
    },
    {
      name: 'a quota on Services that is used up and in nobody’s way is not told',
      seen: world(app('cart'), app('frontend', { container: { env: { CART_ADDR: 'cart:8080' } } }), { quotas: [spent] }),
      want: undefined,
    },
    {
      name: 'a worker without a Service is no victim of a quota on Services',
      seen: world(app('worker', { service: false }), app('frontend'), { quotas: [spent] }),
      want: undefined,
    },
    {
      name: 'a quota that is all used and refuses nobody is not told',
      seen: world(app('cart'), { quotas: [quota({ pods: 1, 'requests.memory': GI }, { pods: 1, 'requests.memory': GI })] }),
      want: undefined,
    },
    {
      name: 'a refusal of before, with all pods made since, is not what keeps them from being ready',
      seen: world(pending('cart', '2 Insufficient cpu', { workload: { revisions: [revision(2, ago(50))] } }), {
        events: [refused(exceeded('pods'), { lastAt: ago(45) })],
        nodes: [node('n1')],
      }),
      want: 'InsufficientCPU Deployment/cart',
    },
    {
      name: 'a condition that no longer holds is not told',
      seen: world(app('cart', { workload: { complete: false, conditions: [replicaFailure(exceeded('pods'), 'False')] } })),
      want: undefined,
    },
  ])('$name', ({ seen, want }) => {
    expect(named(seen)).toBe(want);
  });
});
