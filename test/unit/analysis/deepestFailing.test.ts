import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deepestFailing } from '../../../src/analysis/deepestFailing.ts';
import { type Edge, reach, type Topology, topologyOf } from '../../../src/analysis/topology.ts';

const graph = (...pairs: readonly string[]): Topology =>
  topologyOf(
    new Map(),
    pairs.map((pair): Edge => {
      const [from = '', to = ''] = pair.split('>');
      return { from, to, kind: 'calls', source: 'trace' };
    }),
  );
const shop = ['front>pay', 'pay>bank', 'front>cart', 'cart>redis'];

interface Case {
  readonly name: string;
  readonly edges: readonly string[];
  readonly failing: string;
  readonly unknown?: string;
  readonly from?: string;
  readonly want: readonly (readonly string[])[];
}

describe('deepestFailing', () => {
  test.each<Case>([
    { name: 'follows a chain to its end', edges: shop, failing: 'front pay bank', want: [['bank']] },
    { name: 'stops where the callee is well', edges: shop, failing: 'front pay', want: [['pay']] },
    { name: 'finds the ends of two chains', edges: shop, failing: 'front pay bank cart redis', want: [['bank'], ['redis']] },
    { name: 'does not follow a link to a failing one over a healthy one', edges: shop, failing: 'front bank', want: [['bank'], ['front']] },
    { name: 'looks only at what one needs', edges: shop, failing: 'pay bank redis', from: 'cart', want: [['redis']] },
    { name: 'finds nothing where nothing fails', edges: shop, failing: '', want: [] },
    { name: 'gives a cycle as one', edges: ['front>a', 'a>b', 'b>c', 'c>a'], failing: 'front a b c', want: [['a', 'b', 'c']] },
    { name: 'follows a cycle out to what it needs', edges: ['a>b', 'b>a', 'b>db'], failing: 'a b db', want: [['db']] },
    { name: 'is not held up by one that calls itself', edges: ['a>a', 'a>b'], failing: 'a b', want: [['b']] },
    { name: 'looks through what nobody knows of', edges: ['front>svc', 'svc>pay'], failing: 'front pay', unknown: 'svc', want: [['pay']] },
    { name: 'ends before what nobody knows of', edges: ['front>svc', 'svc>pay'], failing: 'front', unknown: 'svc', want: [['front']] },
    {
      name: 'gives of a cycle what fails',
      edges: ['a>svc', 'svc>a', 'svc>b', 'b>svc'],
      failing: 'a b',
      unknown: 'svc',
      want: [['a', 'b']],
    },
  ])('$name', ({ edges, failing, unknown = '', from, want }) => {
    const isFailing = (id: string): boolean | undefined => (unknown.split(' ').includes(id) ? undefined : failing.split(' ').includes(id));
    expect(deepestFailing(graph(...edges), isFailing, from === undefined ? {} : { from })).toEqual(want);
  });

  test('bears a chain of 20,000', () => {
    const chain = Array.from({ length: 20_000 }, (_, index) => `n${index}>n${index + 1}`);
    expect(deepestFailing(graph(...chain), () => true)).toEqual([['n20000']]);
  });

  test('gives what the definition says, for any graph', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g');
    fc.assert(
      fc.property(fc.array(fc.tuple(id, id)), fc.dictionary(id, fc.constantFrom(true, false, undefined)), (pairs, states) => {
        const all = graph(...pairs.map(([from, to]) => `${from}>${to}`));
        // Without the healthy, reachability is what the definition speaks of.
        const ill = graph(
          ...pairs.filter((ends) => ends.every((end) => end !== undefined && states[end] !== false)).map((ends) => ends.join('>')),
        );
        const failing = [...all.nodes.keys()].filter((node) => states[node] === true);
        const below = (node: string): string[] =>
          [...reach(ill, node, { direction: 'needs' }).keys()].filter((other) => states[other] === true);
        const deepest = failing.filter((node) => below(node).every((other) => below(other).includes(node)));
        expect(
          deepestFailing(all, (node) => states[node])
            .flat()
            .toSorted(),
        ).toEqual(deepest.toSorted());
      }),
    );
  });
});
