/**
 * Which alerts fired during a time, from the series that every evaluation of a rule writes (`ALERTS`), each time with its beginning and its end.
 *
 * No firing is missed however long the time is: each step asks whether there was one within it, so that only beginnings and ends get as coarse
 * as a step. The labels that Prometheus adds on the way to Alertmanager are added.
 */
import type { Labels, PrometheusClient } from './prometheus.ts';
import { stepFor, type TimeWindow } from './window.ts';

export interface FiredAlert {
  readonly labels: Labels;
  /** Milliseconds since the epoch. */
  readonly startsAt: number;
  /** Undefined if it still fired at the end of the time. */
  readonly endsAt: number | undefined;
}

const MAX_SERIES = 10_000;
/** As many as keep the answer to ten thousand series within what is read. */
const POINTS = 240;
/** Rules are evaluated every 15 to 60 seconds. */
const LEAST_STEP_MS = 15_000;

export async function firedDuring(
  client: Pick<PrometheusClient, 'range' | 'instant' | 'externalLabels'>,
  window: TimeWindow,
  signal?: AbortSignal,
): Promise<readonly FiredAlert[]> {
  const points = Math.max(1, Math.min(POINTS, Math.ceil((window.end - window.start) / LEAST_STEP_MS)));
  const range = `max_over_time(${FIRING}[${stepFor(window, points) / 1000}s])`;
  const [external, { series, stepMs }, now] = await Promise.all([
    client.externalLabels(signal),
    client.range(range, window, { points, maxSeries: MAX_SERIES }, signal),
    client.instant(FIRING, signal),
  ]);
  const fires = new Set(now.map(({ labels }) => keyOf(own(labels))));
  return series.flatMap(({ labels, points: found }) => {
    const runs = episodes(
      found.map(([at]) => at),
      stepMs,
    );
    return runs.map(({ start, end }, index) => ({
      labels: { ...external, ...own(labels) },
      // A point tells of the step before it.
      startsAt: start - stepMs,
      endsAt: index === runs.length - 1 && fires.has(keyOf(own(labels))) ? undefined : Math.min(end, window.end),
    }));
  });
}

const FIRING = 'ALERTS{alertstate="firing"}';
const own = ({ __name__: _name, alertstate: _state, ...labels }: Labels): Labels => labels;
const keyOf = (labels: Labels): string => JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** Runs of points that are no further apart than a step and a half. */
function episodes(times: readonly number[], stepMs: number): readonly { readonly start: number; readonly end: number }[] {
  const runs: { start: number; end: number }[] = [];
  for (const at of times) {
    const run = runs.at(-1);
    if (run !== undefined && at - run.end <= stepMs * 1.5) run.end = at;
    else runs.push({ start: at, end: at });
  }
  return runs;
}
