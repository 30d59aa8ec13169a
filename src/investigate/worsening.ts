/**
 * Which measured signals of a workload have become unusual and bad, by how much, and since when.
 *
 * What counts as bad is in `analysis/badness.ts`. What is up for a moment only is none: rates are taken over five minutes, so that a moment is
 * seen for as long.
 */
import { BADNESS, type RisingSignal } from '../analysis/badness.ts';
import { type Departure, departureOf } from '../analysis/departure.ts';
import { median } from '../analysis/robust.ts';
import { levelText } from '../domain/levelText.ts';
import type { Signals } from '../sources/kubernetes/snapshot.ts';
import type { SignalSeries } from '../sources/signals/metricSignals.ts';
import type { SignalName } from '../sources/signals/metricTable.ts';
import { spokenTime } from './times.ts';

const MINUTE = 60_000;

export interface Worsening extends Departure {
  readonly series: SignalSeries;
}

/** Of several containers the one that rose most; undefined when none did, or nobody measures it. */
export function worsened({ metrics, window }: Signals, signal: RisingSignal): Worsening | undefined {
  const found = metrics.flatMap((series): Worsening[] => {
    const last = series.points.at(-1)?.[0] ?? 0;
    if (series.signal !== signal || window.end - last > STALE) return [];
    const departure = departureOf(series.points.map(reading), series.dayBefore.map(reading), BADNESS[signal]);
    return departure === undefined ? [] : [{ ...departure, series }];
  });
  return found.toSorted((a, b) => b.score - a.score || b.now - a.now)[0];
}

/** A series that ended before says nothing of now. */
const STALE = 10 * MINUTE;

const reading = ([at, value]: SignalSeries['points'][number]): { at: number; value: number } => ({ at, value });

export const isMeasured = ({ metrics }: Signals, signal: SignalName): boolean => metrics.some((series) => series.signal === signal);

/** The median of the last minutes, of the container or claim where it is highest. */
export function recently({ metrics, window }: Signals, signal: SignalName): number | undefined {
  const levels = metrics
    .filter((series) => series.signal === signal)
    .flatMap(({ points }) => median(points.filter(([at]) => at > window.end - RECENT).map(([, value]) => value)) ?? []);
  return levels.length === 0 ? undefined : Math.max(...levels);
}

const RECENT = 10 * MINUTE;

export interface Harm {
  readonly rise: Worsening;
  /** As in "its errors rose to 23 %". */
  readonly text: string;
}

/** What people notice of it: errors or latency that rose when something else did, or after. @param since when that did */
export function harmOf(signals: Signals, since: number): Harm | undefined {
  const errors = worsened(signals, 'errorShare');
  const slowness = worsened(signals, 'latencyP95');
  const came = (rise: Worsening | undefined): rise is Worsening => rise !== undefined && rise.since >= since - TOGETHER;
  if (came(errors)) return { rise: errors, text: `its errors rose to ${levelText(errors.series.unit, errors.now)}` };
  return came(slowness)
    ? { rise: slowness, text: `its 95th percentile rose to ${levelText(slowness.series.unit, slowness.now)}` }
    : undefined;
}

/** Of rates over five minutes, since when is known no better. */
const TOGETHER = 5 * MINUTE;

/** "23 % since about 2026-01-01 12:03 UTC, after 0.4 % before that and at most 0.5 % at this time a day before". @param of as in " of its periods" */
export function riseText({ now, before, dayBefore, since, series: { unit } }: Worsening, of = ''): string {
  const yesterday = dayBefore === undefined ? '' : ` and at most ${levelText(unit, dayBefore)} at this time a day before`;
  return `${levelText(unit, now)}${of} since about ${toTheMinute(since)}, after ${levelText(unit, before)} before that${yesterday}`;
}

const toTheMinute = (ms: number): string => spokenTime(ms).replace(/:\d\d UTC$/u, ' UTC');
