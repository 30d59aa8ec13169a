import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rankByWalk } from '../../../src/analysis/randomWalk.ts';
import { type Edge, type Topology, topologyOf } from '../../../src/analysis/topology.ts';

const graph = (...pairs: readonly string[]): Topology =>
  topologyOf(
    new Map(),
    pairs.map((pair): Edge => {
      const [from = '', to = '', weight = '1'] = pair.split(/[>*]/u);
      return { from, to, kind: 'calls', source: 'trace', weight: Number(weight) };
    }),
  );
const shop = graph('front>pay', 'pay>bank', 'front>cart', 'cart>redis');
const first = (topology: Topology, scores: Readonly<Record<string, number>>): string | undefined =>
  rankByWalk(topology, (id) => scores[id])[0]?.id;

describe('rankByWalk', () => {
  test.each<{ name: string; topology: Topology; scores: Readonly<Record<string, number>>; want: string | undefined }>([
    {
      name: 'the end of a chain that is equally bad',
      topology: shop,
      scores: { front: 0.9, pay: 0.9, bank: 0.9, cart: 0, redis: 0 },
      want: 'bank',
    },
    {
      name: 'the middle of a chain whose end is well',
      topology: shop,
      scores: { front: 0.9, pay: 0.9, bank: 0, cart: 0, redis: 0 },
      want: 'pay',
    },
    {
      name: 'a cause behind a Service that has no score',
      topology: graph('front>svc', 'svc>pay'),
      scores: { front: 0.8, pay: 0.8 },
      want: 'pay',
    },
    {
      name: 'the callee that gets the calls',
      topology: graph('front>a*1', 'front>b*99'),
      scores: { front: 0.9, a: 0.8, b: 0.8 },
      want: 'b',
    },
    { name: 'the only bad one', topology: shop, scores: { front: 0, pay: 0, bank: 0, cart: 0.3, redis: 0 }, want: 'cart' },
    { name: 'the worse of two that call each other', topology: graph('a>b', 'b>a'), scores: { a: 0.9, b: 0.3 }, want: 'a' },
    { name: 'nobody when nothing looks bad', topology: shop, scores: { front: 0, pay: 0 }, want: undefined },
    { name: 'nobody when nothing has a score', topology: shop, scores: {}, want: undefined },
    { name: 'nobody by what is no number', topology: shop, scores: { front: Number.NaN }, want: undefined },
  ])('puts first $name', ({ topology, scores, want }) => {
    expect(first(topology, scores)).toBe(want);
  });

  test('gives shares of the whole, the same each time, for any graph', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g');
    const score = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(id, id)), fc.dictionary(id, score), (pairs, scores) => {
        const topology = graph(...pairs.map(([from, to]) => `${from}>${to}`));
        const ranked = rankByWalk(topology, (node) => scores[node]);
        if (ranked.length > 0) expect(ranked.reduce((sum, { rank }) => sum + rank, 0)).toBeCloseTo(1, 8);
        expect(rankByWalk(topology, (node) => scores[node])).toEqual(ranked);
      }),
    );
  });
});
