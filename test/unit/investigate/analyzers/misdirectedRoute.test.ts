import { describe, expect, test } from 'vitest';
import { routesIn } from '../../../../src/sources/kubernetes/configRoutes.ts';
import type { Snapshot } from '../../../../src/sources/kubernetes/snapshot.ts';
import { app, firstOf, named, route, world } from '../surroundingsBuilders.ts';

interface Case {
  readonly name: string;
  readonly seen: Snapshot;
  readonly want: string | undefined;
}

const owner = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'gateway-routes' };
const written = (...lines: readonly string[]) => ({ routes: routesIn(owner, lines.join('\n'), 'configmap/shop/gateway-routes') });
const shop = world(app('cart'), app('orders'), app('payment'), app('frontend'));
const train = world(...['order', 'travel', 'food', 'seat'].map((name) => app(`ts-${name}-service`)));
const misdirected = (service: string, rule = '') => `RouteMisdirected Service/${service} ConfigMap/shop/gateway-routes ${rule}`.trimEnd();
const spring = (id: string, uri: string, path: string) => [
  'spring:',
  '  cloud:',
  '    gateway:',
  '      routes:',
  `        - id: ${id}`,
  `          uri: ${uri}`,
  '          predicates:',
  `            - Path=${path}`,
];

describe('misdirectedRoute', () => {
  test.each<Case>([
    {
      name: 'Spring Cloud Gateway sends the orders to payment',
      seen: world(shop, written(...spring('orders', 'http://payment:8080', '/api/orders/**'))),
      want: misdirected('orders', 'orders'),
    },
    {
      name: 'Spring Cloud Gateway sends to a service that does not exist',
      seen: world(train, written(...spring('order', 'lb://ts-odrer-service', '/api/v1/orderservice/**'))),
      want: misdirected('ts-order-service', 'order'),
    },
    {
      name: 'nginx sends the cart to payment',
      seen: world(shop, written('server {', '  location /api/cart/ {', '    proxy_pass http://payment:8080;', '  }', '}')),
      want: misdirected('cart'),
    },
    {
      name: 'nginx, by way of an upstream',
      seen: world(
        shop,
        written(
          'upstream cart_backend {',
          '  server payment:8080;',
          '}',
          'server {',
          '  location /cart {',
          '    proxy_pass http://cart_backend;',
          '  }',
          '}',
        ),
      ),
      want: misdirected('cart'),
    },
    {
      name: 'a list of another gateway',
      seen: world(shop, { routes: [route('cart', '/cart', 'orders')] }),
      want: misdirected('cart', 'cart'),
    },
    {
      name: 'nginx sends all where it should',
      seen: world(
        shop,
        written(
          'server {',
          '  # location /cart { proxy_pass http://payment:8080; }',
          '  location /cart {',
          '    proxy_pass http://cart:8080;',
          '  }',
          '}',
        ),
      ),
      want: undefined,
    },
    {
      name: 'is not a route whose target shares a word with it',
      seen: world(train, { routes: [route('order-other', '/api/v1/orderOther', 'ts-order-service')] }),
      want: undefined,
    },
    {
      name: 'is not a front that answers for several',
      seen: world(shop, {
        routes: [route('cart', '/cart', 'frontend'), route('orders', '/orders', 'frontend'), route('', '/', 'frontend')],
      }),
      want: undefined,
    },
    {
      name: 'is not a service that was never installed',
      seen: world(shop, { routes: [route('reviews', '/reviews', 'reviews')] }),
      want: undefined,
    },
    {
      name: 'is not a route without a word',
      seen: world(shop, { routes: [route('', '/', 'frontend'), route('r1', '/v1/**', 'cart')] }),
      want: undefined,
    },
    {
      name: 'is not a target in another namespace',
      seen: world(shop, { routes: [route('cart', '/cart', 'basket', { backend: { namespace: 'other', service: 'basket' } })] }),
      want: undefined,
    },
  ])('$name', ({ seen, want }) => {
    expect(named(seen)).toBe(want);
    if (want !== undefined) expect(firstOf(seen)).toBe(want);
  });
});
