import { describe, expect, test } from 'vitest';
import type { Series, Snapshot } from '../../../../src/sources/kubernetes/snapshot.ts';
import { randomFrom } from '../../analysis/support/random.ts';
import { node, pod } from '../builders.ts';
import { app, calls, deployment, firstOf, named, nodeRef, says, series, world } from '../surroundingsBuilders.ts';

interface Case {
  readonly name: string;
  readonly seen: Snapshot;
  readonly want: string | undefined;
}

type Span = Parameters<typeof series>[4];
const quietly = (name: string, median = 0.01): Series[] => slow(name, median, median);
/** Its median rises and its work stays the same. */
function slow(name: string, from: number, to: number, span: Span = {}): Series[] {
  return [
    series(name, 'latencyP50Seconds', from, to, span),
    series(name, 'latencyP95Seconds', 2 * from, 2 * to, span),
    series(name, 'cpuCores', 0.2, 0.2, span),
    series(name, 'requestsPerSecond', 20, 20, span),
  ];
}
/** Its median stays and its tail is stretched. */
const stretched = (name: string): Series[] => [
  series(name, 'latencyP50Seconds', 0.01, 0.012),
  series(name, 'latencyP95Seconds', 0.03, 0.6),
  series(name, 'cpuCores', 0.2),
];
const throttled = (name: string, span: Span = {}): Series[] => [
  series(name, 'cpuCores', 0.1, 0.5, span),
  series(name, 'cpuThrottledShare', 0.02, 0.9, span),
];
const late = (name: string, from: number, to: number): Series[] => [
  series(name, 'latencyP50Seconds', from, to),
  series(name, 'latencyP95Seconds', 2 * from, 2 * to),
];
const apps = (...names: readonly string[]): Snapshot => world(...names.map((name) => app(name)));
const onNodes = (places: Readonly<Record<string, string>>): Snapshot =>
  world(...Object.entries(places).map(([name, on]) => app(name, { pod: { node: on } })), {
    nodes: [...new Set(Object.values(places))].map((on) => node(on)),
  });
const measured = (...all: readonly (readonly Series[])[]) => ({ series: all.flat() });
const shop = { cart: 'n1', orders: 'n1', users: 'n1', frontend: 'n2', stock: 'n2', mail: 'n2' };

describe('performance', () => {
  test.each<Case>([
    {
      name: 'one slow leaf behind three callers',
      seen: world(
        apps('web', 'mobile', 'cart', 'redis'),
        calls('web>cart', 'mobile>cart', 'cart>redis'),
        measured(slow('redis', 0.002, 0.4), slow('cart', 0.01, 0.42), slow('web', 0.03, 0.45), slow('mobile', 0.02, 0.44)),
      ),
      want: 'NetworkDelay Deployment/redis',
    },
    {
      name: 'a slow leaf in the middle, whose own callee is as quick as ever',
      seen: world(
        apps('web', 'cart', 'redis'),
        calls('web>cart', 'cart>redis'),
        measured(quietly('redis', 0.002), slow('cart', 0.01, 0.8), slow('web', 0.03, 0.9)),
      ),
      want: 'NetworkDelay Deployment/cart',
    },
    {
      name: 'two that call each other: the slower one',
      seen: world(apps('a', 'b'), calls('a>b', 'b>a'), measured(slow('a', 0.01, 0.2), slow('b', 0.01, 0.9))),
      want: 'NetworkDelay Deployment/b',
    },
    {
      name: 'a fault that is over, within the window',
      seen: world(apps('cart', 'web'), measured(slow('cart', 0.01, 0.6, { from: 40, until: 25 }), quietly('web'))),
      want: 'NetworkDelay Deployment/cart',
    },
    {
      name: 'throttled by its limit',
      seen: world(apps('cart', 'web'), measured(late('cart', 0.01, 0.5), throttled('cart'), quietly('web'))),
      want: 'CPUThrottled Deployment/cart',
    },
    {
      name: 'throttled, which only its tail shows',
      seen: world(
        apps('cart', 'web'),
        measured(
          [series('cart', 'latencyP50Seconds', 0.01, 0.015), series('cart', 'latencyP95Seconds', 0.03, 0.4)],
          throttled('cart'),
          quietly('web'),
        ),
      ),
      want: 'CPUThrottled Deployment/cart',
    },
    {
      name: 'throttled in its second pod only',
      seen: world(
        app('cart', { replicas: 2 }),
        app('web'),
        measured(
          [
            series('cart', 'cpuCores', 0.1, 0.1, { instance: 'cart-1' }),
            series('cart', 'cpuThrottledShare', 0.02, 0.02, { instance: 'cart-1' }),
          ],
          throttled('cart', { instance: 'cart-2' }),
          [
            series('cart', 'latencyP50Seconds', 0.01, 0.01, { instance: 'cart-1' }),
            series('cart', 'latencyP95Seconds', 0.02, 0.02, { instance: 'cart-1' }),
          ],
          [
            series('cart', 'latencyP50Seconds', 0.01, 0.5, { instance: 'cart-2' }),
            series('cart', 'latencyP95Seconds', 0.02, 0.9, { instance: 'cart-2' }),
          ],
          quietly('web'),
        ),
      ),
      want: 'CPUThrottled Deployment/cart',
    },
    {
      name: 'throttled below, where nobody measures answers: the database',
      seen: world(
        apps('orders', 'mysql', 'web'),
        calls('web>orders', 'orders>mysql'),
        measured(slow('orders', 0.01, 0.6), slow('web', 0.02, 0.7), throttled('mysql')),
      ),
      want: 'CPUThrottled Deployment/mysql',
    },
    {
      name: 'busy beyond what it was',
      seen: world(apps('cart', 'web'), measured(late('cart', 0.01, 0.5), [series('cart', 'cpuCores', 0.1, 0.9)], quietly('web'))),
      want: 'CPUSaturated Deployment/cart',
    },
    {
      name: 'asked far more often',
      seen: world(
        apps('cart', 'web'),
        measured(
          late('cart', 0.01, 0.5),
          [series('cart', 'cpuCores', 0.1, 0.5), series('cart', 'requestsPerSecond', 20, 200)],
          quietly('web'),
        ),
      ),
      want: 'TrafficSurged Deployment/cart',
    },
    {
      name: 'a slow database, as it says itself',
      seen: world(
        app('orders'),
        app('mysql', { container: { image: 'mysql:8' } }),
        calls('orders>mysql'),
        says('mysql', '# Query_time: 8.1  Lock_time: 0.1', '# Query_time: 9.3  Lock_time: 0.1'),
        measured(slow('orders', 0.01, 8)),
      ),
      want: 'DatabaseSlowQueries Deployment/mysql',
    },
    {
      name: 'a node whose pods are all slow',
      seen: world(
        onNodes(shop),
        measured(
          ...['cart', 'orders', 'users'].map((name) => slow(name, 0.01, 0.3)),
          ...['frontend', 'stock', 'mail'].map((name) => quietly(name)),
        ),
      ),
      want: 'NodeNetworkDelay Node/n1',
    },
    {
      name: 'a node whose pods are all slow, and their caller elsewhere with them',
      seen: world(
        onNodes(shop),
        calls('frontend>cart', 'frontend>orders'),
        measured(
          ...['cart', 'orders', 'users'].map((name) => slow(name, 0.01, 0.3)),
          slow('frontend', 0.05, 0.6),
          quietly('stock'),
          quietly('mail'),
        ),
      ),
      want: 'NodeNetworkDelay Node/n1',
    },
    {
      name: 'a node that loses packets: tails are stretched, and it sends again',
      seen: world(
        onNodes(shop),
        measured(...['cart', 'orders', 'users'].map(stretched), ...['frontend', 'stock', 'mail'].map((name) => quietly(name)), [
          series(nodeRef('n1'), 'retransmitsPerSecond', 0.1, 20),
          series(nodeRef('n2'), 'retransmitsPerSecond', 0.1, 0.4),
        ]),
      ),
      want: 'NodeNetworkLoss Node/n1',
    },
    {
      name: 'a node that loses packets, by tails alone',
      seen: world(
        onNodes(shop),
        measured(...['cart', 'orders', 'users'].map(stretched), ...['frontend', 'stock', 'mail'].map((name) => quietly(name))),
      ),
      want: 'NodeNetworkLoss Node/n1',
    },
    {
      name: 'a node whose pods are all slow, beside one that is spread over both',
      seen: world(
        onNodes(shop),
        onNodes({ wide: 'n1' }),
        { pods: [{ ...pod({ name: 'wide-2', owner: deployment('wide'), node: 'n2' }), ready: true }] },
        measured(
          ...['cart', 'orders', 'users'].map((name) => slow(name, 0.01, 0.3)),
          ...['frontend', 'stock', 'mail', 'wide'].map((name) => quietly(name)),
        ),
      ),
      want: 'NodeNetworkDelay Node/n1',
    },
    {
      name: 'is not the only node there is, when one leaf slows all of its callers down',
      seen: world(
        apps('web', 'cart', 'orders', 'redis'),
        calls('web>cart', 'web>orders', 'cart>redis', 'orders>redis'),
        measured(slow('redis', 0.002, 0.4), slow('cart', 0.01, 0.42), slow('orders', 0.01, 0.43), slow('web', 0.03, 0.5)),
      ),
      want: 'NetworkDelay Deployment/redis',
    },
    {
      name: 'is not noise',
      seen: world(apps('cart', 'web'), measured(quietly('cart'), quietly('web', 0.2))),
      want: undefined,
    },
    { name: 'is not a median that doubled', seen: world(apps('cart'), measured(slow('cart', 0.05, 0.11))), want: undefined },
    { name: 'is not a few milliseconds', seen: world(apps('cart'), measured(slow('cart', 0.0005, 0.006))), want: undefined },
    {
      name: 'is not what answers nobody: latency without requests is none',
      seen: world(
        apps('cart'),
        measured([series('cart', 'latencyP50Seconds', 0, 0), series('cart', 'latencyP95Seconds', 0, 0)], throttled('cart')),
      ),
      want: undefined,
    },
    {
      name: 'is not a batch that is throttled while nobody waits for it',
      seen: world(apps('batch', 'web'), measured(throttled('batch'), quietly('web'))),
      want: undefined,
    },
    {
      name: 'is not a traffic surge that is borne well',
      seen: world(apps('cart'), measured(quietly('cart').slice(0, 3), [series('cart', 'requestsPerSecond', 20, 400)])),
      want: undefined,
    },
    {
      name: 'is not told from five samples',
      seen: world(apps('cart'), { series: slow('cart', 0.01, 0.9).map((one) => ({ ...one, points: one.points.slice(-5) })) }),
      want: undefined,
    },
  ])('$name', ({ seen, want }) => {
    expect(named(seen)).toBe(want);
    if (want !== undefined) expect(firstOf(seen)).toBe(want);
  });
});

test('is not noise, however it falls: ten workloads of any level, each sample up to a fifth off and one in thirty an outlier', () => {
  const names = Array.from({ length: 10 }, (_, index) => `app-${index}`);
  for (let seed = 1; seed <= 30; seed += 1) {
    const { uniform: random } = randomFrom(seed);
    const noisy = (one: Series): Series => ({
      ...one,
      points: one.points.map(([at, value]) => [at, value * (0.8 + 0.4 * random()) * (random() < 1 / 30 ? 20 : 1)] as const),
    });
    const seen = world(
      apps(...names),
      calls('app-0>app-1', 'app-1>app-2'),
      measured(...names.map((name) => quietly(name, 0.5 * random()).map(noisy))),
    );
    expect(named(seen)).toBeUndefined();
  }
});
