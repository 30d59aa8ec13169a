import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Point, theilSen } from '../../../src/analysis/theilSen.ts';
import { randomFrom, series } from './support/random.ts';

const points = (xs: readonly number[], ys: readonly number[]): Point[] => xs.map((x, index) => ({ x, y: ys[index] ?? Number.NaN }));

describe('theilSen', () => {
  test('gives the slope and the interval of the example in Sen (1968)', () => {
    const line = theilSen(points([1, 2, 3, 4, 10, 12, 18], [9, 15, 19, 20, 45, 55, 78]), 0.93);
    expect(line).toMatchObject({ slope: 4, intercept: 4, n: 7 });
    expect(line?.low).toBeCloseTo(26 / 7, 6);
    expect(line?.high).toBeCloseTo(35 / 8, 6);
  });

  test.each<readonly [string, readonly Point[]]>([
    ['no points', []],
    ['one point', points([1], [1])],
    ['points at one time', points([1, 1, 1], [1, 2, 3])],
    ['points of which one is a number', points([1, 2], [1, Number.NaN])],
  ])('says nothing of %s', (_name, given) => {
    expect(theilSen(given)).toBeUndefined();
  });

  test('does not bound the slope of three points', () => {
    expect(theilSen(points([1, 2, 3], [1, 2, 3]))).toMatchObject({ low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY });
  });

  test('finds the line under a quarter of wild points', () => {
    fc.assert(
      fc.property(fc.integer({ min: -50, max: 50 }), fc.array(fc.integer({ min: -1e6, max: 1e6 }), { maxLength: 7 }), (slope, wild) => {
        const xs = series(30, (index) => index);
        const ys = xs.map((x, index) => (index % 4 === 1 ? (wild[(index - 1) / 4] ?? slope * x) : slope * x));
        expect(theilSen(points(xs, ys))?.slope).toBeCloseTo(slope, 9);
      }),
    );
  });

  test('thins many points, and keeps the slope within its interval', () => {
    const { normal } = randomFrom(1);
    const xs = series(20_000, (index) => index);
    const line = theilSen(
      points(
        xs,
        xs.map((x) => 0.01 * x + normal()),
      ),
    );
    expect(line?.n).toBe(400);
    expect(line?.low).toBeLessThan(0.01);
    expect(line?.high).toBeGreaterThan(0.01);
    expect(line?.slope).toBeCloseTo(0.01, 4);
  });
});
