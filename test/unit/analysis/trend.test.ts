import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Reading } from '../../../src/analysis/series.ts';
import { memoryPattern } from '../../../src/analysis/trend.ts';
import { randomFrom } from './support/random.ts';

const MINUTE = 60_000;
const minutes = (count: number, value: (minute: number) => number): Reading[] =>
  Array.from({ length: count }, (_, minute) => ({ at: minute * MINUTE, value: value(minute) }));
const { normal } = randomFrom(2);
/** A collector that lets 60 Mi of garbage gather within 20 minutes. */
const garbage = (minute: number): number => (minute % 20) * 3;

interface Case {
  readonly name: string;
  readonly readings: readonly Reading[];
  readonly restarts?: readonly number[];
  readonly want: ReturnType<typeof memoryPattern>['kind'];
}

describe('memoryPattern', () => {
  test.each<Case>([
    { name: 'steady growth', readings: minutes(360, (m) => 100 + m / 3 + normal()), want: 'leak' },
    { name: 'growth under a collector', readings: minutes(600, (m) => 100 + m / 3 + garbage(m) + normal()), want: 'leak' },
    {
      name: 'growth that restarts cut short',
      readings: minutes(360, (m) => 100 + 2 * (m % 60) + normal()),
      restarts: [60, 120, 180, 240, 300].map((m) => m * MINUTE),
      want: 'leak',
    },
    { name: 'growth faster and faster', readings: minutes(360, (m) => 100 + (m / 20) ** 1.5 + normal()), want: 'leak' },
    { name: 'growth of half an hour', readings: minutes(30, (m) => 100 + 5 * m + normal()), want: 'flat' },
    { name: 'growth of 5 % in six hours', readings: minutes(360, (m) => 100 + m / 72 + normal() / 10), want: 'flat' },
    { name: 'a warm-up that is done', readings: minutes(360, (m) => 100 + 200 * (1 - Math.exp(-m / 20)) + normal()), want: 'flat' },
    { name: 'a step', readings: minutes(360, (m) => (m < 200 ? 100 : 180) + normal()), want: 'sudden' },
    { name: 'a step in the last minutes', readings: minutes(360, (m) => (m < 350 ? 100 : 400) + normal()), want: 'sudden' },
    { name: 'a run-away in the last minutes', readings: minutes(360, (m) => 100 + 50 * Math.max(0, m - 345) + normal()), want: 'sudden' },
    { name: 'a step over a collector', readings: minutes(360, (m) => (m < 200 ? 100 : 300) + garbage(m) + normal()), want: 'sudden' },
    { name: 'a collector', readings: minutes(360, (m) => 100 + garbage(m) + normal()), want: 'sawtooth' },
    { name: 'a collector that is about to run', readings: minutes(359, (m) => 100 + garbage(m)), want: 'sawtooth' },
    {
      name: 'a step to less than what it had before',
      readings: minutes(360, (m) => (m >= 300 ? 200 : m >= 60 && m < 80 ? 350 : 100) + normal()),
      want: 'flat',
    },
    { name: 'noise', readings: minutes(360, () => 100 + normal()), want: 'flat' },
    { name: 'a constant', readings: minutes(360, () => 100), want: 'flat' },
    { name: 'zeros', readings: minutes(360, () => 0), want: 'flat' },
    { name: 'a fall', readings: minutes(360, (m) => 300 - m / 3 + normal()), want: 'flat' },
    { name: 'few readings', readings: minutes(11, (m) => 100 + m), want: 'not enough history' },
    {
      name: 'lives that are all short',
      readings: minutes(50, (m) => 100 + 2 * (m % 10)),
      restarts: [10, 20, 30, 40].map((m) => m * MINUTE),
      want: 'not enough history',
    },
    { name: 'no numbers', readings: minutes(360, () => Number.NaN), want: 'not enough history' },
  ])('finds $want: $name', ({ readings, restarts, want }) => {
    expect(memoryPattern(readings, restarts).kind).toBe(want);
  });

  test('tells how fast a leak is, how long and in how many lives', () => {
    const leak = memoryPattern(
      minutes(240, (m) => 100 + (m % 120) / 2),
      [120 * MINUTE],
    );
    if (leak.kind !== 'leak') throw new Error(leak.kind);
    expect(leak.perHour).toBeCloseTo(30, 6);
    expect(leak.lives).toBe(2);
    expect(leak.hours).toBeCloseTo(238 / 60, 6);
  });

  test('bears anything', () => {
    const reading = fc.record({ at: fc.integer({ min: 0, max: 1e7 }), value: fc.double() });
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 80 }), fc.array(fc.double(), { maxLength: 5 }), (readings, restarts) => {
        const pattern = memoryPattern(readings, restarts);
        if (pattern.kind === 'leak') expect(pattern.perHour).toBeGreaterThan(0);
        if (pattern.kind === 'sudden') expect(pattern.after).toBeGreaterThan(pattern.before);
      }),
    );
  });

  test('tells when a step was, to the reading', () => {
    expect(memoryPattern(minutes(360, (m) => (m < 200 ? 100 : 180) + ((m * 7) % 5)))).toMatchObject({ kind: 'sudden', at: 200 * MINUTE });
  });
});
