import { describe, expect, test } from 'vitest';
import type { GoldenLevel } from '../../../../src/sources/signals/goldenSignals.ts';
import type { GoldenName } from '../../../../src/sources/signals/goldenTable.ts';
import { judge } from '../../../../src/tools/signals/golden/judge.ts';
import { fourTexts, missingOf } from '../../../../src/tools/signals/golden/words.ts';

type Given = number | readonly [value: number, usual: number, highest?: number];
type Levels = Partial<Record<GoldenName, Given>>;

/** Values, or values with what was usual on seven earlier days. */
function levelsOf(given: Levels): Partial<Record<GoldenName, GoldenLevel>> {
  return Object.fromEntries(
    Object.entries(given).map(([signal, one]): [string, GoldenLevel] => {
      const [value, usual, highest = usual] = typeof one === 'number' ? [one] : one;
      const before = usual === undefined ? {} : { usual: { median: usual, lowest: usual, highest: highest ?? usual, days: 7 } };
      return [signal, { signal: signal as GoldenName, unit: 'share', value, of: '', convention: '', source: '', query: '', ...before }];
    }),
  );
}

const WELL: Levels = { requestRate: [10, 10], errorShare: [0.001, 0.001], latencyP95: [0.1, 0.1] };
const judged = (change: Levels, replicas = { desired: 2, ready: 2 }) =>
  judge({ levels: levelsOf({ ...WELL, ...change }), replicas, windowSeconds: 300 });

describe('a service', () => {
  test('of which all that matters is seen and well is healthy', () => {
    expect(judged({})).toEqual({ status: 'healthy', reasons: [] });
  });

  test.each<[title: string, change: Levels, status: string, reason: string]>([
    ['errors of 1%', { errorShare: [0.01, 0.001] }, 'degraded', 'errors are 1% (usually 0.1% at this hour)'],
    ['errors of 5%', { errorShare: 0.05 }, 'unhealthy', 'errors are 5%'],
    ['errors of 5% that are two requests', { errorShare: 0.05, requestRate: 0.1 }, 'degraded', 'errors are 5%'],
    ['latency of twice what is usual', { latencyP95: [0.25, 0.1] }, 'degraded', 'latency is 250ms (p95) (usually 100ms at this hour)'],
    ['latency of four times and much more', { latencyP95: [0.7, 0.1] }, 'unhealthy', 'latency is 700ms (p95) (usually 100ms at this hour)'],
    ['hardly any traffic', { requestRate: [2, 10] }, 'degraded', 'traffic is 120 req/min (usually 600 req/min at this hour)'],
    [
      'no traffic where there used to be some',
      { requestRate: [0, 10] },
      'unhealthy',
      'traffic is 0 req/min (usually 600 req/min at this hour)',
    ],
    ['CPU at its limit', { cpuOfLimit: 0.95 }, 'degraded', 'CPU is at 95% of its limit'],
    ['throttling', { cpuThrottling: 0.3 }, 'degraded', 'CPU is throttled in 30% of its periods'],
    ['memory near its limit', { memoryOfLimit: 0.9 }, 'degraded', 'memory is at 90% of its limit'],
    ['memory at its limit', { memoryOfLimit: 0.99 }, 'unhealthy', 'memory is at 99% of its limit'],
    ['a pool that is taken', { poolUsage: 1 }, 'unhealthy', '100% of its pool is taken'],
    ['a volume that fills up', { volumeUsage: 0.85 }, 'degraded', 'its volume is 85% full'],
    ['restarts', { restarts: 2.1 }, 'degraded', 'its containers restarted 2 times within the hour'],
  ])('with %s', (_title, change, status, reason) => {
    expect(judged(change)).toEqual({ status, reasons: [reason] });
  });

  test.each<[title: string, change: Levels]>([
    ['latency that was as high on an earlier day', { latencyP95: [0.25, 0.1, 0.3] }],
    ['latency of twice very little', { latencyP95: [0.02, 0.01] }],
    ['latency of which nothing is known from before', { latencyP95: 9 }],
    ['no calls at night, as every night', { requestRate: [0.01, 0.05] }],
    ['much traffic', { requestRate: [1000, 10] }],
    ['CPU above its request', { cpuOfRequest: 3 }],
  ])('is healthy with %s', (_title, change) => {
    expect(judged(change).status).toBe('healthy');
  });

  test.each<[title: string, levels: Levels, replicas: { desired: number; ready: number }, reason: string]>([
    ['whose requests nobody measures', { memoryOfLimit: 0.2 }, { desired: 2, ready: 2 }, 'nobody measures its requests'],
    ['whose requests tell no status', { requestRate: 5 }, { desired: 2, ready: 2 }, 'its requests are counted without saying which failed'],
    ['that had no requests', { requestRate: 0 }, { desired: 2, ready: 2 }, 'it had no requests'],
    ['that is scaled to zero', {}, { desired: 0, ready: 0 }, 'it is scaled to zero'],
  ])('%s is unknown, however well its pods are', (_title, levels, replicas, reason) => {
    expect(judge({ levels: levelsOf(levels), replicas, windowSeconds: 300 })).toEqual({ status: 'unknown', reasons: [reason] });
  });

  test('says the worst first', () => {
    expect(judged({ cpuOfLimit: 1, errorShare: 0.2 }, { desired: 2, ready: 1 })).toEqual({
      status: 'unhealthy',
      reasons: ['errors are 20%', '1 of 2 replicas are ready', 'CPU is at 100% of its limit'],
    });
  });
});

test.each<[levels: Levels, latency: string, traffic: string, errors: string, saturation: string]>([
  [
    { latencyP95: 0.045, requestRate: 2.5, errorShare: 0.001, cpuOfLimit: 0.15, memoryOfLimit: 0.25 },
    '45ms (p95)',
    '150 req/min',
    '0.1%',
    'CPU: 15%, Memory: 25%',
  ],
  [
    { latencyP95: 12.34, requestRate: 0.0011, errorShare: 0 },
    '12.3s (p95)',
    '0.066 req/min',
    '0%',
    'CPU: not measured, Memory: not measured',
  ],
  [
    { requestRate: 0, cpuUsage: 0.25, memoryUsage: 2 ** 20 },
    'no requests',
    '0 req/min',
    'no requests',
    'CPU: 0.25 cores (no limit), Memory: 1 Mi (no limit)',
  ],
  [
    { cpuOfRequest: 1.5, memoryOfLimit: 0.5, cpuThrottling: 0.2, poolUsage: 0.9, volumeUsage: 0.8 },
    'not measured',
    'not measured',
    'not measured',
    'CPU: 150% of its request (no limit), Memory: 50%, Throttled: 20%, Pool: 90%, Disk: 80%',
  ],
])('%j in four texts', (levels, latency, traffic, errors, saturation) => {
  expect(fourTexts(levelsOf(levels))).toEqual({ latency, traffic, errors, saturation });
});

test('what is missing is said, and not what does not apply', () => {
  const signals = (levels: Levels, hasVolumes = false): string[] => missingOf(levelsOf(levels), hasVolumes).map(({ signal }) => signal);
  expect(signals({}, true)).toEqual(['latency', 'traffic', 'errors', 'CPU', 'memory', 'disk']);
  expect(signals({ ...WELL, cpuUsage: 1, memoryUsage: 1 })).toEqual(['CPU of its limit', 'memory of its limit']);
  expect(signals({ requestRate: 0, cpuUsage: 1, cpuOfLimit: 1, memoryUsage: 1, memoryOfLimit: 1 })).toEqual(['earlier days']);
});
