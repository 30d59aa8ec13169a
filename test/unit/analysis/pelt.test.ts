/** Pruning must not change the answer: PELT against the same search without it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pelt } from '../../../src/analysis/pelt.ts';

function squares(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}

function costOf(values: readonly number[], starts: readonly number[], penalty: number): number {
  const bounds = [0, ...starts, values.length];
  return bounds.slice(1).reduce((sum, end, segment) => sum + squares(values.slice(bounds[segment], end)), penalty * starts.length);
}

function leastCost(values: readonly number[], penalty: number, minSegment: number): number {
  const best = [-penalty];
  for (let end = 1; end <= values.length; end += 1) {
    const costs = best.map((before, start) =>
      end - start < minSegment ? Number.POSITIVE_INFINITY : before + squares(values.slice(start, end)) + penalty,
    );
    best.push(Math.min(...costs));
  }
  return best[values.length] as number;
}

test('finds a division of the least cost, with segments that are long enough', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: -20, max: 20 })), { minLength: 1, maxLength: 8 });
  const noise = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 160, maxLength: 160 });
  fc.assert(
    fc.property(steps, noise, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 100 }), (levels, errors, minSegment, penalty) => {
      const values = levels.flatMap(([length, level]) => Array.from({ length }, () => level)).map((value, at) => value + (errors[at] ?? 0));
      fc.pre(values.length >= minSegment);
      const starts = pelt(values, penalty, minSegment);
      const bounds = [0, ...starts, values.length];
      expect(Math.min(...bounds.slice(1).map((end, at) => end - (bounds[at] as number)))).toBeGreaterThanOrEqual(minSegment);
      expect(costOf(values, starts, penalty)).toBeCloseTo(leastCost(values, penalty, minSegment), 6);
    }),
  );
});

test('divides nothing that is shorter than a segment', () => {
  expect(pelt([1, 2, 3], 1, 5)).toEqual([]);
});
