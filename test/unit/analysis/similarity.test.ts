import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { closest, editDistance } from '../../../src/analysis/similarity.ts';

describe('editDistance', () => {
  test.each<readonly [string, string, number]>([
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['config', 'confgi', 1],
    ['cart', 'cart', 0],
    ['ca', 'abc', 3],
  ])('%s and %s', (from, to, want) => {
    expect(editDistance(from, to)).toBe(want);
  });

  test('is symmetric, zero for equals alone, and never more than the longer length', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (a, b) => {
        const distance = editDistance(a, b);
        expect(distance).toBe(editDistance(b, a));
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});

describe('closest', () => {
  test('gives slips of a name, the closest first, and nothing that is merely another name', () => {
    expect(closest('cart-confg', ['payments', 'cart-configs', 'cart-config'], 3)).toEqual(['cart-config', 'cart-configs']);
  });
});
