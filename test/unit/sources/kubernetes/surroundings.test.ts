import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../../src/kube/object.ts';
import { quotaView, storageClassView, volumeView } from '../../../../src/sources/kubernetes/boundsViews.ts';
import { createListedReader } from '../../../../src/sources/kubernetes/listedReader.ts';
import type { ApiEndpointSlice, ApiServiceObject } from '../../../../src/sources/kubernetes/networkApi.ts';
import { httpRouteRoutes, ingressRoutes, serviceView } from '../../../../src/sources/kubernetes/networkViews.ts';
import { readSurroundings } from '../../../../src/sources/kubernetes/surroundings.ts';
import { createCleaner } from '../../../../src/sources/text.ts';

const cleaner = createCleaner((text) => text);
const meta = (name: string, more: object = {}) => ({ namespace: 'shop', name, uid: name, ...more });
const serviceOf = (spec: NonNullable<ApiServiceObject['spec']>): ApiServiceObject =>
  ({ metadata: meta('cart'), spec }) as unknown as ApiServiceObject;
const slice = (of: string, ...ready: readonly (boolean | null)[]): ApiEndpointSlice =>
  ({
    metadata: meta(`${of}-x`, { labels: { 'kubernetes.io/service-name': of } }),
    endpoints: ready.map((one) => ({ conditions: { ready: one } })),
  }) as unknown as ApiEndpointSlice;

describe('serviceView', () => {
  test.each([
    {
      name: 'a port without a target sends to itself, over TCP',
      spec: { ports: [{ port: 80 }] },
      want: { ports: [{ name: '', port: 80, protocol: 'TCP', targetPort: 80 }] },
    },
    {
      name: 'a target may be a name',
      spec: { ports: [{ port: 80, targetPort: 'http' }] },
      want: { ports: [{ name: '', port: 80, protocol: 'TCP', targetPort: 'http' }] },
    },
    { name: 'without a cluster address it is headless', spec: { clusterIP: 'None' }, want: { headless: true } },
    { name: 'without a selector it selects nobody', spec: {}, want: { selector: {}, type: 'ClusterIP' } },
    {
      name: 'a name outside',
      spec: { type: 'ExternalName', externalName: 'db.example.com' },
      want: { type: 'ExternalName', externalName: 'db.example.com', ports: [] },
    },
  ])('$name', ({ spec, want }) => {
    expect(serviceView(serviceOf(spec), [])).toMatchObject(want);
  });

  test('counts the endpoints of its own slices; what is not said counts as ready, as the API server means it', () => {
    expect(serviceView(serviceOf({}), [slice('cart', true, false), slice('cart', null), slice('other', true)]).endpoints).toEqual({
      ready: 2,
      notReady: 1,
    });
    expect(serviceView(serviceOf({}), []).endpoints).toEqual({ ready: 0, notReady: 0 });
  });

  test('endpoints that could not be listed are unknown, and not none', () => {
    expect(serviceView(serviceOf({}), undefined).endpoints).toBeUndefined();
  });
});

describe('routes', () => {
  const backend = { service: { name: 'cart', port: { number: 80 } } };
  test('an Ingress has one for each path, and one for its default', () => {
    const spec = {
      defaultBackend: { service: { name: 'web', port: { name: 'http' } } },
      tls: [{ hosts: ['a.example'], secretName: 'a-tls' }],
      rules: [
        {
          host: 'a.example',
          http: {
            paths: [
              { path: '/cart', backend },
              { path: '/files', backend: {} },
            ],
          },
        },
        { host: 'b.example' },
      ],
    };
    const found = ingressRoutes({ metadata: meta('web'), spec } as never);
    expect(found.map(({ host, path, backend: { service, port }, tlsSecret }) => [host, path, service, port, tlsSecret])).toEqual([
      ['a.example', '/cart', 'cart', 80, 'a-tls'],
      ['', '/', 'web', 'http', undefined],
    ]);
  });

  test('an HTTPRoute has one for each backend that is a Service, in its own namespace unless it says another', () => {
    const rules = [
      {
        backendRefs: [
          { name: 'cart', port: 80 },
          { name: 'x', namespace: 'other' },
          { name: 'bucket', kind: 'Bucket' },
        ],
      },
    ];
    const found = httpRouteRoutes({ metadata: meta('web'), spec: { rules } } as never, cleaner);
    expect(found.map(({ path, backend: { namespace, service } }) => `${path} ${namespace}/${service}`)).toEqual([
      '/ shop/cart',
      '/ other/x',
    ]);
  });
});

describe('bounds', () => {
  test('a quota is read in plain numbers, as it is enforced', () => {
    const quota = quotaView({
      metadata: meta('q'),
      spec: { hard: { pods: '9' } },
      status: { hard: { 'requests.cpu': '1500m', 'requests.storage': '5Gi', x: 'many' }, used: { 'requests.cpu': '250m' } },
    } as never);
    expect(quota.hard).toEqual({ 'requests.cpu': 1.5, 'requests.storage': 5 * 2 ** 30 });
    expect(quota.used).toEqual({ 'requests.cpu': 0.25 });
  });

  test('a volume without a class, a size or a claim has none', () => {
    expect(volumeView({ metadata: { name: 'pv', uid: 'pv' } } as never)).toMatchObject({
      storageClass: '',
      accessModes: [],
      capacityBytes: undefined,
      claim: undefined,
      phase: 'Unknown',
    });
  });

  test('a storage class says whether it waits for the pod, and whether it is the default', () => {
    const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
    const found = storageClassView({
      metadata: { name: 'a', uid: 'a', annotations },
      provisioner: 'p',
      volumeBindingMode: 'WaitForFirstConsumer',
    } as never);
    expect(found).toEqual({ name: 'a', provisioner: 'p', bindsLate: true, isDefault: true });
  });
});

describe('readSurroundings', () => {
  const objects = [
    { apiVersion: 'v1', kind: 'Service', metadata: meta('cart'), spec: { selector: { app: 'cart' }, ports: [{ port: 80 }] } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: meta('cart') },
    { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'pv', uid: 'pv' } },
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop', uid: 'shop', deletionTimestamp: '2026-01-01T11:00:00Z' },
      spec: { finalizers: ['kubernetes'] },
    },
  ] as unknown as readonly KubeObject[];
  const reader = createListedReader(objects, async () => undefined);

  test('reads what lies in a namespace, and the namespace itself where it is being deleted', async () => {
    const seen = await readSurroundings(reader, ['shop'], false, cleaner);
    expect(seen.services.map(({ name }) => name)).toEqual(['cart']);
    expect(seen.serviceAccounts).toEqual(['shop/cart']);
    expect(seen.deleting).toMatchObject([{ ref: { kind: 'Namespace', name: 'shop' }, finalizers: ['kubernetes'] }]);
    expect(seen.volumes).toEqual([]);
  });

  test('reads volumes where a pod waits for one', async () => {
    expect((await readSurroundings(reader, ['shop'], true, cleaner)).volumes.map(({ name }) => name)).toEqual(['pv']);
  });

  test('what could not be listed is none, and leaves the rest', async () => {
    const seen = await readSurroundings({ ...reader, list: async () => undefined }, ['shop'], true, cleaner);
    expect([seen.services, seen.volumes, seen.quotas]).toEqual([[], [], []]);
  });
});
