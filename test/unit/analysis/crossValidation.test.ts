import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crossValidate, foldsOf } from '../../../src/analysis/crossValidation.ts';

const numbers = Array.from({ length: 20 }, (_, index) => index);

describe('foldsOf', () => {
  test('makes the same folds of the same seed, and others of another', () => {
    expect(foldsOf(numbers, { k: 4, seed: 1 })).toEqual(foldsOf(numbers, { k: 4, seed: 1 }));
    expect(foldsOf(numbers, { k: 4, seed: 1 })).not.toEqual(foldsOf(numbers, { k: 4, seed: 2 }));
  });

  test('deals out every item once, in folds that differ by at most one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 12 }), fc.integer(), (count, k, seed) => {
        const folds = foldsOf(numbers.slice(0, count), { k, seed });
        const sizes = folds.map(({ length }) => length);
        expect(folds.flat().toSorted((a, b) => a - b)).toEqual(numbers.slice(0, count));
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('keeps a group in one fold', () => {
    const groupOf = (item: number): string => String(item % 7);
    const foldsWith = (group: string): number =>
      foldsOf(numbers, { k: 3, seed: 5, groupOf }).filter((fold) => fold.some((item) => groupOf(item) === group)).length;
    expect(new Set(numbers.map(groupOf).map(foldsWith))).toEqual(new Set([1]));
  });

  test('deals out a rare class evenly', () => {
    const stratumOf = (item: number): string => (item < 4 ? 'rare' : 'common');
    const rare = foldsOf(numbers, { k: 4, seed: 9, stratumOf }).map((fold) => fold.filter((item) => item < 4).length);
    expect(rare).toEqual([1, 1, 1, 1]);
  });

  test('makes one empty fold of nothing', () => {
    expect(foldsOf([], { k: 3, seed: 1 })).toEqual([[]]);
  });
});

describe('crossValidate', () => {
  test('asks about each item a model that has not seen it', () => {
    const answers = crossValidate(
      numbers,
      { k: 5, seed: 3 },
      (training) => new Set(training),
      (seen, item) => seen.has(item),
    );
    expect(answers.map(({ item }) => item).toSorted((a, b) => a - b)).toEqual(numbers);
    expect(answers.filter(({ answer }) => answer)).toEqual([]);
  });

  test('has no answer where there is nothing to fit on', () => {
    expect(
      crossValidate(
        [1],
        { k: 5, seed: 3 },
        () => 0,
        () => 0,
      ),
    ).toEqual([]);
  });
});
