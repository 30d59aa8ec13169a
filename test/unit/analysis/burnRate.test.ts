import { describe, expect, test } from 'vitest';
import { burnRate } from '../../../src/analysis/burnRate.ts';
import type { Reading } from '../../../src/analysis/series.ts';

const MINUTE = 60_000;
const NOW = Date.parse('2026-03-02T12:00:00Z');

/** One reading a minute of the last six hours. */
const over = (value: (minutesAgo: number) => number): Reading[] =>
  Array.from({ length: 361 }, (_, ago) => ({ at: NOW - ago * MINUTE, value: value(ago) }));
const steady = over(() => 10);
const burn = (errors: readonly Reading[], traffic: readonly Reading[] = steady) =>
  burnRate({ errors, traffic, objective: 0.999, now: NOW });

describe('an error budget of 99.9 %', () => {
  test.each<{ name: string; errors: (minutesAgo: number) => number; want: object }>([
    { name: 'that nobody takes from does not burn', errors: () => 0, want: { tooFast: false, short: 0, long: 0 } },
    {
      name: 'burns as fast as it may at one error of a thousand',
      errors: () => 0.001,
      want: { tooFast: false, short: expect.closeTo(1), long: expect.closeTo(1) },
    },
    {
      name: 'burns too fast at two errors of a hundred',
      errors: () => 0.02,
      want: { tooFast: true, short: expect.closeTo(20) },
    },
    { name: 'burns too fast at one of a hundred for six hours', errors: () => 0.01, want: { tooFast: true, factor: 6 } },
    { name: 'does not burn any more soon after the errors have ended', errors: (ago) => (ago > 31 ? 0.5 : 0), want: { tooFast: false } },
    { name: 'does not burn for a blip of a minute', errors: (ago) => (ago < 2 ? 0.02 : 0), want: { tooFast: false } },
  ])('$name', ({ errors, want }) => {
    expect(burn(over(errors))).toMatchObject(want);
  });

  test('is taken by requests, not by time: a bad minute without traffic takes little', () => {
    const bad = over((ago) => (ago % 2 === 0 ? 0.5 : 0));
    const idle = over((ago) => (ago % 2 === 0 ? 0.01 : 100));
    expect(burn(bad, idle)).toMatchObject({ tooFast: false });
    expect(burn(bad, steady)).toMatchObject({ tooFast: true });
  });

  test('is not known of silence', () => {
    expect(burn([])).toBeUndefined();
    expect(burn(over((ago) => (ago < 6 ? Number.NaN : 0)))).toBeUndefined();
    expect(
      burn(
        steady,
        over(() => 0),
      ),
    ).toBeUndefined();
  });
});
