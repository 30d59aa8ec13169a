import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Badness, departureOf } from '../../../src/analysis/departure.ts';
import type { Reading } from '../../../src/analysis/series.ts';
import { randomFrom } from './support/random.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NOON = Date.parse('2026-03-02T12:00:00Z');
const STEP = 30_000;
/** As long as an investigation looks back: an hour before its window, which is an hour and more. */
const LENGTH = 130 * MINUTE;
const LATENCY: Badness = { times: 1.5, least: 0.05, lasting: 4 * MINUTE };
const ERRORS: Badness = { times: 2, least: 0.02, lasting: 2 * MINUTE };

/** Minutes before noon, to the value. */
type Shape = (minutesAgo: number) => number;

const readings = (value: Shape, end = NOON): Reading[] =>
  Array.from({ length: LENGTH / STEP + 1 }, (_, index) => end - LENGTH + index * STEP).map((at) => ({
    at,
    value: value((end - at) / MINUTE),
  }));
/** As a rate over five minutes shows it: an average of the last ten readings, and therefore a series that remembers. */
const smoothed = (value: Shape): Shape => {
  const known = new Map<number, number>();
  const at = (minutes: number): number => {
    if (!known.has(minutes)) known.set(minutes, value(minutes));
    return known.get(minutes) as number;
  };
  return (minutes) => Array.from({ length: 10 }, (_, index) => at(minutes + index / 2)).reduce((sum, one) => sum + one, 0) / 10;
};

interface Case {
  readonly name: string;
  readonly recent: (random: ReturnType<typeof randomFrom>) => Shape;
  readonly dayBefore?: (random: ReturnType<typeof randomFrom>) => Shape;
  readonly badness?: Badness;
}

const noisy =
  (level: number, share = 0.15) =>
  ({ normal }: ReturnType<typeof randomFrom>): Shape =>
    smoothed(() => level * Math.max(0, 1 + share * normal()));
const rising =
  (from: number, to: number, minutes: number) =>
  ({ normal }: ReturnType<typeof randomFrom>): Shape =>
    smoothed((ago) => (ago <= minutes ? to : from) * Math.max(0, 1 + 0.15 * normal()));

describe('departureOf', () => {
  test.each<Case & { readonly since: number; readonly now: number; readonly before: number }>([
    { name: 'latency that doubled', recent: rising(0.1, 0.3, 20), dayBefore: noisy(0.1), since: 20, now: 0.3, before: 0.1 },
    { name: 'latency of which nobody knows yesterday', recent: rising(0.1, 0.3, 20), since: 20, now: 0.3, before: 0.1 },
    { name: 'what began a little ago', recent: rising(0.1, 0.5, 8), dayBefore: noisy(0.1), since: 8, now: 0.5, before: 0.1 },
    { name: 'what began an hour ago', recent: rising(0.1, 0.25, 65), dayBefore: noisy(0.1), since: 65, now: 0.25, before: 0.1 },
    {
      name: 'errors where there were none',
      recent: () => smoothed((ago) => (ago <= 6 ? 0.4 : 0)),
      dayBefore: () => () => 0,
      badness: ERRORS,
      since: 6,
      now: 0.3,
      before: 0,
    },
    {
      name: 'a level that crept up',
      recent: ({ normal }) => smoothed((ago) => (0.1 + Math.max(0, (60 - ago) / 60) * 0.4) * (1 + 0.1 * normal())),
      dayBefore: noisy(0.1),
      since: 45,
      now: 0.45,
      before: 0.1,
    },
    {
      name: 'what rises over a busier hour than yesterday',
      recent: rising(0.2, 0.5, 20),
      dayBefore: noisy(0.1),
      since: 20,
      now: 0.5,
      before: 0.2,
    },
  ])('sees $name', ({ recent, dayBefore, badness = LATENCY, since, now, before }) => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const random = randomFrom(seed);
      const past = dayBefore === undefined ? [] : readings(dayBefore(random), NOON - DAY);
      const found = departureOf(readings(recent(random)), past, badness);
      expect(found, `seed ${seed}`).toBeDefined();
      expect(Math.abs((NOON - (found?.since ?? 0)) / MINUTE - since), `since, seed ${seed}`).toBeLessThanOrEqual(Math.max(3, since / 4));
      expect(Math.abs((found?.now ?? 0) - now)).toBeLessThanOrEqual(0.35 * now);
      expect(Math.abs((found?.before ?? 0) - before)).toBeLessThanOrEqual(0.3 * before);
    }
  });

  test.each<Case>([
    { name: 'noise', recent: noisy(0.1, 0.4), dayBefore: noisy(0.1, 0.4) },
    { name: 'noise that remembers', recent: noisy(0.2, 1), dayBefore: noisy(0.2, 1) },
    { name: 'a spike that is over', recent: ({ normal }) => smoothed((ago) => (ago > 30 && ago < 33 ? 5 : 0.1 + 0.01 * normal())) },
    { name: 'spikes now and then', recent: ({ uniform }) => smoothed(() => (uniform() < 0.02 ? 0.6 : 0.1)) },
    {
      name: 'a rise that came down again',
      recent: ({ normal }) => smoothed((ago) => (ago > 15 && ago < 40 ? 0.5 : 0.1) + 0.01 * normal()),
    },
    { name: 'a level that was always so', recent: noisy(3), dayBefore: noisy(0.1) },
    { name: 'the busy time of every day', recent: rising(0.1, 0.3, 20), dayBefore: rising(0.1, 0.3, 25) },
    {
      name: 'the nightly job, which is not on time to the minute',
      recent: rising(0.02, 0.9, 10),
      dayBefore: () => (ago) => (ago > -12 && ago < 18 ? 0.9 : 0.02),
    },
    {
      name: 'the slow swell of a day',
      recent:
        ({ normal }) =>
        (ago) =>
          0.2 - 0.05 * Math.cos((2 * Math.PI * ago) / (24 * 60)) + 0.01 * normal(),
    },
    { name: 'a rise that is no matter', recent: rising(0.004, 0.02, 20), dayBefore: noisy(0.004) },
    { name: 'a rise of a tenth', recent: rising(1, 1.1, 20), dayBefore: noisy(1) },
    { name: 'a fall', recent: rising(0.5, 0.1, 20), dayBefore: noisy(0.5) },
    { name: 'what has only just begun', recent: rising(0.1, 3, 1), dayBefore: noisy(0.1) },
    { name: 'a series that began with the rise', recent: () => (ago) => (ago <= 20 ? 0.5 : Number.NaN) },
    { name: 'a constant', recent: () => () => 0.3 },
    { name: 'nothing but gaps', recent: () => () => Number.NaN },
  ])('is silent about $name', ({ recent, dayBefore, badness = LATENCY }) => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const random = randomFrom(seed);
      const past = dayBefore === undefined ? [] : readings(dayBefore(random), NOON - DAY);
      expect(departureOf(readings(recent(random)), past, badness), `seed ${seed}`).toBeUndefined();
    }
  });

  test('sees the same through missing readings', () => {
    const random = randomFrom(9);
    const shape = rising(0.1, 0.4, 20)(random);
    const patchy = readings(shape).map((one, index) =>
      index % 7 === 3 || (index > 40 && index < 60) ? { ...one, value: Number.NaN } : one,
    );
    expect(departureOf(patchy, readings(noisy(0.1)(random), NOON - DAY), LATENCY)).toMatchObject({ now: expect.closeTo(0.4, 1) as number });
  });

  test('does not take an outage that has lasted for two days for usual because yesterday was so too', () => {
    const { normal } = randomFrom(4);
    const value = (at: number): number => (at >= NOON - 2 * DAY ? 0.4 : 0) + 0.001 * Math.abs(normal());
    const hours = Array.from({ length: 51 * 6 }, (_, index) => NOON - 51 * 60 * MINUTE + index * 10 * MINUTE);
    const series = hours.map((at) => ({ at, value: value(at) }));
    const found = departureOf(
      series,
      series.map(({ at }) => ({ at: at - DAY, value: value(at - DAY) })),
      ERRORS,
    );
    expect(found).toMatchObject({ now: expect.closeTo(0.4, 1) as number, before: expect.closeTo(0, 1) as number });
    expect(Math.abs((found?.since ?? 0) - (NOON - 2 * DAY))).toBeLessThanOrEqual(20 * MINUTE);
  });

  test('bears anything, and what it says is in order', () => {
    const reading = fc.record({ at: fc.integer({ min: NOON - DAY, max: NOON }), value: fc.double() });
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 120 }), fc.array(reading, { maxLength: 60 }), (recent, past) => {
        const found = departureOf(recent, past, LATENCY);
        if (found === undefined) return;
        expect(found.now).toBeGreaterThan(found.before);
        expect(found.since).toBeLessThanOrEqual(NOON);
        expect(found.score).toBeGreaterThanOrEqual(3.5);
      }),
    );
  });
});
