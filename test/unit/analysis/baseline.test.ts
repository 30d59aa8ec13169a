import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Anomaly, anomalyOf, type BaselineOptions } from '../../../src/analysis/baseline.ts';
import type { Reading } from '../../../src/analysis/series.ts';
import { randomFrom } from './support/random.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A Monday, 12:00 UTC. */
const NOON = Date.parse('2026-03-02T12:00:00Z');
const window = { from: NOON, to: NOON + 15 * MINUTE };

/** One reading every five minutes for so many days, and the window after them. */
function history(days: number, value: (at: number) => number, now: number): Reading[] {
  const start = NOON - days * DAY;
  const count = (days * DAY) / (5 * MINUTE);
  const past = Array.from({ length: count }, (_, index) => start + index * 5 * MINUTE).map((at) => ({ at, value: value(at) }));
  return [...past, ...[0, 5, 10].map((minute) => ({ at: NOON + minute * MINUTE, value: now }))];
}

const { normal, uniform } = randomFrom(3);
const hourOf = (at: number): number => (at % DAY) / HOUR;
const daily = (at: number): number => 100 + 40 * Math.sin((2 * Math.PI * (hourOf(at) - 6)) / 24) + normal();
const noise = (): number => 10 + normal();
const job = (at: number): number => (hourOf(at) >= 11.9 && hourOf(at) < 12.6 ? 90 : 5) + normal() / 2;
const weekend = (at: number): number => ([0, 6].includes(new Date(at).getUTCDay()) ? 20 : 100) + normal();

interface Case {
  readonly name: string;
  readonly readings: readonly Reading[];
  readonly options?: BaselineOptions;
  readonly want: Partial<Extract<Anomaly, { kind: 'scored' }>> | Anomaly;
}

describe('anomalyOf', () => {
  test.each<Case>([
    { name: 'sees a rise over noise', readings: history(1, noise, 30), want: { direction: 'higher', against: 'just before' } },
    { name: 'sees a fall', readings: history(1, noise, 0), want: { direction: 'lower' } },
    { name: 'finds noise to be as expected', readings: history(1, noise, 10.4), want: { direction: 'as expected' } },
    { name: 'expects noon to be busy when noon always is', readings: history(7, daily, 140), want: { direction: 'as expected' } },
    { name: 'is struck by a quiet noon when noon is always busy', readings: history(7, daily, 80), want: { direction: 'lower' } },
    {
      name: 'expects the job of noon, of which the hour before knows nothing',
      readings: history(5, job, 90),
      want: { direction: 'as expected' },
    },
    { name: 'is struck when the job of noon takes twice as much', readings: history(5, job, 200), want: { direction: 'higher' } },
    {
      name: 'takes a busier day as it is',
      readings: history(7, (at) => daily(at) + (at > NOON - 11 * HOUR ? 60 : 0), 200),
      want: { direction: 'as expected', against: 'just before' },
    },
    { name: 'expects a Monday to be no Sunday', readings: history(22, weekend, 100), want: { direction: 'as expected' } },
    {
      name: 'is not spoiled by an incident yesterday',
      readings: history(7, (at) => daily(at) + (Math.abs(at - NOON + DAY) < HOUR ? 900 : 0), 300),
      want: { direction: 'higher' },
    },
    {
      name: 'finds a constant that stays to be as expected',
      readings: history(2, () => 5, 5),
      want: { direction: 'as expected', score: 0 },
    },
    {
      name: 'finds a constant that moves as unusual as can be said',
      readings: history(2, () => 0, 1),
      want: { direction: 'higher', score: 100 },
    },
    { name: 'lets a constant waver by a hundredth', readings: history(2, () => 500, 501), want: { direction: 'as expected' } },
    {
      name: 'does not mind what is no matter',
      readings: history(2, () => 0, 1),
      options: { leastDifference: 5 },
      want: { direction: 'as expected', score: 0 },
    },
    { name: 'finds a burst in a sparse series', readings: history(5, () => (uniform() < 0.05 ? 1 : 0), 40), want: { direction: 'higher' } },
    {
      name: 'leaves out what is no number',
      readings: history(1, (at) => (at % (10 * MINUTE) === 0 ? Number.NaN : 10), 10),
      want: { direction: 'as expected' },
    },
    {
      name: 'says that there is too little history',
      readings: history(0.04, noise, 10),
      want: { kind: 'not enough history', have: 3, need: 6 },
    },
    { name: 'says that there is no history', readings: history(0, noise, 10), want: { kind: 'not enough history', have: 0, need: 6 } },
    { name: 'says that the window is empty', readings: history(3, noise, Number.NaN), want: { kind: 'no readings in the window' } },
    { name: 'says of nothing that the window is empty', readings: [], want: { kind: 'no readings in the window' } },
  ])('$name', ({ readings, options, want }) => {
    expect(anomalyOf(readings, window, options)).toMatchObject(want);
  });

  test('draws the interval where the direction turns', () => {
    const past = history(6, daily, 0);
    fc.assert(
      fc.property(fc.double({ min: -500, max: 500, noNaN: true }), (now) => {
        const anomaly = anomalyOf([...past, ...[0, 5, 10].map((minute) => ({ at: NOON + minute * MINUTE, value: now }))], window);
        if (anomaly.kind !== 'scored') throw new Error(anomaly.kind);
        const { low, high } = anomaly.interval;
        expect(anomaly.direction).toBe(now > high ? 'higher' : now < low ? 'lower' : 'as expected');
      }),
      { numRuns: 30 },
    );
  });

  test('bears anything, with a score between 0 and 100', () => {
    const reading = fc.record({ at: fc.integer({ min: NOON - 3 * DAY, max: NOON + HOUR }), value: fc.double() });
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 300 }), (readings) => {
        const anomaly = anomalyOf(readings, window);
        if (anomaly.kind !== 'scored') return;
        expect(anomaly.score).toBeGreaterThanOrEqual(0);
        expect(anomaly.score).toBeLessThanOrEqual(100);
      }),
    );
  });

  test('looks at nothing after the window', () => {
    const readings = history(2, noise, 10);
    const later = Array.from({ length: 50 }, (_, index) => ({ at: window.to + index * MINUTE, value: 9999 }));
    expect(anomalyOf([...readings, ...later], window)).toEqual(anomalyOf(readings, window));
  });

  test('calls noise unusual as rarely as its limit promises', () => {
    const alarms = Array.from({ length: 200 }, () => anomalyOf(history(1, noise, noise()), window)).filter(
      (anomaly) => anomaly.kind === 'scored' && anomaly.direction !== 'as expected',
    );
    expect(alarms.length).toBeLessThan(20);
  });
});
