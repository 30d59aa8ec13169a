import { expect, test } from 'vitest';
import { firedDuring } from '../../../src/sources/alertHistory.ts';
import type { Labels, Point } from '../../../src/sources/metrics.ts';

const MINUTE = 60_000;
const window = { start: 0, end: 60 * MINUTE };

/** A Prometheus that has points at these minutes, a step of a minute apart. */
function prometheus(firedAt: readonly number[], firesNow: boolean) {
  const labels = { __name__: 'ALERTS', alertstate: 'firing', alertname: 'A' };
  const points = firedAt.map((minute): Point => [minute * MINUTE, 1]);
  return {
    externalLabels: async (): Promise<Labels> => ({ cluster: 'prod' }),
    range: async () => ({ stepMs: MINUTE, notes: [], series: points.length === 0 ? [] : [{ labels, points }] }),
    instant: async () => (firesNow ? [{ labels, value: 1 }] : []),
  };
}

test.each<{
  name: string;
  firedAt: readonly number[];
  firesNow?: boolean;
  want: readonly (readonly [from: number, to: number | undefined])[];
}>([
  { name: 'nothing, where nothing fired', firedAt: [], want: [] },
  { name: 'a time, from the step in which it began', firedAt: [10, 11, 12], want: [[9, 12]] },
  {
    name: 'each time by itself',
    firedAt: [10, 11, 20],
    want: [
      [9, 11],
      [19, 20],
    ],
  },
  { name: 'a time that has just ended as ended', firedAt: [59, 60], want: [[58, 60]] },
  {
    name: 'a time that goes on without an end',
    firedAt: [10, 59, 60],
    firesNow: true,
    want: [
      [9, 10],
      [58, undefined],
    ],
  },
])('tells $name', async ({ firedAt, firesNow = false, want }) => {
  const fired = await firedDuring(prometheus(firedAt, firesNow), window);
  const minutesOf = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / MINUTE);
  expect(fired.map(({ startsAt, endsAt }) => [minutesOf(startsAt), minutesOf(endsAt)])).toEqual(want);
  for (const { labels } of fired) expect(labels).toEqual({ cluster: 'prod', alertname: 'A' });
});
