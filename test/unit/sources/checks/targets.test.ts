import { describe, expect, test } from 'vitest';
import { hostsNamedBy, type NamingObjects } from '../../../../src/sources/checks/targets.ts';

const metadata = { name: 'shop', namespace: 'web' };
const ingress = (spec: object) => ({ ingresses: [{ metadata, spec }] });
const gateway = (...listeners: readonly object[]) => ({ gateways: [{ metadata, spec: { listeners } }] });
const service = (spec: object) => ({ services: [{ metadata, spec }] });

describe('hosts that may be checked', () => {
  test.each<{ name: string; objects: NamingObjects; want: readonly string[] }>([
    { name: 'are those of an Ingress', objects: ingress({ rules: [{ host: 'Shop.example.com' }] }), want: ['http shop.example.com:80'] },
    {
      name: 'are asked over TLS too where the Ingress has a certificate for them',
      objects: ingress({ rules: [{ host: 'shop.example.com' }, { host: 'other.example.com' }], tls: [{ hosts: ['shop.example.com'] }] }),
      want: ['http shop.example.com:80', 'https shop.example.com:443', 'http other.example.com:80'],
    },
    {
      name: 'are asked over TLS under a certificate for all of a domain',
      objects: ingress({ rules: [{ host: 'shop.example.com' }], tls: [{ hosts: ['*.example.com'] }] }),
      want: ['http shop.example.com:80', 'https shop.example.com:443'],
    },
    {
      name: 'have a path where it can be asked for',
      objects: ingress({ rules: [{ host: 'a.example.com', http: { paths: [{ path: '/api' }] } }] }),
      want: ['http a.example.com:80/api'],
    },
    {
      name: 'have no path that is a pattern',
      objects: ingress({ rules: [{ host: 'a.example.com', http: { paths: [{ path: '/a(/|$)(.*)' }] } }] }),
      want: ['http a.example.com:80'],
    },
    { name: 'are not wildcards', objects: ingress({ rules: [{ host: '*.example.com' }, {}] }), want: [] },
    {
      name: 'are no addresses, however they are written',
      objects: ingress({
        rules: ['169.254.169.254', '2130706433', '0x7f.0x1', '0x7f000001', '127.1', '[::1]', 'a.1'].map((host) => ({ host })),
      }),
      want: [],
    },
    {
      name: 'hold nothing that a resolver or a header would trip over',
      objects: ingress({ rules: ['a b', 'a\r\nx: y', 'user@host', 'host:80', 'a..b', '-a', ''].map((host) => ({ host })) }),
      want: [],
    },
    {
      name: 'are those of the listeners of a Gateway',
      objects: gateway(
        { hostname: 'a.example.com', port: 8443, protocol: 'HTTPS' },
        { hostname: 'b.example.com', port: 443, protocol: 'TLS' },
        { port: 80, protocol: 'HTTP' },
        { hostname: 'c.example.com', port: 53, protocol: 'UDP' },
      ),
      want: ['https a.example.com:8443', 'tls b.example.com:443'],
    },
    {
      name: 'are those that routes name on a listener that takes several',
      objects: {
        ...gateway({ name: 'all', hostname: '*.example.com', port: 443, protocol: 'HTTPS' }, { name: 'any', port: 80, protocol: 'HTTP' }),
        routes: [
          { metadata, spec: { hostnames: ['Cart.example.com', 'cart.other.test'], parentRefs: [{ name: 'shop', sectionName: 'all' }] } },
          { metadata, spec: { hostnames: ['x.example.com'], parentRefs: [{ name: 'shop', namespace: 'elsewhere' }] } },
          { metadata, spec: { hostnames: ['y.example.com'], parentRefs: [{ kind: 'Service', name: 'shop' }] } },
          {
            metadata: { name: 'api', namespace: 'team' },
            spec: { hostnames: ['api.test'], parentRefs: [{ name: 'shop', namespace: 'web' }] },
          },
        ],
      },
      want: ['https cart.example.com:443', 'http api.test:80'],
    },
    {
      name: 'are Services, by what their ports say they speak',
      objects: service({
        ports: [
          { port: 80 },
          { port: 8080, name: 'http-api' },
          { port: 5432, name: 'db' },
          { port: 9443, appProtocol: 'https' },
          { port: 53, protocol: 'UDP' },
        ],
      }),
      want: ['http shop.web.svc:80', 'http shop.web.svc:8080', 'tcp shop.web.svc:5432', 'https shop.web.svc:9443'],
    },
    {
      name: 'are absolute where the domain of the cluster is known',
      objects: { ...service({ ports: [{ port: 80 }] }), clusterDomain: 'cluster.local' },
      want: ['http shop.web.svc.cluster.local:80'],
    },
    {
      name: 'are what a Service of type ExternalName names, outside',
      objects: service({ type: 'ExternalName', externalName: 'db.example.com.', ports: [{ port: 5432 }] }),
      want: ['tcp db.example.com:5432 outside'],
    },
    {
      name: 'come once',
      objects: ingress({ rules: [{ host: 'a.example.com' }, { host: 'a.example.com' }] }),
      want: ['http a.example.com:80'],
    },
    {
      name: 'are none in what is no such object',
      objects: { ingresses: [null, 7, { metadata }, { metadata: { name: '../x' }, spec: {} }], services: [{}], gateways: ['x'] },
      want: [],
    },
  ])('$name', ({ objects, want }) => {
    const told = hostsNamedBy(objects).map(
      ({ host, port, speech, path = '', inCluster, from }) =>
        `${speech} ${host}:${port}${path}${from === 'Service' && !inCluster ? ' outside' : ''}`,
    );
    expect(told).toEqual(want);
  });

  test('carry the object that names them', () => {
    expect(hostsNamedBy(ingress({ rules: [{ host: 'a.example.com' }] }))[0]).toMatchObject({
      from: 'Ingress',
      inCluster: false,
      object: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace: 'web', name: 'shop' },
    });
  });
});
