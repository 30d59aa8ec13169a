import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deepestFailing, type FailingLink } from '../../../src/analysis/deepestFailing.ts';

const links = (...pairs: readonly string[]): FailingLink[] =>
  pairs.map((pair) => {
    const [from = '', to = ''] = pair.split('>');
    return { from, to };
  });

describe('deepestFailing', () => {
  test.each<{ name: string; failing: readonly string[]; want: readonly (readonly string[])[] }>([
    { name: 'follows a chain to its end', failing: ['front>pay', 'pay>bank'], want: [['bank']] },
    { name: 'finds the ends of two chains', failing: ['front>pay', 'pay>bank', 'front>cart', 'cart>redis'], want: [['bank'], ['redis']] },
    { name: 'finds nothing where nothing fails', failing: [], want: [] },
    { name: 'gives a cycle as one', failing: ['front>a', 'a>b', 'b>c', 'c>a'], want: [['a', 'b', 'c']] },
    { name: 'follows a cycle out to what it calls', failing: ['a>b', 'b>a', 'b>db'], want: [['db']] },
    { name: 'is not held up by one that calls itself', failing: ['a>a', 'a>b'], want: [['b']] },
    { name: 'takes one that only calls itself for the end', failing: ['front>a', 'a>a'], want: [['a']] },
  ])('$name', ({ failing, want }) => {
    expect(deepestFailing(links(...failing))).toEqual(want);
  });

  test('bears a chain of 20,000', () => {
    const chain = Array.from({ length: 20_000 }, (_, index) => `n${index}>n${index + 1}`);
    expect(deepestFailing(links(...chain))).toEqual([['n20000']]);
  });

  test('gives what the definition says, for any graph', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g');
    fc.assert(
      fc.property(fc.array(fc.tuple(id, id)), (pairs) => {
        const below = (node: string): ReadonlySet<string> => {
          const found = new Set<string>();
          const open = [node];
          for (const at of open) {
            for (const [from, to] of pairs) {
              if (from !== at || found.has(to)) continue;
              found.add(to);
              open.push(to);
            }
          }
          return found;
        };
        // An end is whoever is reached again from all that it reaches.
        const ends = [...new Set(pairs.flat())].filter((node) =>
          [...below(node)].every((other) => other === node || below(other).has(node)),
        );
        expect(
          deepestFailing(pairs.map(([from, to]) => ({ from, to })))
            .flat()
            .toSorted(),
        ).toEqual(ends.toSorted());
      }),
    );
  });
});
