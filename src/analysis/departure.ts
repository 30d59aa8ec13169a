/**
 * Whether a quantity that had better stay low has risen, since when, and is still up: unusual and bad, both.
 *
 * Bad is what the caller says: so many times what it was, and by so much. Unusual is what was neither so in the stretch before nor around the
 * same time a day before: a nightly job differs from the hour before it but not from the night before, a busier day differs from yesterday but
 * not from its own last hour. Since when is where the first change (`changePoints.ts`) lies after which no stretch came down again: a spike
 * that is over, noise, and a level that was always so are none.
 *
 * The score is a robust z of the last minutes' median among medians of the stretch before the rise, by MAD; 3.5 is the limit of Iglewicz and
 * Hoaglin (1993). Yesterday's level is the highest of windows as long in the hour around: jobs are not on time to the minute.
 */
import { type ChangePoint, changePoints } from './changePoints.ts';
import { median, robustSigma } from './robust.ts';
import { between, DAY, HOUR, inOrder, type Reading } from './series.ts';

export interface Departure {
  /** Median of the last minutes, in the series' unit; so are the others. */
  readonly now: number;
  /** Median of what was before it began. */
  readonly before: number;
  /** The highest around the same time a day before; absent where it was not measured. */
  readonly dayBefore?: number | undefined;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Robust standard deviations from what was before, 3.5 to 100. */
  readonly score: number;
}

export interface Badness {
  /** Times what it was, at least. */
  readonly times: number;
  /** By which it rose, at least, in the series' unit. */
  readonly least: number;
  /** Milliseconds for which it has been up, at least. */
  readonly lasting: number;
}

const MINUTE = 60_000;
const FEWEST = 12;
/** Readings before the rise that say what was usual. */
const FEWEST_BEFORE = 6;
/** Of the end of the series, what counts as now. */
const LONGEST_NOW = 10 * MINUTE;
const SHORTEST_NOW = 3 * MINUTE;
/** A change is not looked for in less. */
const SHORTEST_SEGMENT = 2.5 * MINUTE;
/** Rises that follow each other as closely are one. */
const A_WAY_UP = 10 * MINUTE;
/** Steps a reading, at most: what is measured more rarely is not evenly spaced. */
const MOST_PATCHES = 10;
export const LEAST_SCORE = 3.5;
const HIGHEST_SCORE = 100;
/** A series is not taken to be known better than to this share of its level. */
const LEAST_SIGMA = 0.01;
/** Into which what was before is cut for the score; each at most as long as what counts as now. */
const WINDOWS_BEFORE = 12;

/**
 * @param recent readings up to now, about evenly spaced; some may be missing
 * @param dayBefore readings of the same time a day before; none where there are none
 */
export function departureOf(recent: readonly Reading[], dayBefore: readonly Reading[], badness: Badness): Departure | undefined {
  const ordered = inOrder(recent);
  const [first, last] = [ordered[0], ordered.at(-1)];
  if (first === undefined || last === undefined || ordered.length < FEWEST) return undefined;
  const step = stepOf(ordered);
  const since = riseOf(ordered, step, badness);
  if (since === undefined || last.at - since < badness.lasting) return undefined;

  const length = Math.max(3 * step, Math.min(LONGEST_NOW, Math.max(SHORTEST_NOW, last.at - since)));
  const quiet = between(ordered, first.at, since);
  const [now, before] = [levelOf(between(ordered, last.at + 1 - length, last.at + 1)) as number, levelOf(quiet) as number];
  const earlier = inOrder(dayBefore).filter(({ at }) => at < since);
  const past = highestOf(between(earlier, last.at - DAY - HOUR / 2, last.at - DAY + HOUR / 2), length);
  if (!isWorse(now, Math.max(before, past ?? before), badness)) return undefined;

  const score = scoreOf(now, quiet, Math.max(2 * step, Math.min(length, (since - first.at) / WINDOWS_BEFORE)));
  return score < LEAST_SCORE ? undefined : { now, before, dayBefore: past, since, score };
}

export const levelOf = (readings: readonly Reading[]): number | undefined => median(readings.map(({ value }) => value));

export const isWorse = (level: number, than: number, { times, least }: Badness): boolean => level >= times * than && level - than >= least;

/** When it rose and did not come down again; undefined when it did neither. */
function riseOf(ordered: readonly Reading[], step: number, badness: Badness): number | undefined {
  const start = (ordered[0] as Reading).at;
  if (((ordered.at(-1) as Reading).at - start) / step > MOST_PATCHES * ordered.length) return undefined;
  const grid: number[] = [];
  for (const { at, value } of ordered) grid[Math.round((at - start) / step)] = value;
  const values = Array.from(grid, (value) => value ?? Number.NaN);
  const changes = changePoints(values, { minSegment: Math.ceil(SHORTEST_SEGMENT / step) });
  for (const [place, { index }] of changes.entries()) {
    const quiet = values.slice(0, index).filter((value) => Number.isFinite(value));
    const before = quiet.length < FEWEST_BEFORE ? undefined : median(quiet);
    if (before === undefined || !changes.slice(place).every(({ after }) => isWorse(after, before, badness))) continue;
    return start + step * wayUp(changes.slice(0, place + 1), A_WAY_UP / step);
  }
  return undefined;
}

/**
 * Where the rises that led up to the last of these changes began: rates over minutes climb in stairs. Not their onsets: noise that remembers, as
 * rates do, wanders up before a rise, and what then changed would seem to have come after it.
 *
 * @param near in samples
 */
function wayUp(changes: readonly ChangePoint[], near: number): number {
  const [last, ...earlier] = changes.toReversed() as [ChangePoint, ...ChangePoint[]];
  let first = last;
  for (const change of earlier) {
    if (change.after <= change.before || first.index - change.index > near) break;
    first = change;
  }
  return first.index;
}

/** Medians of windows of this length, back to back. */
function mediansOf(readings: readonly Reading[], length: number): number[] {
  const start = readings[0]?.at ?? 0;
  return [...Map.groupBy(readings, ({ at }) => Math.floor((at - start) / length)).values()].map((window) => levelOf(window) as number);
}

export const highestOf = (readings: readonly Reading[], length: number): number | undefined =>
  readings.length === 0 ? undefined : Math.max(...mediansOf(readings, length));

export function scoreOf(now: number, quiet: readonly Reading[], length: number): number {
  const medians = mediansOf(quiet, length);
  const expected = median(medians) as number;
  const sigma = Math.max(robustSigma(medians) as number, LEAST_SIGMA * Math.abs(expected));
  return Math.min(HIGHEST_SCORE, (now - expected) / sigma);
}

/** The usual distance of neighbours. */
export const stepOf = (ordered: readonly Reading[]): number =>
  Math.max(1, median(ordered.slice(1).map(({ at }, index) => at - (ordered[index] as Reading).at)) as number);
