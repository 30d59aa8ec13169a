import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { between, inOrder, type Reading, rate } from '../../../src/analysis/series.ts';

const readings = (...pairs: readonly (readonly [seconds: number, value: number])[]): Reading[] =>
  pairs.map(([seconds, value]) => ({ at: seconds * 1000, value }));

describe('rate', () => {
  test.each([
    { name: 'is per second', counter: readings([0, 10], [10, 30]), want: readings([10, 2]) },
    { name: 'takes a fall as a reset to zero', counter: readings([0, 100], [10, 20]), want: readings([10, 2]) },
    { name: 'leaves out what is no number', counter: readings([0, 0], [5, Number.NaN], [10, 10]), want: readings([10, 1]) },
    { name: 'puts readings in order first', counter: readings([10, 10], [0, 0]), want: readings([10, 1]) },
    { name: 'takes the last of two readings at one time', counter: readings([0, 0], [10, 5], [10, 10]), want: readings([10, 1]) },
    { name: 'says nothing over a long pause', counter: readings([0, 0], [10, 10], [100, 20]), longestGap: 30_000, want: readings([10, 1]) },
    { name: 'says nothing of one reading', counter: readings([0, 5]), want: [] },
  ])('$name', ({ counter, longestGap, want }) => {
    expect(rate(counter, longestGap)).toEqual(want);
  });

  test('is never negative', () => {
    const counter = fc.array(fc.record({ at: fc.integer({ min: 0, max: 1e6 }), value: fc.double({ min: 0 }) }));
    fc.assert(
      fc.property(counter, (given) => {
        expect(rate(given).every(({ value }) => value >= 0)).toBe(true);
      }),
    );
  });
});

describe('between', () => {
  test('takes the first bound in and leaves the last one out', () => {
    const ordered = inOrder(readings([3, 3], [1, 1], [2, 2]));
    expect(between(ordered, 1000, 3000)).toEqual(readings([1, 1], [2, 2]));
  });
});
