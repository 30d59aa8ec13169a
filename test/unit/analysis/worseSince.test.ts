import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BADNESS } from '../../../src/analysis/badness.ts';
import type { Reading } from '../../../src/analysis/series.ts';
import { worseSince } from '../../../src/analysis/worseSince.ts';
import { randomFrom } from './support/random.ts';

const MINUTE = 60_000;
const STEP = 15_000;
const PUSHED = Date.parse('2026-03-02T12:00:00Z');
const ERRORS = BADNESS.errorShare;

/** @param value of the minutes since the push @param until the last reading, in minutes after the push */
const readings = (value: (minutes: number) => number, until = 10): Reading[] =>
  Array.from({ length: (60 + until) * 4 + 1 }, (_, index) => PUSHED - 60 * MINUTE + index * STEP).map((at) => ({
    at,
    value: value((at - PUSHED) / MINUTE),
  }));

describe('worseSince', () => {
  test.each<{ name: string; value: (minutes: number) => number; until?: number; want: object | undefined }>([
    { name: 'errors that came with the fix', value: (at) => (at > 1 ? 0.3 : 0), want: { now: 0.3, before: 0 } },
    { name: 'errors that the fix has made more', value: (at) => (at > 1 ? 0.9 : 0.3), want: { now: 0.9, before: 0.3 } },
    { name: 'not errors that were there before', value: () => 0.3, want: undefined },
    { name: 'not errors that the fix has ended', value: (at) => (at > 1 ? 0 : 0.3), want: undefined },
    { name: 'not errors that came and went before', value: (at) => (at < -20 || at > 1 ? 0.3 : 0), want: undefined },
    { name: 'not a moment’s errors', value: (at) => (at > 1 && at < 2 ? 0.5 : 0), want: undefined },
    { name: 'not before it has lasted', value: (at) => (at > 0 ? 0.3 : 0), until: 1, want: undefined },
    { name: 'not what is too little to be bad', value: (at) => (at > 1 ? 0.01 : 0), want: undefined },
    { name: 'nothing that is no number', value: (at) => (at > 1 ? Number.NaN : 0), want: undefined },
  ])('finds $name', ({ value, until, want }) => {
    expect(worseSince(readings(value, until), PUSHED, ERRORS)).toEqual(want);
  });

  test('needs to have seen what was before, and enough of what came after', () => {
    const all = readings((at) => (at > 1 ? 0.3 : 0));
    const before = all.filter(({ at }) => at < PUSHED);
    expect(
      worseSince(
        all.filter(({ at }) => at >= PUSHED),
        PUSHED,
        ERRORS,
      ),
    ).toBeUndefined();
    expect(worseSince(before, PUSHED, ERRORS)).toBeUndefined();
  });

  test('finds nothing in noise that the push has not changed', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0, max: 0.5, noNaN: true }), (seed, level) => {
        const { normal } = randomFrom(seed);
        const noise = readings(() => Math.min(1, Math.max(0, level * (1 + 0.3 * normal()))));
        expect(worseSince(noise, PUSHED, ERRORS)).toBeUndefined();
      }),
    );
  });
});
