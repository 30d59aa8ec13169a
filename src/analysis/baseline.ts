/**
 * How unusual a window of a series is, against windows of the same length before it: the stretch just before, and the same time of
 * earlier days.
 *
 * A window is only as unusual as the comparison that it is least unusual to: a nightly job differs from the hour before but not from other
 * nights, a busier day differs from other days but not from its own last hour. Both take off what the hour of the day and of the week is
 * known to add (`seasonality.ts`). Scores are robust z of the window's median among the medians of the others, by MAD (Iglewicz and
 * Hoaglin 1993, who take 3.5 for the limit); nothing is scored on less than `LEAST_WINDOWS` of them, and that is said.
 *
 * Counters are to be made rates first (`rate` of `series.ts`). When in the past this began is `changePoints.ts`' to say.
 */
import { median, robustSigma } from './robust.ts';
import { DAY, HOUR, type Season, seasonOf } from './seasonality.ts';
import { between, inOrder, type Reading } from './series.ts';

/** Milliseconds since the epoch; `to` is outside. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

export type Anomaly =
  | {
      readonly kind: 'scored';
      /** Robust standard deviations from what was expected, 0 to 100. */
      readonly score: number;
      readonly direction: 'higher' | 'lower' | 'as expected';
      /** The window's median. */
      readonly observed: number;
      readonly expected: number;
      /** Within it the score is at most 3.5. */
      readonly interval: { readonly low: number; readonly high: number };
      readonly against: 'just before' | 'same time of earlier days';
      /** Windows that the score rests on. */
      readonly support: number;
    }
  /** `have` windows of `need`, in the comparison that had the most. */
  | { readonly kind: 'not enough history'; readonly have: number; readonly need: number }
  | { readonly kind: 'no readings in the window' };

export interface BaselineOptions {
  /** Differences below it are nothing, in the series' unit; what is no matter to anybody must not be an anomaly of a quiet series. */
  readonly leastDifference?: number;
  /** Milliseconds of the stretch just before; 24 windows, at least 3 hours, if not said. */
  readonly stretch?: number;
}

const LIMIT = 3.5;
const LEAST_WINDOWS = 6;
const HIGHEST_SCORE = 100;
const MOST_DAYS = 28;
/** A series is not taken to be known better than to this share of its level. */
const LEAST_SIGMA = 0.01;

type Scored = Extract<Anomaly, { readonly kind: 'scored' }>;
interface Comparison {
  readonly against: Scored['against'];
  readonly medians: readonly number[];
}

/** @param readings of the window and of what was before it; later ones are not looked at */
export function anomalyOf(readings: readonly Reading[], window: Window, options: BaselineOptions = {}): Anomaly {
  const ordered = inOrder(readings);
  const observed = median(between(ordered, window.from, window.to).map(({ value }) => value));
  if (observed === undefined) return { kind: 'no readings in the window' };

  const history = between(ordered, window.from - MOST_DAYS * DAY, window.from);
  const season = seasonOf(history, window.from);
  const comparisons: readonly Comparison[] = [
    { against: 'just before', medians: mediansOf(history, justBefore(window, options.stretch), season) },
    { against: 'same time of earlier days', medians: mediansOf(history, sameTime(window), season) },
  ];
  const scored = comparisons
    .filter(({ medians }) => medians.length >= LEAST_WINDOWS)
    .map((comparison) => scoreOf(comparison, observed, season(middleOf(window)), options.leastDifference ?? 0));
  const [first, second] = scored;
  if (first === undefined) {
    return { kind: 'not enough history', have: Math.max(...comparisons.map(({ medians }) => medians.length)), need: LEAST_WINDOWS };
  }
  if (second === undefined) return first;
  return second.score < first.score ? second : first;
}

function scoreOf({ against, medians }: Comparison, observed: number, seasonal: number, leastDifference: number): Scored {
  const expected = (median(medians) as number) + seasonal;
  const sigma = Math.max(robustSigma(medians) as number, LEAST_SIGMA * Math.abs(expected));
  const difference = observed - expected;
  const matters = difference !== 0 && Math.abs(difference) >= leastDifference;
  const score = matters ? Math.min(HIGHEST_SCORE, Math.abs(difference) / sigma) : 0;
  const half = Math.max(LIMIT * sigma, leastDifference);
  return {
    kind: 'scored',
    score,
    direction: score <= LIMIT ? 'as expected' : difference > 0 ? 'higher' : 'lower',
    observed,
    expected,
    interval: { low: expected - half, high: expected + half },
    against,
    support: medians.length,
  };
}

/** Back to back, without the one that touches the window: what begins in the window often began a little before. */
function justBefore({ from, to }: Window, stretch?: number): readonly Window[] {
  const length = to - from;
  const count = Math.min(500, Math.floor((stretch ?? Math.max(24 * length, 3 * HOUR)) / length));
  return Array.from({ length: count }, (_, index) => ({ from: from - (index + 2) * length, to: from - (index + 1) * length }));
}

/** Three a day: jobs are not on time to the minute, and three days are then enough to tell how much they vary. */
function sameTime({ from, to }: Window): readonly Window[] {
  const length = to - from;
  return Array.from({ length: MOST_DAYS }, (_, day) => (day + 1) * DAY)
    .flatMap((ago) => [-length, 0, length].map((shift) => ({ from: from - ago + shift, to: to - ago + shift })))
    .filter((window) => window.to <= from - length);
}

/** Of the windows that have readings, each without what its hour adds. */
function mediansOf(history: readonly Reading[], windows: readonly Window[], season: Season): readonly number[] {
  return windows.flatMap((window) => {
    const level = median(between(history, window.from, window.to).map(({ value }) => value));
    return level === undefined ? [] : [level - season(middleOf(window))];
  });
}

const middleOf = ({ from, to }: Window): number => (from + to) / 2;
