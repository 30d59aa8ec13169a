/** SigNoz as a port of metrics: by PromQL, which it answers over ranges only; the last point of five minutes is its present value. */
import type { Clock } from '../../clock.ts';
import type { MetricsPort } from '../metrics.ts';
import { inSteps, stepFor } from '../window.ts';
import type { SignozQueries } from './query.ts';

const LOOKBACK_MS = 300_000;
/** Its PromQL has no finer steps. */
const LEAST_STEP_MS = 60_000;
const DEFAULT_POINTS = 240;
const DEFAULT_SERIES = 500;
const MAX_SAMPLES = 10_000;
const MAX_NAMES = 5_000;

export function createSignozMetrics(name: string, queries: SignozQueries, clock: Pick<Clock, 'now'>): MetricsPort {
  return {
    name,
    async instant(query, signal) {
      const window = { start: clock.now() - LOOKBACK_MS, end: clock.now() };
      const { series } = await queries.promql(query, window, { stepMs: LEAST_STEP_MS, maxSeries: MAX_SAMPLES }, signal);
      return series.map(({ labels, points }) => ({ labels, value: points.at(-1)?.[1] ?? 0 }));
    },
    async range(query, window, { points = DEFAULT_POINTS, maxSeries = DEFAULT_SERIES } = {}, signal) {
      const stepMs = Math.max(LEAST_STEP_MS, stepFor(window, points));
      return { stepMs, ...(await queries.promql(query, inSteps(stepMs, window), { stepMs, maxSeries }, signal)) };
    },
    /** It does not tell them by label: these are all of the window. */
    metricNames: (_anyOf, window, signal) => queries.metricNames(window, MAX_NAMES, signal),
  };
}
