/** What telemetry says of a workload, as measured series look: noisy, averaged over five minutes, with readings missing here and there. */
import type { ObjectRef } from '../../../src/crds/common.ts';
import type { Signals, Snapshot } from '../../../src/sources/kubernetes/snapshot.ts';
import type { Point } from '../../../src/sources/metrics.ts';
import type { CallReading } from '../../../src/sources/signals/callReading.ts';
import type { Complaint } from '../../../src/sources/signals/complaints.ts';
import type { SignalSeries } from '../../../src/sources/signals/metricSignals.ts';
import { METRIC_SIGNALS, type SignalName } from '../../../src/sources/signals/metricTable.ts';
import { randomFrom } from '../analysis/support/random.ts';
import { ago, NOW } from './builders.ts';
import { deployment } from './surroundingsBuilders.ts';

const STEP = 30_000;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const WINDOW_MINUTES = 70;
const MINUTES = WINDOW_MINUTES + 60;
/** Readings that an average over five minutes is made of. */
const SMOOTHED = 10;

/** The level so many minutes before the snapshot, or before the same time yesterday. */
export type Shape = (minutesAgo: number) => number;

export const steady =
  (level: number): Shape =>
  () =>
    level;
/** From one level to another, so many minutes ago. */
export const rose =
  (from: number, to: number, minutes = 20): Shape =>
  (minutesAgo) =>
    minutesAgo <= minutes ? to : from;

export interface SeriesOptions {
  readonly labels?: SignalSeries['labels'];
  /** `steady(now)` of the beginning if not said; null: it was not measured. */
  readonly dayBefore?: Shape | null;
  readonly seed?: number;
  /** Of the level. */
  readonly noise?: number;
}

export function signal(name: SignalName, now: Shape, { labels = {}, dayBefore, seed = 1, noise = 0.1 }: SeriesOptions = {}): SignalSeries {
  const past = dayBefore === undefined ? steady(now(MINUTES)) : dayBefore;
  return {
    signal: name,
    unit: METRIC_SIGNALS[name].unit,
    convention: 'test',
    source: 'main',
    query: `${name}{namespace="shop"}`,
    labels,
    stepMs: STEP,
    points: measured(now, NOW, seed, noise),
    dayBefore: past === null ? [] : measured(past, NOW - DAY, seed + 100, noise),
  };
}

function measured(shape: Shape, end: number, seed: number, noise: number): Point[] {
  const { normal, uniform } = randomFrom(seed);
  const raw = new Map<number, number>();
  const rawAt = (index: number): number => {
    const known = raw.get(index) ?? shape(index / 2) * Math.max(0, 1 + noise * normal());
    raw.set(index, known);
    return known;
  };
  return Array.from({ length: 2 * MINUTES + 1 }, (_, index) => 2 * MINUTES - index).flatMap((index): Point[] => {
    const average = Array.from({ length: SMOOTHED }, (_, back) => rawAt(index + back)).reduce((sum, one) => sum + one, 0) / SMOOTHED;
    return uniform() < 0.03 ? [] : [[end - index * STEP, average]];
  });
}

export interface SignalsOptions {
  readonly metrics?: readonly SignalSeries[];
  readonly complaints?: readonly Complaint[];
  readonly traces?: Partial<CallReading>;
  readonly object?: ObjectRef;
}

export function signalsOfApp(name: string, { metrics = [], complaints = [], traces, object = deployment(name) }: SignalsOptions): Signals {
  return {
    object,
    window: { start: ago(WINDOW_MINUTES), end: NOW },
    metrics,
    complaints,
    logSource: 'loki',
    traces: traces && {
      source: 'tempo',
      service: name,
      calls: [],
      failing: [],
      slower: [],
      suspects: [],
      changes: [],
      origins: [],
      compared: { now: 15, dayBefore: 15 },
      failed: { now: 4, dayBefore: 0 },
      namespaces: {},
      example: ['cart: GET / (server, 10 ms)'],
      ...traces,
    },
  };
}

export const complaint = (sample: string, more: Partial<Complaint> = {}): Complaint => ({
  template: sample,
  sample,
  change: 'new',
  now: 40,
  dayBefore: 0,
  since: ago(20),
  ...more,
});

export const withSignalsOf = (...signals: readonly Signals[]): Pick<Snapshot, 'signals'> => ({ signals });
