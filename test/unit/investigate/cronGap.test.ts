import { describe, expect, test } from 'vitest';
import { longestGap } from '../../../src/investigate/cronGap.ts';

const minutes = 60_000;
const days = 24 * 60 * minutes;

describe('longestGap', () => {
  test.each([
    { schedule: '* * * * *', gap: minutes },
    { schedule: '*/15 * * * *', gap: 15 * minutes },
    { schedule: '5,35 * * * *', gap: 60 * minutes },
    { schedule: '0 */6 * * *', gap: 360 * minutes },
    { schedule: '30 2 * * *', gap: days },
    { schedule: '30 2 * * 1-5', gap: 7 * days },
    { schedule: '30 2 1 * *', gap: 31 * days },
    { schedule: '30 2 1 1 *', gap: 366 * days },
    { schedule: '@hourly', gap: 60 * minutes },
    { schedule: '@every 5m', gap: undefined },
    { schedule: '', gap: undefined },
    { schedule: '0 0 0 0 0 0', gap: undefined },
  ])('of “$schedule”', ({ schedule, gap }) => {
    expect(longestGap(schedule)).toBe(gap);
  });
});
