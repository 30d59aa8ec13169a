/**
 * What the hour of the day, and of the week, adds to a series: medians of each hour's deviation from its own day.
 *
 * A day's own median is taken off first, so that a slow drift over days does not look like an hour's doing. Between the middles of two
 * hours the effect is interpolated: an hour's border is no step. Hours are those of UTC; what matters is only that they are the same each day.
 *
 * Source: the classical additive decomposition with medians for means, as in the seasonal hybrid detection of Hochenbaum, Vallis and Kejariwal,
 * "Automatic anomaly detection in the cloud via statistical learning" (2017), where means are what an earlier incident spoils.
 */
import { median } from './robust.ts';
import type { Reading } from './series.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
/** Of the same hour, before it is believed: with fewer one bad day makes a season. */
const LEAST_CYCLES = 3;
/** With readings, for a day to count. */
const LEAST_HOURS = 18;

/** The effect at a time, in the series' unit; zero where history does not tell. */
export type Season = (at: number) => number;

/**
 * By hour of the week when three weeks tell, by hour of the day when three days do.
 *
 * @param ordered readings in order of time, all before `end`
 * @param end days are counted back from it: a day that has only begun has no median to compare its hours with
 */
export function seasonOf(ordered: readonly Reading[], end: number): Season {
  const days = Map.groupBy(ordered, ({ at }) => Math.floor((at - end) / DAY));
  const off = [...days.values()].filter(isWhole).flatMap((day) => {
    const level = median(day.map(({ value }) => value)) as number;
    return day.map(({ at, value }) => ({ at, value: value - level }));
  });
  const ofDay = hourly(off, DAY, end);
  const rest = off.map(({ at, value }) => ({ at, value: value - ofDay(at) }));
  // What the weekday adds to the hour is looked for in what the hour leaves over.
  const ofWeek = hourly(rest, WEEK, end);
  return (at) => ofDay(at) + ofWeek(at);
}

const isWhole = (day: readonly Reading[]): boolean => new Set(day.map(({ at }) => Math.floor(at / HOUR))).size >= LEAST_HOURS;

function hourly(readings: readonly Reading[], cycle: number, end: number): Season {
  const hours = cycle / HOUR;
  const effects = new Map<number, number>();
  for (const [hour, members] of Map.groupBy(readings, ({ at }) => remainder(Math.floor(at / HOUR), hours))) {
    const cycles = Map.groupBy(members, ({ at }) => Math.floor((at - end) / cycle));
    if (cycles.size < LEAST_CYCLES) continue;
    // One vote for each day (week): a day that was scraped more often has no more to say.
    effects.set(hour, median([...cycles.values()].map((one) => median(one.map(({ value }) => value)) as number)) as number);
  }
  return (at) => {
    const place = at / HOUR - 0.5;
    const before = Math.floor(place);
    const [left, right] = [effects.get(remainder(before, hours)), effects.get(remainder(before + 1, hours))];
    if (left === undefined || right === undefined) return left ?? right ?? 0;
    return left + (right - left) * (place - before);
  };
}

const remainder = (value: number, divisor: number): number => ((value % divisor) + divisor) % divisor;
