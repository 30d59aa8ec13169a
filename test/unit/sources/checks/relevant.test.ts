import { describe, expect, test } from 'vitest';
import { leadingTo } from '../../../../src/sources/checks/relevant.ts';
import { hostsNamedBy, type NamingObjects } from '../../../../src/sources/checks/targets.ts';

const pods = [{ namespace: 'web', labels: { app: 'cart', tier: 'front' } }];
const service = (name: string, selector: object | undefined, namespace = 'web') => ({
  metadata: { name, namespace },
  spec: { selector, ports: [{ port: 80 }] },
});
const cart = service('cart', { app: 'cart' });
const ingress = (host: string, backend: string, namespace = 'web') => ({
  metadata: { name: 'in', namespace },
  spec: { rules: [{ host, http: { paths: [{ path: '/', backend: { service: { name: backend } } }] } }] },
});
const route = (hostnames: readonly string[], backend: object, more: object = {}) => ({
  metadata: { name: 'r', namespace: 'web' },
  spec: { hostnames, parentRefs: [{ name: 'edge', namespace: 'infra' }], rules: [{ backendRefs: [backend] }], ...more },
});
const gateway = (...hostnames: readonly (string | undefined)[]) => ({
  metadata: { name: 'edge', namespace: 'infra' },
  spec: { listeners: hostnames.map((hostname, index) => ({ hostname, port: 443 + index, protocol: 'HTTPS' })) },
});

describe('what leads to pods', () => {
  test.each<{ name: string; objects: NamingObjects; want: readonly string[] }>([
    { name: 'is a Service that selects them', objects: { services: [cart, service('pay', { app: 'pay' })] }, want: ['cart.web.svc:80'] },
    { name: 'is not a Service of another namespace', objects: { services: [service('cart', { app: 'cart' }, 'other')] }, want: [] },
    { name: 'is not a Service without a selector', objects: { services: [service('all', {}), service('none', undefined)] }, want: [] },
    {
      name: 'is an Ingress on such a Service',
      objects: {
        services: [cart],
        ingresses: [ingress('shop.test', 'cart'), ingress('pay.test', 'pay'), ingress('x.test', 'cart', 'other')],
      },
      want: ['shop.test:80', 'cart.web.svc:80'],
    },
    {
      name: 'is an Ingress whose default leads there',
      objects: {
        services: [cart],
        ingresses: [
          {
            metadata: { name: 'in', namespace: 'web' },
            spec: { defaultBackend: { service: { name: 'cart' } }, rules: [{ host: 'd.test' }] },
          },
        ],
      },
      want: ['d.test:80', 'cart.web.svc:80'],
    },
    {
      name: 'is a Gateway by its routes, with the hosts of those alone',
      objects: {
        services: [cart],
        routes: [route(['shop.test'], { name: 'cart' })],
        gateways: [gateway('shop.test', 'others.test', undefined)],
      },
      want: ['shop.test:443', 'shop.test:445', 'cart.web.svc:80'],
    },
    {
      name: 'is each listener of a Gateway for a route that names no host',
      objects: { services: [cart], routes: [route([], { name: 'cart' })], gateways: [gateway('a.test', 'b.test')] },
      want: ['a.test:443', 'b.test:444', 'cart.web.svc:80'],
    },
    {
      name: 'is no Gateway whose routes lead elsewhere',
      objects: {
        services: [cart],
        routes: [route(['shop.test'], { name: 'pay' }), route(['y.test'], { name: 'cart', namespace: 'other' })],
        gateways: [gateway('shop.test')],
      },
      want: ['cart.web.svc:80'],
    },
    {
      name: 'is nothing that cannot be read',
      objects: { services: [null, 7, {}], ingresses: [{}], routes: ['x'], gateways: [[]] },
      want: [],
    },
  ])('$name', ({ objects, want }) => {
    expect(hostsNamedBy(leadingTo(pods, objects)).map(({ host, port }) => `${host}:${port}`)).toEqual(want);
  });
});
