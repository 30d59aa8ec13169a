import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../../src/investigate/diagnose.ts';
import { parseBundle } from '../../../../src/sources/frozen/bundle.ts';
import { gatherFrozen } from '../../../../src/sources/frozen/gather.ts';
import { createCleaner } from '../../../../src/sources/text.ts';

const cleaner = createCleaner((text) => text);
const meta = (name: string, more: object = {}) => ({
  name,
  namespace: 'shop',
  uid: `uid-${name}`,
  creationTimestamp: '2026-01-01T10:00:00Z',
  ...more,
});
const labels = { app: 'cart' };
const template = {
  metadata: { labels },
  spec: { containers: [{ name: 'server', image: 'registry.example/cart:1', ports: [{ containerPort: 8080 }] }] },
};
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: meta('cart'),
  spec: { replicas: 1, selector: { matchLabels: labels }, template },
  status: { replicas: 1, readyReplicas: 1, availableReplicas: 1, updatedReplicas: 1 },
};
const owned = (kind: string, name: string) => ({
  ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: `uid-${name}`, controller: true }],
  labels,
});
const replicaSet = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: meta('cart-b', owned('Deployment', 'cart')),
  spec: { replicas: 1, selector: { matchLabels: labels }, template },
  status: { replicas: 1, readyReplicas: 1 },
};
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: meta('cart-b-1', owned('ReplicaSet', 'cart-b')),
  spec: { ...template.spec, nodeName: 'n1' },
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True' }],
    containerStatuses: [{ name: 'server', ready: true, restartCount: 0, state: { running: { startedAt: '2026-01-01T10:00:00Z' } } }],
  },
};
const service = (selector: object) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: meta('cart'),
  spec: { selector, ports: [{ port: 8080 }], clusterIP: '10.96.1.1' },
});
const endpoints = (subsets: unknown) => ({ apiVersion: 'v1', kind: 'Endpoints', metadata: meta('cart'), subsets });

const gather = (items: readonly unknown[], evidence: object = {}) =>
  gatherFrozen(
    parseBundle('x', JSON.stringify({ namespace: 'shop', collectedAt: '2026-01-01T12:00:00Z', objects: { items }, evidence })),
    cleaner,
  );

describe('gatherFrozen', () => {
  test('reads a namespace as a live one', async () => {
    const seen = await gather([deployment, replicaSet, pod, service(labels), endpoints([{ addresses: [{ ip: '10.1.1.1' }] }])]);
    expect(seen.workloads.map(({ ref, complete }) => [ref.name, complete])).toEqual([['cart', true]]);
    expect(seen.pods.map(({ name, owner }) => [name, owner.name])).toEqual([['cart-b-1', 'cart']]);
    expect(seen.services[0]?.endpoints).toEqual({ ready: 1, notReady: 0 });
    expect(diagnose(seen).rootCause).toBeUndefined();
  });

  test('what Endpoints say of a wrong selector is told', async () => {
    const seen = await gather([deployment, replicaSet, pod, service({ app: 'crat' }), endpoints(null)]);
    expect(diagnose(seen).rootCause).toMatchObject({ reason: 'ServiceSelectorMismatch', object: 'Service/shop/cart' });
  });

  test('Endpoints with empty lists are read, and addresses that are not ready are counted apart', async () => {
    const seen = await gather([
      service(labels),
      endpoints([{ addresses: null, notReadyAddresses: [{ ip: '10.1.1.1' }] }]),
      deployment,
      replicaSet,
      pod,
    ]);
    expect(seen.services[0]?.endpoints).toEqual({ ready: 0, notReady: 1 });
  });

  test('Secrets are never looked into', async () => {
    const seen = await gather([deployment, { apiVersion: 'v1', kind: 'Secret', metadata: meta('key'), data: { token: 'aHVudGVyMg==' } }]);
    expect(JSON.stringify(seen)).not.toContain('aHVudGVyMg');
  });

  test('a namespace of nothing has no cause', async () => {
    expect(diagnose(await gather([])).rootCause).toBeUndefined();
  });
});
