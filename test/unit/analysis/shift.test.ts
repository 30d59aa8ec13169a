import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shiftOf } from '../../../src/analysis/shift.ts';

const MINUTE = 60_000;
const points = (...values: readonly number[]): [number, number][] => values.map((value, index) => [index * MINUTE, value]);
const of = (count: number, value: number): number[] => Array.from({ length: count }, () => value);

describe('shiftOf', () => {
  test.each([
    { name: 'a step at the end', values: [...of(45, 1), ...of(15, 9)], quiet: 1, high: 9, onset: 43 },
    { name: 'a step that is over', values: [...of(20, 1), ...of(10, 9), ...of(30, 1)], quiet: 1, high: 9, onset: 18 },
    { name: 'trouble that lasts for most of the window', values: [...of(22, 1), ...of(38, 9)], quiet: 1, high: 9, onset: 20 },
    { name: 'trouble at the start', values: [...of(12, 9), ...of(48, 1)], quiet: 1, high: 9, onset: 0 },
    { name: 'one outlier, which moves nothing', values: [...of(30, 1), 900, ...of(29, 1)], quiet: 1, high: 1, onset: 0 },
    { name: 'two outliers side by side, which move nothing', values: [...of(30, 1), 900, 900, ...of(28, 1)], quiet: 1, high: 1, onset: 0 },
    { name: 'a flat series', values: of(60, 3), quiet: 3, high: 3, onset: 0 },
    {
      name: 'trouble that was there all along, which is not told from quiet',
      values: [...of(5, 1), ...of(55, 9)],
      quiet: 9,
      high: 9,
      onset: 0,
    },
  ])('$name', ({ values, quiet, high, onset }) => {
    const shift = shiftOf(points(...values));
    expect(shift).toMatchObject({ quiet, high });
    if (quiet !== high) expect(shift?.onset).toBe(onset * MINUTE);
  });

  test('nothing is said of fewer than twelve samples', () => {
    expect(shiftOf(points(...of(11, 1)))).toBeUndefined();
    expect(shiftOf([])).toBeUndefined();
  });

  test('the quiet level is never above the level in trouble, both are samples, and the onset is a time of the series', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 12, maxLength: 90 }), (values) => {
        const shift = shiftOf(points(...values));
        expect(shift).toBeDefined();
        expect(shift?.quiet).toBeLessThanOrEqual(shift?.high ?? 0);
        expect(values).toContain(shift?.quiet);
        expect(values).toContain(shift?.high);
        expect((shift?.onset ?? -1) % MINUTE).toBe(0);
      }),
    );
  });
});
