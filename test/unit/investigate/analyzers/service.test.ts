import { describe, expect, test } from 'vitest';
import type { Service, Snapshot } from '../../../../src/sources/kubernetes/snapshot.ts';
import { ago, container, event, running, waiting } from '../builders.ts';
import { type AppOptions, app, calls, check, firstOf, named, says, service, tcp, world } from '../surroundingsBuilders.ts';

interface Case {
  readonly name: string;
  readonly seen: Snapshot;
  readonly want: string | undefined;
}

const NOBODY = { ready: 0, notReady: 0 };
const ports = (...all: readonly Service['ports'][number][]): AppOptions => ({ service: { ports: all } });
const declares = (port: number, more: { name?: string; protocol?: string } = {}) => ({ port, protocol: 'TCP', ...more });

describe('a Service with a wrong selector', () => {
  test.each<Case>([
    {
      name: 'of another value',
      seen: world(app('cart', { service: { selector: { app: 'crat' }, endpoints: NOBODY } }), app('frontend')),
      want: 'ServiceSelectorMismatch Service/cart',
    },
    {
      name: 'of another key',
      seen: world(app('cart', { service: { selector: { 'app.kubernetes.io/name': 'cart' }, endpoints: NOBODY } }), app('frontend')),
      want: 'ServiceSelectorMismatch Service/cart',
    },
    {
      name: 'with a label more than the pods have',
      seen: world(app('cart', { service: { selector: { app: 'cart', tier: 'backend' }, endpoints: NOBODY } })),
      want: 'ServiceSelectorMismatch Service/cart',
    },
    {
      name: 'with a label of another version',
      seen: world(
        app('cart', {
          workload: { podLabels: { app: 'cart', version: 'v1' } },
          service: { selector: { app: 'cart', version: 'v2' }, endpoints: NOBODY },
        }),
      ),
      want: 'ServiceSelectorMismatch Service/cart',
    },
    {
      name: 'under a name of its own, with a near miss of the label',
      seen: world(app('frontend', { service: false }), app('cart'), {
        services: [service('web', { selector: { app: 'fronted' }, endpoints: NOBODY })],
      }),
      want: 'ServiceSelectorMismatch Service/web',
    },
    {
      name: 'under a name with an ending',
      seen: world(app('cart', { service: false }), app('frontend'), {
        services: [service('cart-service', { selector: { run: 'x' }, endpoints: NOBODY })],
      }),
      want: 'ServiceSelectorMismatch Service/cart-service',
    },
    {
      name: 'that selects the pods of another Service',
      seen: world(app('cart', { service: { selector: { app: 'checkout' } } }), app('checkout')),
      want: 'ServiceSelectorMismatch Service/cart',
    },
    {
      name: 'of a headless Service',
      seen: world(
        app('db', {
          kind: 'StatefulSet',
          service: { headless: true, clusterIP: 'None', selector: { app: 'database' }, endpoints: NOBODY },
        }),
      ),
      want: 'ServiceSelectorMismatch Service/db',
    },
    {
      name: 'is the cause, and not the caller that cannot start without it',
      seen: world(
        app('cart', { service: { selector: { app: 'crat' }, endpoints: NOBODY } }),
        app('frontend', {
          ready: false,
          container: {
            state: waiting('CrashLoopBackOff'),
            restarts: 5,
            lastState: { terminated: { exitCode: 1, reason: 'Error', message: '' } },
          },
        }),
        calls('frontend>cart'),
        says('frontend', 'dial tcp 10.96.7.7:8080: connect: connection refused'),
      ),
      want: 'ServiceSelectorMismatch Service/cart',
    },
    {
      name: 'is not one that shares a label with a workload which has its own Service (a track that nobody runs now)',
      seen: world(
        app('cart', { workload: { podLabels: { app: 'cart', track: 'stable' } }, service: { selector: { app: 'cart', track: 'stable' } } }),
        { services: [service('cart-canary', { selector: { app: 'cart', track: 'canary' }, endpoints: NOBODY })] },
      ),
      want: undefined,
    },
    {
      name: 'is not one without a selector, whose endpoints somebody else keeps',
      seen: world(app('cart'), { services: [service('legacy', { selector: {}, endpoints: { ready: 1, notReady: 0 } })] }),
      want: undefined,
    },
    {
      name: 'is not one that stands for a name outside',
      seen: world(app('cart'), {
        services: [
          service('cart-db', {
            type: 'ExternalName',
            externalName: 'db.example.com',
            selector: { app: 'x' },
            ports: [],
            endpoints: NOBODY,
          }),
        ],
      }),
      want: undefined,
    },
    {
      name: 'is not one whose pods are on their way',
      seen: world(app('cart', { ready: false, pod: { createdAt: ago(0), readySince: undefined }, workload: { complete: false } })),
      want: undefined,
    },
    {
      name: 'is not one that resembles nothing here',
      seen: world(app('cart'), { services: [service('mailhog', { endpoints: NOBODY })] }),
      want: undefined,
    },
    {
      name: 'is not said where endpoints could not be seen',
      seen: world(app('cart', { service: { selector: { app: 'crat' }, endpoints: undefined } })),
      want: undefined,
    },
  ])('$name', ({ seen, want }) => {
    expect(named(seen)).toBe(want);
    if (want !== undefined) expect(firstOf(seen)).toBe(want);
  });
});

describe('a Service with a wrong port', () => {
  test.each<Case>([
    { name: 'a number that nobody declares', seen: world(app('cart', ports(tcp(8080, 8081)))), want: 'ServicePortMismatch Service/cart' },
    {
      name: 'a number that was tried and refused',
      seen: world(app('cart', ports(tcp(80, 9999))), { checks: [check('cart', 80, 'refused')] }),
      want: 'ServicePortMismatch Service/cart',
    },
    {
      name: 'a number, where the pods declare no port and say it by their probe',
      seen: world(
        app('cart', {
          container: {
            ports: [],
            probes: [
              {
                type: 'readiness',
                handler: 'http',
                port: 3000,
                path: '/',
                initialDelaySeconds: 0,
                timeoutSeconds: 1,
                periodSeconds: 10,
                failureThreshold: 3,
              },
            ],
          },
          service: { ports: [tcp(80, 3001)] },
        }),
      ),
      want: 'ServicePortMismatch Service/cart',
    },
    {
      name: 'a name that no port has',
      seen: world(app('cart', { container: { ports: [declares(8080, { name: 'http' })] }, service: { ports: [tcp(80, 'web')] } })),
      want: 'ServicePortMismatch Service/cart',
    },
    {
      name: 'a name that only a container at the start has',
      seen: world(
        app('cart', {
          container: { ports: [declares(8080)] },
          others: [container({ name: 'init', role: 'init', ready: true, state: running(), ports: [declares(9090, { name: 'web' })] })],
          service: { ports: [tcp(80, 'web')] },
        }),
      ),
      want: 'ServicePortMismatch Service/cart',
    },
    {
      name: 'one of several, by name',
      seen: world(
        app('cart', {
          container: { ports: [declares(8080, { name: 'http' }), declares(9090, { name: 'metrics' })] },
          service: { ports: [tcp(80, 'http', { name: 'http' }), tcp(9090, 'metric', { name: 'metrics' })] },
        }),
      ),
      want: 'ServicePortMismatch Service/cart',
    },
    {
      name: 'UDP where the pods speak TCP',
      seen: world(app('cart', ports(tcp(8080, 8080, { protocol: 'UDP' })))),
      want: 'ServiceProtocolMismatch Service/cart',
    },
    {
      name: 'UDP by the name of a TCP port',
      seen: world(
        app('cart', {
          container: { ports: [declares(8080, { name: 'grpc' })] },
          service: { ports: [tcp(80, 'grpc', { protocol: 'UDP' })] },
        }),
      ),
      want: 'ServiceProtocolMismatch Service/cart',
    },
    {
      name: 'is not one that a second port of the Service leaves undeclared, as metrics are',
      seen: world(app('cart', ports(tcp(8080), tcp(9090, 9090, { name: 'metrics' })))),
      want: undefined,
    },
    {
      name: 'is not QUIC beside TCP on one number',
      seen: world(
        app('edge', {
          container: { ports: [declares(443)] },
          service: { ports: [tcp(443), tcp(443, 443, { protocol: 'UDP', name: 'h3' })] },
        }),
      ),
      want: undefined,
    },
    {
      name: 'is not DNS over both',
      seen: world(
        app('dns', {
          container: { ports: [declares(53, { protocol: 'UDP' }), declares(53)] },
          service: { ports: [tcp(53, 53, { protocol: 'UDP', name: 'dns' }), tcp(53, 53, { name: 'dns-tcp' })] },
        }),
      ),
      want: undefined,
    },
    {
      name: 'is not one that the pods are told to serve (PORT)',
      seen: world(app('cart', { container: { ports: [declares(80)], env: { PORT: '8080' } }, service: { ports: [tcp(80, 8080)] } })),
      want: undefined,
    },
    {
      name: 'is not one that the pods are told to serve (an address to listen on)',
      seen: world(
        app('cart', { container: { ports: [declares(80)], env: { LISTEN: '0.0.0.0:8080' } }, service: { ports: [tcp(80, 8080)] } }),
      ),
      want: undefined,
    },
    {
      name: 'is not one that the pods are told to serve (an argument)',
      seen: world(app('cart', { container: { ports: [declares(80)], args: ['--port=8080'] }, service: { ports: [tcp(80, 8080)] } })),
      want: undefined,
    },
    {
      name: 'is not one that a probe of the ready pods asks',
      seen: world(
        app('cart', {
          container: {
            ports: [declares(80)],
            probes: [
              {
                type: 'readiness',
                handler: 'tcp',
                port: 8080,
                initialDelaySeconds: 0,
                timeoutSeconds: 1,
                periodSeconds: 10,
                failureThreshold: 3,
              },
            ],
          },
          service: { ports: [tcp(80, 8080)] },
        }),
      ),
      want: undefined,
    },
    {
      name: 'is not one of a headless Service, whose clients ask the pods themselves',
      seen: world(app('db', { kind: 'StatefulSet', service: { headless: true, clusterIP: 'None', ports: [tcp(3306, 3307)] } })),
      want: undefined,
    },
    {
      name: 'is not one where nothing is declared at all',
      seen: world(app('cart', { container: { ports: [] }, service: { ports: [tcp(80, 8080)] } })),
      want: undefined,
    },
    {
      name: 'is not one that was reached',
      seen: world(app('cart', ports(tcp(80, 8081))), { checks: [check('cart', 80, 'open')] }),
      want: undefined,
    },
    {
      name: 'of the other two versions behind one Service is none, if one of them has the name',
      seen: world(
        app('cart', { container: { ports: [declares(8080, { name: 'http' })] }, service: { ports: [tcp(80, 'http')] } }),
        app('cart-next', { workload: { podLabels: { app: 'cart' } }, service: false }),
      ),
      want: undefined,
    },
  ])('$name', ({ seen, want }) => {
    expect(named(seen)).toBe(want);
    if (want !== undefined) expect(firstOf(seen)).toBe(want);
  });
});

test('pods that are not ready are what is wrong, and the Service only a symptom', () => {
  const image = 'Failed to pull image "registry.example/cart:1.1": rpc error: code = NotFound desc = not found';
  const seen = world(
    app('cart', {
      ready: false,
      container: { ready: false, image: 'registry.example/cart:1.1', state: waiting('ImagePullBackOff', image) },
    }),
    { events: [event('Failed', image)] },
  );
  expect(named(seen)).toBe('ImageNotFound Deployment/cart');
});
