import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { callees, callers, type Edge, pathBetween, type Reach, reach, topologyOf } from '../../../src/analysis/topology.ts';

const calls = (...pairs: readonly string[]): Edge[] =>
  pairs.map((pair) => {
    const [from = '', to = ''] = pair.split('>');
    return { from, to, kind: 'calls', source: 'trace' };
  });
const shop = topologyOf(new Map([['front', 'workload']]), [
  ...calls('front>cart', 'front>pay', 'pay>bank', 'bank>pay', 'cart>redis', 'redis>redis'),
  { from: 'pay', to: 'node-1', kind: 'runsOn', source: 'owner' },
]);

describe('topology', () => {
  test('knows who calls whom', () => {
    expect(callees(shop, 'front')).toEqual(['cart', 'pay']);
    expect(callers(shop, 'pay')).toEqual(['front', 'bank']);
    expect(callees(shop, 'redis')).toEqual([]);
    expect(callees(shop, 'nobody')).toEqual([]);
  });

  test('takes an undeclared end for something outside', () => {
    expect([shop.nodes.get('front'), shop.nodes.get('bank')]).toEqual(['workload', 'outside']);
  });

  test('makes one link of what several sources know', () => {
    const known: readonly Edge[] = [
      { from: 'a', to: 'b', kind: 'calls', source: 'trace', weight: 40 },
      { from: 'a', to: 'b', kind: 'calls', source: 'environment' },
      { from: 'a', to: 'b', kind: 'allows', source: 'policy' },
    ];
    expect(topologyOf(new Map(), known).needs.get('a')).toEqual([
      { from: 'a', to: 'b', kind: 'calls', sources: ['environment', 'trace'], weight: 40 },
      { from: 'a', to: 'b', kind: 'allows', sources: ['policy'], weight: 1 },
    ]);
  });

  test.each<{ name: string; start: string; how: Reach; want: Record<string, number> }>([
    { name: 'all that is needed', start: 'front', how: { direction: 'needs' }, want: { cart: 1, pay: 1, redis: 2, bank: 2 } },
    { name: 'all that is needed, at most one link away', start: 'front', how: { direction: 'needs', depth: 1 }, want: { cart: 1, pay: 1 } },
    { name: 'all that is affected', start: 'bank', how: { direction: 'neededBy' }, want: { pay: 1, front: 2 } },
    { name: 'what is on a node', start: 'node-1', how: { direction: 'neededBy', kinds: ['runsOn'] }, want: { pay: 1 } },
    { name: 'nothing from what is not there', start: 'nobody', how: { direction: 'needs' }, want: {} },
  ])('reaches $name', ({ start, how, want }) => {
    expect(Object.fromEntries(reach(shop, start, how))).toEqual(want);
  });

  test('finds the shortest way, and says when there is none', () => {
    expect(pathBetween(shop, 'front', 'bank')).toEqual(['front', 'pay', 'bank']);
    expect(pathBetween(shop, 'front', 'front')).toEqual(['front']);
    expect(pathBetween(shop, 'cart', 'bank')).toBeUndefined();
  });

  test('reaches in one direction what reaches it in the other, for any graph', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
    const edges = fc.array(fc.record({ from: id, to: id, kind: fc.constant('calls' as const), source: fc.constant('trace' as const) }));
    fc.assert(
      fc.property(edges, id, id, (given, a, b) => {
        fc.pre(a !== b);
        const graph = topologyOf(new Map(), given);
        const distance = reach(graph, a, { direction: 'needs' }).get(b);
        expect(reach(graph, b, { direction: 'neededBy' }).get(a)).toBe(distance);
        expect(pathBetween(graph, a, b)?.length).toBe(distance === undefined ? undefined : distance + 1);
      }),
    );
  });
});
