import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { forecastLimit } from '../../../src/analysis/forecast.ts';
import type { Reading } from '../../../src/analysis/series.ts';
import { randomFrom } from './support/random.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const minutes = (count: number, value: (minute: number) => number): Reading[] =>
  Array.from({ length: count }, (_, minute) => ({ at: minute * MINUTE, value: value(minute) }));

describe('forecastLimit', () => {
  test('tells when a volume that fills at 1 an hour, from 10, reaches 20', () => {
    const forecast = forecastLimit(
      minutes(61, (minute) => 10 + minute / 60),
      20,
    );
    if (forecast.kind !== 'reaches') throw new Error(forecast.kind);
    expect(forecast.at / HOUR).toBeCloseTo(10, 6);
    expect(forecast.earliest / HOUR).toBeCloseTo(10, 6);
    expect((forecast.latest ?? 0) / HOUR).toBeCloseTo(10, 6);
    expect(forecast.perHour).toBeCloseTo(1, 9);
  });

  test('holds the time between the earliest and the latest, noise and wild readings or not', () => {
    const { normal } = randomFrom(5);
    const readings = minutes(120, (minute) => (minute % 20 === 7 ? 500 : 10 + minute / 60 + normal() / 10));
    const forecast = forecastLimit(readings, 20);
    if (forecast.kind !== 'reaches') throw new Error(forecast.kind);
    expect(forecast.earliest).toBeLessThan(10 * HOUR);
    expect(forecast.latest).toBeGreaterThan(10 * HOUR);
  });

  test.each<readonly [string, readonly Reading[], object]>([
    ['one that falls', minutes(30, (minute) => 10 - minute / 60), { kind: 'never' }],
    ['one that does not move', minutes(30, () => 10), { kind: 'never', perHour: 0 }],
    ['one that takes a hundred years', minutes(30, (minute) => minute / 60 / 87_660), { kind: 'never' }],
    ['one that is there', minutes(30, () => 20), { kind: 'reached' }],
    ['too few readings', minutes(4, (minute) => minute), { kind: 'not enough history', have: 4, need: 10 }],
    ['readings of which few are numbers', minutes(30, (minute) => (minute < 28 ? Number.NaN : 1)), { kind: 'not enough history', have: 2 }],
    ['no readings', [], { kind: 'not enough history', have: 0, need: 10 }],
  ])('says of %s what it is', (_name, readings, want) => {
    expect(forecastLimit(readings, 20)).toMatchObject(want);
  });

  test('never reaches what is no limit', () => {
    expect(
      [Number.NaN, Number.POSITIVE_INFINITY].map(
        (limit) =>
          forecastLimit(
            minutes(30, (minute) => minute),
            limit,
          ).kind,
      ),
    ).toEqual(['never', 'never']);
  });

  test('has no latest time where the slope may be none', () => {
    const { normal } = randomFrom(8);
    const forecast = forecastLimit(
      minutes(30, (minute) => 10 + minute / 600 + normal()),
      20,
    );
    if (forecast.kind === 'reaches') expect(forecast.latest).toBeUndefined();
    else expect(forecast.kind).toBe('never');
  });

  test('is never in the past, and its times are in order, for any readings', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 99, noNaN: true }), { minLength: 10, maxLength: 40 }), (values) => {
        const forecast = forecastLimit(
          minutes(values.length, (minute) => values[minute] ?? 0),
          100,
        );
        if (forecast.kind !== 'reaches') return;
        expect(forecast.earliest).toBeGreaterThanOrEqual((values.length - 1) * MINUTE);
        expect(forecast.at).toBeGreaterThanOrEqual(forecast.earliest);
        expect(forecast.latest ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(forecast.at);
      }),
    );
  });
});
