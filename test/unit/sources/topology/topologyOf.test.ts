import { describe, expect, test } from 'vitest';
import type { Topology } from '../../../../src/domain/grouping/topology.ts';
import type { KubeObject } from '../../../../src/kube/object.ts';
import { clusterObjectsFrom } from '../../../../src/sources/kubernetes/topology/objects.ts';
import { topologyOf } from '../../../../src/sources/kubernetes/topology/topologyOf.ts';

const NOON = Date.parse('2026-03-01T12:00:00Z');

const object = (kind: string, name: string, rest: Record<string, unknown> = {}, meta: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'shop', uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', ...meta },
  ...rest,
});
const deployment = (name: string, spec: Record<string, unknown> = {}): KubeObject =>
  object('Deployment', name, {
    spec: { template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app', image: 'nginx:1' }], ...spec } } },
  });
const service = (name: string, selector: Record<string, string> = { app: name }): KubeObject =>
  object('Service', name, { spec: { selector } });
const seen = (...objects: readonly KubeObject[]): Topology => topologyOf(clusterObjectsFrom(objects), NOON);
const linksOf = ({ links }: Topology): readonly string[] =>
  links.filter(({ kind }) => kind !== 'pullsFrom').map(({ from, to, kind }) => `${from} ${kind} ${to}`);

describe('a topology tells', () => {
  test('whom a workload is configured to call, in variables, arguments and the ConfigMaps that it takes', () => {
    const env = [
      { name: 'CART_ADDR', value: 'cart:8080' },
      { name: 'DB', value: 'postgres://u:p@postgres.data.svc.cluster.local:5432/shop' },
    ];
    const container = { name: 'app', image: 'a', env, args: ['--mail=mail.shop:25'], envFrom: [{ configMapRef: { name: 'settings' } }] };
    const files = object('ConfigMap', 'settings', { data: { 'app.yaml': 'search: http://search/\nother: https://example.com/cart' } });
    const data = { ...service('postgres'), metadata: { ...service('postgres').metadata, namespace: 'data' } };
    const found = seen(
      deployment('front', { containers: [container] }),
      files,
      data,
      ...['cart', 'mail', 'search', 'ads'].map((name) => service(name)),
    );
    expect(linksOf(found).filter((link) => link.includes(' calls '))).toEqual([
      'Workload/shop/front calls Service/shop/cart',
      'Workload/shop/front calls Service/data/postgres',
      'Workload/shop/front calls Service/shop/mail',
      'Workload/shop/front calls Service/shop/search',
    ]);
  });

  test('that a Service is the one workload behind it, and nobody in particular where it selects nothing', () => {
    const one = seen(deployment('cart'), service('cart-service', { app: 'cart' }));
    expect(one.aliases).toEqual({ 'Service/shop/cart-service': 'Workload/shop/cart' });
    const several = seen(deployment('cart'), deployment('cart-canary'), service('both', {}), service('cart'));
    expect(linksOf(several)).toEqual([]);
  });

  test('what pods need by name, and nothing of what is in a Secret', () => {
    const volumes = [
      { name: 'a', secret: { secretName: 'tls' } },
      { name: 'b', persistentVolumeClaim: { claimName: 'data' } },
      { name: 'c', projected: { sources: [{ configMap: { name: 'kube-root-ca.crt' } }] } },
    ];
    const claim = object('PersistentVolumeClaim', 'data', { spec: { volumeName: 'pv-1', storageClassName: 'fast' } });
    expect(linksOf(seen(deployment('db', { volumes }), claim))).toEqual([
      'Workload/shop/db refersTo Secret/shop/tls',
      'Workload/shop/db mounts PersistentVolumeClaim/shop/data',
      'PersistentVolumeClaim/shop/data storedOn PersistentVolume//pv-1',
      'PersistentVolumeClaim/shop/data provisionedBy StorageClass//fast',
    ]);
  });

  test('where pods run and who owns them', () => {
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'cart-7d9c8b6f5d', uid: 'rs', controller: true };
    const meta = { ownerReferences: [owner], labels: { 'pod-template-hash': '7d9c8b6f5d' } };
    expect(seen(object('Pod', 'cart-7d9c8b6f5d-x2x4z', { spec: { nodeName: 'n1' } }, meta)).placements).toEqual([
      { pod: 'Pod/shop/cart-7d9c8b6f5d-x2x4z', workload: 'Workload/shop/cart', node: 'Node//n1' },
    ]);
  });

  test('what the cluster itself shows to be wrong', () => {
    const node = object(
      'Node',
      'n1',
      { status: { conditions: [{ type: 'Ready', status: 'Unknown', lastTransitionTime: '2026-03-01T11:58:00Z' }] } },
      { namespace: undefined },
    );
    const state = { waiting: { reason: 'ImagePullBackOff', message: 'dial tcp: connect: connection refused' } };
    const status = {
      conditions: [{ type: 'Ready', status: 'False' }],
      containerStatuses: [{ name: 'app', image: 'reg.example.com/cart:1', state }],
    };
    const certificate = object('Certificate', 'tls', { status: { notAfter: '2026-03-01T11:00:00Z' } });
    expect(seen(node, object('Pod', 'cart-0', { status }), certificate).troubles.map(({ entity, words }) => `${entity} ${words}`)).toEqual([
      'Workload/shop/cart-0 cannot pull its image (ImagePullBackOff)',
      'Registry//reg.example.com does not serve images',
      'Workload/shop/cart-0 has no pod that is ready',
      'Node//n1 is NotReady',
      'Certificate/shop/tls has expired',
    ]);
  });

  test('a quota as trouble only when a workload says that it is refused for it', () => {
    const quota = object('ResourceQuota', 'compute', { status: { hard: { pods: '10' }, used: { pods: '10' } } });
    const refused = { type: 'ReplicaFailure', status: 'True', message: 'pods "x" is forbidden: exceeded quota: compute' };
    expect(seen(quota, deployment('cart')).troubles).toEqual([]);
    const found = seen(quota, deployment('cart'), { ...deployment('ads'), status: { conditions: [refused] } } as KubeObject);
    expect(found.troubles.map(({ entity }) => entity)).toEqual(['ResourceQuota/shop/*']);
    expect(linksOf(found)).toEqual(['Workload/shop/ads limitedBy ResourceQuota/shop/*']);
  });

  test('a change of what was there before, and not the making of it', () => {
    const written = (time: string) => ({ managedFields: [{ manager: 'kubectl', operation: 'Apply', time }] });
    const changed = object('ConfigMap', 'settings', {}, written('2026-03-01T11:50:00Z'));
    const made = object('ConfigMap', 'new', {}, { creationTimestamp: '2026-03-01T11:50:00Z', ...written('2026-03-01T11:50:01Z') });
    expect(seen(changed, made).changes).toEqual([{ entity: 'ConfigMap/shop/settings', at: Date.parse('2026-03-01T11:50:00Z') }]);
  });
});
