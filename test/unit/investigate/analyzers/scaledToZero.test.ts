import { describe, expect, test } from 'vitest';
import type { Snapshot } from '../../../../src/sources/kubernetes/snapshot.ts';
import { type AppOptions, app, calls, check, deployment, firstOf, named, says, service, world } from '../surroundingsBuilders.ts';

interface Case {
  readonly name: string;
  readonly seen: Snapshot;
  readonly want: string | undefined;
}

const off = (name: string, more: AppOptions = {}) => app(name, { replicas: 0, ...more });
const told = (to: string, more: AppOptions = {}) => app('frontend', { container: { env: { ADDR: `${to}:8080` } }, ...more });
const zero = (name: string, kind = 'Deployment') => `WorkloadScaledToZero ${kind}/${name}`;

const autoscaler = (min: number, namespace = 'shop') => ({
  ref: { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', namespace, name: 'cart' },
  target: { ...deployment('cart'), namespace },
  min,
  max: 5,
  current: 0,
  desired: 0,
  conditions: [],
  evidence: 'object/HorizontalPodAutoscaler/shop/cart',
});

describe('scaledToZero', () => {
  test.each<Case>([
    { name: 'a caller was seen', seen: world(off('cart'), app('frontend'), calls('frontend>cart')), want: zero('cart') },
    { name: 'a caller is configured with it', seen: world(off('cart'), told('cart')), want: zero('cart') },
    {
      name: 'a caller complains of it',
      seen: world(off('cart'), app('frontend'), says('frontend', 'POST http://cart:8080/add failed: connection refused')),
      want: zero('cart'),
    },
    { name: 'its Service was tried in vain', seen: world(off('cart'), { checks: [check('cart', 8080, 'refused')] }), want: zero('cart') },
    {
      name: 'a StatefulSet, behind a Service of another name',
      seen: world(off('mysql', { kind: 'StatefulSet', service: false }), told('database'), {
        services: [service('database', { selector: { app: 'mysql' }, endpoints: { ready: 0, notReady: 0 } })],
      }),
      want: zero('mysql', 'StatefulSet'),
    },
    {
      name: 'it is the cause, and not the database error of its client',
      seen: world(
        off('mysql', { container: { image: 'mysql:8' } }),
        told('mysql'),
        says('frontend', "Can't connect to MySQL server on 'mysql' (111)"),
      ),
      want: zero('mysql'),
    },
    {
      name: 'an autoscaler of another namespace excuses nothing',
      seen: world(off('cart'), told('cart'), { autoscalers: [autoscaler(0, 'other')] }),
      want: zero('cart'),
    },
    { name: 'is silent where nobody calls it', seen: world(off('cart'), app('frontend')), want: undefined },
    {
      name: 'is silent about a worker without a Service',
      seen: world(off('worker', { service: false }), app('frontend')),
      want: undefined,
    },
    {
      name: 'is silent where an autoscaler may go to zero',
      seen: world(off('cart'), told('cart'), { autoscalers: [autoscaler(0)] }),
      want: undefined,
    },
    {
      name: 'is silent about a canary behind a Service that others serve',
      seen: world(
        off('cart-canary', { workload: { podLabels: { app: 'cart', track: 'canary' } }, service: false }),
        app('cart', { workload: { podLabels: { app: 'cart', track: 'stable' } } }),
        told('cart'),
      ),
      want: undefined,
    },
    {
      name: 'is silent about a canary behind a Service whose endpoints could not be seen',
      seen: world(
        off('cart-canary', { workload: { podLabels: { app: 'cart' } }, service: false }),
        app('cart', { service: { endpoints: undefined } }),
        told('cart'),
      ),
      want: undefined,
    },
    {
      name: 'is silent where its only caller is switched off too',
      seen: world(off('cart'), told('cart', { replicas: 0, service: false })),
      want: undefined,
    },
    {
      name: 'is silent about what calls itself',
      seen: world(off('cart', { container: { env: { SELF_ADDR: 'cart:8080' } } }), app('frontend')),
      want: undefined,
    },
    { name: 'is silent about a CronJob', seen: world(off('report', { kind: 'CronJob' }), told('report')), want: undefined },
  ])('$name', ({ seen, want }) => {
    expect(named(seen)).toBe(want);
    if (want !== undefined) expect(firstOf(seen)).toBe(want);
  });
});
