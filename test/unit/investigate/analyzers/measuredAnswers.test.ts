/** The analyzers of measured answers: errors, latency, traffic, CPU, packets. Each case is drawn with several seeds of noise. */
import { describe, expect, test } from 'vitest';
import { analyse } from '../../../../src/investigate/analyse.ts';
import { cpuPressure } from '../../../../src/investigate/analyzers/cpuPressure.ts';
import { errorRate } from '../../../../src/investigate/analyzers/errorRate.ts';
import { latency } from '../../../../src/investigate/analyzers/latency.ts';
import { packetLoss } from '../../../../src/investigate/analyzers/packetLoss.ts';
import { trafficSurge } from '../../../../src/investigate/analyzers/trafficSurge.ts';
import { recordsOf } from '../../../../src/investigate/evidence.ts';
import type { Finding } from '../../../../src/investigate/finding.ts';
import type { Signals, Snapshot } from '../../../../src/sources/kubernetes/snapshot.ts';
import type { SignalName } from '../../../../src/sources/signals/metricTable.ts';
import { ago, running } from '../builders.ts';
import { complaint, rose, type Shape, signal, signalsOfApp, steady, withSignalsOf } from '../signalsBuilders.ts';
import { app, world } from '../surroundingsBuilders.ts';

const analyzers = [errorRate, latency, trafficSurge, cpuPressure, packetLoss];
const SEEDS = [1, 2, 3, 4, 5, 6];

type Levels = Partial<Record<SignalName, Shape | { readonly now: Shape; readonly dayBefore: Shape | null }>>;

/** What a well-behaved service measures. */
const USUAL: Levels = {
  requestRate: steady(20),
  errorShare: steady(0.004),
  latencyP95: steady(0.12),
  cpuUsage: steady(0.2),
  cpuThrottling: steady(0.02),
  networkReceiveErrors: steady(0),
};

function cart(levels: Levels, seed: number, more: Partial<Signals> = {}): Signals {
  const metrics = Object.entries(levels).map(([name, level], index) => {
    const { now, dayBefore } = typeof level === 'function' ? { now: level, dayBefore: undefined } : level;
    const labels: Record<string, string> = name.startsWith('cpu') ? { container: 'cart' } : {};
    return signal(name as SignalName, now, { seed: seed * 10 + index, labels, ...(dayBefore !== undefined && { dayBefore }) });
  });
  return { ...signalsOfApp('cart', { metrics }), ...more };
}

const seen = (levels: Levels, seed: number, more: Partial<Signals> = {}, parts: Partial<Snapshot> = {}): Snapshot =>
  world(app('cart'), withSignalsOf(cart(levels, seed, more)), parts);
const found = (snapshot: Snapshot): readonly Finding[] => analyse(snapshot, analyzers).findings;
const reasons = (snapshot: Snapshot): string[] =>
  found(snapshot).map(({ reason, indirect }) => (indirect === true ? `${reason}?` : reason));

interface Case {
  readonly name: string;
  readonly levels: Levels;
  readonly more?: Partial<Signals>;
  readonly parts?: Partial<Snapshot>;
  readonly want: readonly string[];
}

const started = (minutes: number): Partial<Snapshot> =>
  app('cart', { container: { state: running(minutes) }, pod: { createdAt: ago(minutes) } });
const swell: Shape = (minutesAgo) => 20 + 15 * Math.cos((2 * Math.PI * minutesAgo) / (24 * 60));

describe('measured answers', () => {
  test.each<Case>([
    { name: 'errors rose', levels: { ...USUAL, errorShare: rose(0.004, 0.2) }, want: ['ErrorRateIncreased'] },
    {
      name: 'errors rose where there were none, four minutes ago',
      levels: { ...USUAL, errorShare: rose(0, 0.5, 4) },
      want: ['ErrorRateIncreased'],
    },
    {
      name: 'errors rose, and of yesterday nobody knows',
      levels: { ...USUAL, errorShare: { now: rose(0.004, 0.2), dayBefore: null } },
      want: ['ErrorRateIncreased'],
    },
    { name: 'errors rose, and requests are not measured', levels: { errorShare: rose(0.004, 0.2) }, want: ['ErrorRateIncreased'] },
    { name: 'it became slow', levels: { ...USUAL, latencyP95: rose(0.12, 0.5) }, want: ['LatencyIncreased'] },
    {
      name: 'it is asked three times as often, and became slow with it',
      levels: { ...USUAL, requestRate: rose(20, 60), latencyP95: rose(0.12, 0.6, 18), cpuUsage: rose(0.2, 0.7) },
      want: ['LatencyIncreased', 'TrafficSurged'],
    },
    {
      name: 'it is throttled, and slow',
      levels: { ...USUAL, cpuThrottling: rose(0.02, 0.8), latencyP95: rose(0.12, 0.6) },
      want: ['LatencyIncreased', 'CPUThrottled'],
    },
    {
      name: 'it is throttled, and nobody measures how it answers',
      levels: { cpuUsage: rose(0.2, 0.5), cpuThrottling: rose(0.02, 0.8) },
      want: ['CPUThrottled?'],
    },
    {
      name: 'it uses far more CPU for as many requests, and is slow',
      levels: { ...USUAL, cpuUsage: rose(0.2, 1.2), latencyP95: rose(0.12, 0.6) },
      want: ['LatencyIncreased', 'CPUSaturated'],
    },
    {
      name: 'it loses packets, and is slow',
      levels: { ...USUAL, networkReceiveErrors: rose(0, 40), latencyP95: rose(0.12, 0.6) },
      want: ['LatencyIncreased', 'NetworkDelay'],
    },
    {
      name: 'errors of new pods that do not go away',
      levels: { ...USUAL, errorShare: rose(0.004, 0.4, 6) },
      parts: started(6),
      want: ['ErrorRateIncreased'],
    },
  ])('tells that $name', ({ levels, more, parts, want }) => {
    for (const seed of SEEDS) expect(reasons(seen(levels, seed, more, parts)), `seed ${seed}`).toEqual(want);
  });

  test.each<Omit<Case, 'want'>>([
    { name: 'all is as ever', levels: USUAL },
    { name: 'nothing is measured', levels: {} },
    { name: 'errors are as frequent as ever', levels: { ...USUAL, errorShare: steady(0.2) } },
    { name: 'errors rose and came down', levels: { ...USUAL, errorShare: (at) => (at < 50 && at > 20 ? 0.4 : 0.004) } },
    { name: 'one of six requests failed', levels: { ...USUAL, requestRate: steady(0.005), errorShare: rose(0, 0.5, 5) } },
    { name: 'errors rose by a hundredth', levels: { ...USUAL, errorShare: rose(0.001, 0.012) } },
    { name: 'errors while pods were replaced', levels: { ...USUAL, errorShare: rose(0.004, 0.05, 5) }, parts: started(5) },
    { name: 'the first minutes of new pods are slow', levels: { ...USUAL, latencyP95: rose(0.12, 0.6, 7) }, parts: started(7) },
    { name: 'it is slow by a blink', levels: { ...USUAL, latencyP95: rose(0.004, 0.02) } },
    { name: 'it is slower by a third', levels: { ...USUAL, latencyP95: rose(0.3, 0.4) } },
    { name: 'it is slow over three requests', levels: { ...USUAL, requestRate: steady(0.01), latencyP95: rose(0.12, 0.6) } },
    { name: 'it became faster, and errors fell', levels: { ...USUAL, latencyP95: rose(0.6, 0.12), errorShare: rose(0.2, 0.004) } },
    { name: 'it is asked three times as often, and bears it', levels: { ...USUAL, requestRate: rose(20, 60), cpuUsage: rose(0.2, 0.65) } },
    {
      name: 'it is the busy time of every day',
      levels: {
        ...USUAL,
        requestRate: { now: rose(20, 60), dayBefore: rose(20, 60, 22) },
        latencyP95: { now: rose(0.12, 0.4), dayBefore: rose(0.12, 0.4, 22) },
      },
    },
    { name: 'the day goes its way', levels: { ...USUAL, requestRate: { now: swell, dayBefore: swell } } },
    { name: 'today is a busier day', levels: { ...USUAL, requestRate: { now: steady(60), dayBefore: steady(20) } } },
    {
      name: 'a nightly job is throttled, as every night',
      levels: { cpuThrottling: { now: rose(0, 0.9, 15), dayBefore: rose(0, 0.9, 10) } },
    },
    { name: 'it is throttled, and answers as ever', levels: { ...USUAL, cpuThrottling: rose(0.02, 0.9) } },
    { name: 'some packets are lost, and it answers as ever', levels: { ...USUAL, networkReceiveErrors: rose(0, 40) } },
    { name: 'errors brought retries', levels: { ...USUAL, requestRate: rose(20, 60, 10), errorShare: steady(0.004) } },
    { name: 'latency spikes now and then', levels: { ...USUAL, latencyP95: (at) => (Math.round(at * 2) % 47 === 3 ? 2 : 0.12) } },
    { name: 'what was measured ended before', levels: USUAL, more: { window: { start: ago(70), end: ago(-30) } } },
  ])('is silent when $name', ({ levels, more, parts }) => {
    for (const seed of SEEDS) expect(reasons(seen(levels, seed, more, parts)), `seed ${seed}`).toEqual([]);
  });

  test('errors that came before a surge are what brought it: retries', () => {
    for (const seed of SEEDS) {
      const levels = { ...USUAL, errorShare: rose(0.004, 0.5, 40), requestRate: rose(20, 60, 15) };
      expect(reasons(seen(levels, seed))).toEqual(['ErrorRateIncreased']);
    }
  });

  test('says since when, what it was, and what its logs newly say, each with evidence that there is', () => {
    const more = { complaints: [complaint('card vault is sealed'), complaint('retrying', { change: 'steady' })] };
    const snapshot = seen({ ...USUAL, errorShare: rose(0.004, 0.2) }, 1, more);
    const [finding] = found(snapshot);
    expect(finding?.message).toMatch(
      /^Deployment\/shop\/cart answers with errors: (?:19|20|21) % since about 2026-01-01 11:(?:3[789]|4[01]) UTC, after 0\.\d\d % before that and at most 0\.\d\d? % at this time a day before\. Its logs say 40 times, which they did not a day before: “card vault is sealed”\.$/u,
    );
    const records = recordsOf(snapshot, []);
    expect(finding?.evidence.map((key) => records.get(key)?.source)).toEqual(['metrics', 'logs']);
    const [metric] = finding?.evidence.map((key) => records.get(key)) ?? [];
    expect(metric).toMatchObject({ query: 'errorShare{namespace="shop"}', summary: expect.stringContaining('by main') as string });
    expect(JSON.parse(metric?.content ?? '')).toMatchObject({ source: 'main', unit: 'share' });
  });

  test('what calls of it that fail is blamed, and it is then no more than a hint', () => {
    const traces = { failing: [{ caller: 'cart', callee: 'stock' }] };
    const { traces: reading } = signalsOfApp('cart', { traces });
    const snapshot = seen({ ...USUAL, errorShare: rose(0.004, 0.2) }, 1, { traces: reading }, app('stock'));
    expect(found(snapshot)).toMatchObject([
      {
        indirect: true,
        blames: [
          { kind: 'Service', name: 'stock' },
          { kind: 'Deployment', name: 'stock' },
        ],
      },
    ]);
  });
});
