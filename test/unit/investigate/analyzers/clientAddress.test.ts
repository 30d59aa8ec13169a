import { describe, expect, test } from 'vitest';
import type { Snapshot } from '../../../../src/sources/kubernetes/snapshot.ts';
import { app, firstOf, named, says, service, tcp, world } from '../surroundingsBuilders.ts';

interface Case {
  readonly name: string;
  readonly seen: Snapshot;
  readonly want: string | undefined;
}

const told = (env: Readonly<Record<string, string>>, name = 'frontend') => app(name, { container: { env } });
const passed = (...args: readonly string[]) => app('frontend', { container: { args } });
const catalog = app('productcatalog');
const wrongIn = (variable: string, name = 'frontend') => `ClientAddressWrong Deployment/${name} ${variable}`;
const db = (name: string, image: string, port: number) =>
  app(name, { container: { image, ports: [{ port, protocol: 'TCP' }] }, service: { ports: [tcp(port)] } });

describe('a client with a slip in an address', () => {
  test.each<Case>([
    ...Object.entries({
      'a host and port': 'productcatlog:8080',
      'a swap of letters': 'productcatalgo:8080',
      'a letter too many': 'productcataloog:8080',
      'a URL': 'http://productcatolog:8080/api?x=1',
      'a short domain': 'productcatlog.shop:8080',
      'a full domain': 'productcatlog.shop.svc.cluster.local:8080',
      'a full domain that ends with a dot': 'productcatlog.shop.svc.cluster.local.:8080',
      'a URL of a driver': 'jdbc:mysql://productcatlog:8080/db?useSSL=false',
      'a URL with a user': 'redis://user:pw@productcatlog:8080/0',
      'a listener in capitals': 'PLAINTEXT://productcatlog:8080',
      'one of a list': 'productcatalog:8080,productcatlog:8080',
    }).map(([how, value]) => ({ name: how, seen: world(told({ CATALOG_ADDR: value }), catalog), want: wrongIn('CATALOG_ADDR') })),
    {
      name: 'a bare name in a variable for hosts',
      seen: world(told({ CATALOG_HOST: 'productcatlog', CATALOG_PORT: '8080' }), catalog),
      want: wrongIn('CATALOG_HOST'),
    },
    { name: 'an argument', seen: world(passed('--catalog-addr=productcatlog:8080'), catalog), want: wrongIn('--catalog-addr') },
    {
      name: 'with the lookup that fails for it in the log',
      seen: world(
        told({ CATALOG_ADDR: 'productcatlog:8080' }),
        catalog,
        says('frontend', 'rpc error: dial tcp: lookup productcatlog on 10.96.0.10:53: no such host'),
      ),
      want: wrongIn('CATALOG_ADDR'),
    },
    {
      name: 'in a short name, once its log complains',
      seen: world(told({ CART_ADDR: 'crat:8080' }), app('cart'), says('frontend', 'dial tcp: lookup crat: no such host')),
      want: wrongIn('CART_ADDR'),
    },
    {
      name: 'in the namespace, once its log complains',
      seen: world(
        told({ CATALOG_ADDR: 'productcatalog.shpo:8080' }),
        catalog,
        says('frontend', 'dial tcp: lookup productcatalog.shpo on 10.96.0.10:53: no such host'),
      ),
      want: wrongIn('CATALOG_ADDR'),
    },
    {
      name: 'is not a Service of another namespace that has one of the same name here',
      seen: world(told({ CATALOG_ADDR: 'productcatalog.platform:8080' }), catalog),
      want: undefined,
    },
    { name: 'is not the right name', seen: world(told({ CATALOG_ADDR: 'productcatalog:8080' }), catalog), want: undefined },
    {
      name: 'is not an optional service that never existed',
      seen: world(told({ TRACES: 'http://jaeger-collector:14268', STATS_HOST: 'statsd' }), catalog),
      want: undefined,
    },
    {
      name: 'is not another number of the same name',
      seen: world(told({ TRAVEL: 'http://ts-travel-service:8080', TRAVEL2: 'http://ts-travel2-service:8080' }), app('ts-travel-service')),
      want: undefined,
    },
    {
      name: 'is not another number of a name that somebody else calls',
      seen: world(told({ TRAVEL2: 'http://ts-travel2-service:8080' }), app('ts-travel-service')),
      want: undefined,
    },
    {
      name: 'is not a name near one that it calls rightly as well',
      seen: world(told({ ORDER: 'order-service:8080', ORDERS: 'orders-service:8080' }), app('order-service')),
      want: undefined,
    },
    { name: 'is not a short name that is near another', seen: world(told({ API_HOST: 'api' }), app('app')), want: undefined },
    {
      name: 'is not a name in a namespace that nobody looked into',
      seen: world(told({ CATALOG_ADDR: 'productcatlog.platform:8080' }), catalog),
      want: undefined,
    },
    {
      name: 'is not a name outside',
      seen: world(
        told({ A: 'https://productcatalog.example.com/', B: 'smtp.example.com:587', C: '10.0.0.7:80', D: 'localhost:8080' }),
        catalog,
      ),
      want: undefined,
    },
    {
      name: 'is not one pod of a StatefulSet',
      seen: world(told({ DB: 'mysql-0.mysql.shop.svc.cluster.local:3306', DB2: 'mysql-0.mysql:3306' }), db('mysql', 'mysql:8', 3306)),
      want: undefined,
    },
    {
      name: 'is not a time, a version or a list of words',
      seen: world(told({ AT: 'noon:12', IMAGE: 'productcatlog:v1', MODE: 'fast,cheap', FLAGS: '-Xmx512m -Da=b' }), catalog),
      want: undefined,
    },
  ])('$name', ({ seen, want }) => {
    expect(named(seen)).toBe(want);
    if (want !== undefined) expect(firstOf(seen)).toBe(want);
  });
});

describe('a client that calls a port which its Service does not serve', () => {
  test.each<Case>([
    {
      name: 'one of two clients is wrong',
      seen: world(told({ CART: 'cart:8081' }), told({ CART: 'cart:8080' }, 'checkout'), app('cart')),
      want: wrongIn('CART'),
    },
    { name: 'the only client is wrong', seen: world(told({ CART: 'http://cart:7070/' }), app('cart')), want: wrongIn('CART') },
    {
      name: 'the only client is wrong, twice',
      seen: world(told({ CART: 'cart:7070', CART_URL: 'http://cart:7070/' }), app('cart')),
      want: wrongIn('CART'),
    },
    {
      name: 'the port stands in a variable of its own',
      seen: world(told({ CART_HOST: 'cart', CART_PORT: '7070' }), app('cart')),
      want: wrongIn('CART_HOST'),
    },
    {
      name: 'all clients use the port that the Service had before',
      seen: world(
        told({ CART: 'cart:8080' }),
        told({ CART_URL: 'http://cart:8080/' }, 'checkout'),
        app('cart', { service: { ports: [tcp(8081, 8080)] } }),
      ),
      want: 'ServicePortMismatch Service/cart',
    },
    {
      name: 'the only client uses the port that the pods serve, and the Service another',
      seen: world(told({ CART: 'cart:8080' }), app('cart', { service: { ports: [tcp(80, 8080)] } })),
      want: 'ServicePortMismatch Service/cart',
    },
    {
      name: 'is not one of several ports',
      seen: world(told({ A: 'cart:8080', B: 'cart:9090' }), app('cart', { service: { ports: [tcp(8080), tcp(9090)] } })),
      want: undefined,
    },
    {
      name: 'is not one of a name outside, which serves what it likes',
      seen: world(told({ DB: 'warehouse:5432' }), app('cart'), {
        services: [service('warehouse', { type: 'ExternalName', externalName: 'db.example.com', selector: {}, ports: [] })],
      }),
      want: undefined,
    },
    {
      name: 'is not one of the pods of a headless Service',
      seen: world(told({ DB: 'db:8080' }), app('db', { service: { headless: true, clusterIP: 'None', ports: [tcp(80, 8080)] } })),
      want: undefined,
    },
    {
      name: 'is not said of a port that stands alone',
      seen: world(told({ PORT: '7070', SERVER_PORT: '7070', CART_HOST: 'cart' }), app('cart')),
      want: undefined,
    },
  ])('$name', ({ seen, want }) => {
    expect(named(seen)).toBe(want);
    if (want !== undefined) expect(firstOf(seen)).toBe(want);
  });
});

describe('a Service that is missing', () => {
  test.each<Case>([
    {
      name: 'while its workload is there and a client is told to call it',
      seen: world(told({ CART: 'cart:8080' }), app('cart', { service: false })),
      want: 'ServiceMissing Service/cart',
    },
    {
      name: 'while its workload is there and a log says that the name is not found',
      seen: world(app('frontend'), app('cart', { service: false }), says('frontend', 'java.net.UnknownHostException: cart')),
      want: 'ServiceMissing Service/cart',
    },
    {
      name: 'is not one that a worker’s own name resembles',
      seen: world(app('frontend'), app('worker', { service: false, container: { env: { WORKER_HOST: 'worker' } } })),
      want: undefined,
    },
    {
      name: 'is not one of a workload that goes by another Service',
      seen: world(app('frontend'), app('cart', { service: false }), { services: [service('basket', { selector: { app: 'cart' } })] }),
      want: undefined,
    },
  ])('$name', ({ seen, want }) => {
    expect(named(seen)).toBe(want);
    if (want !== undefined) expect(firstOf(seen)).toBe(want);
  });
});
