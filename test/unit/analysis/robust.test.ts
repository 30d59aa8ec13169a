import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { median, medianAbsoluteDeviation, quantile, robustSigma, robustZ } from '../../../src/analysis/robust.ts';

const wild = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

describe('quantile', () => {
  test.each<readonly [string, readonly number[], number, number | undefined]>([
    ['of ten numbers, as R has it by default', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.95, 9.55],
    ['of four numbers', [15, 20, 35, 50], 0.4, 23],
    ['of one number', [7], 0.9, 7],
    ['without what is no number', [...wild, 1, 3], 0.5, 2],
    ['beyond 1 is the greatest', [1, 2], 7, 2],
    ['of nothing', [], 0.5, undefined],
    ['of nothing that is a number', wild, 0.5, undefined],
  ])('%s', (_name, values, share, want) => {
    const got = quantile(values, share);
    if (want === undefined) expect(got).toBeUndefined();
    else expect(got).toBeCloseTo(want, 12);
  });

  test('never falls with the share, and stays between the least and the greatest', () => {
    const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (sample, a, b) => {
        const [low, high] = [quantile(sample, Math.min(a, b)) as number, quantile(sample, Math.max(a, b)) as number];
        expect(low).toBeLessThanOrEqual(high + 1e-6);
        expect(low).toBeGreaterThanOrEqual(Math.min(...sample));
        expect(high).toBeLessThanOrEqual(Math.max(...sample));
      }),
    );
  });
});

describe('robust scale', () => {
  test('of Iglewicz and Hoaglin’s kind of data: the outlier of a sample does not hide itself', () => {
    const sample = [2.1, 2.6, 2.4, 2.5, 2.3, 2.1, 2.3, 2.6, 8.2, 8.3];
    expect(median(sample)).toBeCloseTo(2.45, 12);
    expect(medianAbsoluteDeviation(sample)).toBeCloseTo(0.15, 12);
    expect(robustZ(8.2, sample)).toBeCloseTo((0.6745 * 5.75) / 0.15, 1);
  });

  test.each<readonly [string, number, readonly number[], number | undefined]>([
    ['of a constant sample that agrees is zero', 3, [3, 3, 3], 0],
    ['of a constant sample that differs is infinite', 4, [3, 3, 3], Number.POSITIVE_INFINITY],
    ['of a sample that is mostly one value rests on the mean distance', 4, [0, 0, 0, 4], 4 / 1.253314],
    ['of nothing', 4, [], undefined],
    ['of what is no number', Number.NaN, [1, 2], undefined],
  ])('z %s', (_name, value, sample, want) => {
    expect(robustZ(value, sample)).toBe(want);
  });

  test('moves with the values and stretches with them', () => {
    const sample = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1 });
    fc.assert(
      fc.property(sample, fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: 1, max: 100 }), (values, shift, factor) => {
        const moved = robustSigma(values.map((value) => value * factor + shift)) as number;
        expect(moved).toBeCloseTo((robustSigma(values) as number) * factor, 6);
      }),
    );
  });

  test('is not moved far by less than half of wild values', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true }), { maxLength: 9 }), (bad) => {
        expect(median([...Array.from({ length: 11 }, (_, index) => index), ...bad])).toBeGreaterThanOrEqual(0);
        expect(median([...Array.from({ length: 11 }, (_, index) => index), ...bad])).toBeLessThanOrEqual(10);
      }),
    );
  });
});
