import { describe, expect, test } from 'vitest';
import { between, inOrder, type Reading } from '../../../src/analysis/series.ts';

const readings = (...pairs: readonly (readonly [seconds: number, value: number])[]): Reading[] =>
  pairs.map(([seconds, value]) => ({ at: seconds * 1000, value }));

describe('inOrder', () => {
  test.each([
    { name: 'leaves out what is no number', given: readings([0, 0], [5, Number.NaN], [Number.NaN, 3]), want: readings([0, 0]) },
    { name: 'puts readings in order', given: readings([10, 10], [0, 0]), want: readings([0, 0], [10, 10]) },
    { name: 'takes the last of two readings at one time', given: readings([10, 5], [10, 10]), want: readings([10, 10]) },
  ])('$name', ({ given, want }) => {
    expect(inOrder(given)).toEqual(want);
  });
});

describe('between', () => {
  test('takes the first bound in and leaves the last one out', () => {
    const ordered = inOrder(readings([3, 3], [1, 1], [2, 2]));
    expect(between(ordered, 1000, 3000)).toEqual(readings([1, 1], [2, 2]));
  });
});
