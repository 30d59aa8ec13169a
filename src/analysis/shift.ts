/**
 * How far a series moved within a window, when neither its onset nor its end is known: the quiet level against the level in trouble.
 *
 * The series is smoothed by a running median of five samples (one outlier moves nothing: Tukey, Exploratory Data Analysis, 1977), then its
 * lower quartile stands for the quiet level and its upper decile for the level in trouble. A trouble that lasts a tenth of the window is
 * seen, wherever in the window it lies; one that lasts more than three quarters of it is not told from the quiet level.
 */

export interface Shift {
  /** Lower quartile of the smoothed series, in its own unit. */
  readonly quiet: number;
  /** Upper decile of the smoothed series. */
  readonly high: number;
  /** First sample above halfway between the two, in milliseconds since the epoch. */
  readonly onset: number;
}

const SMOOTHED_OVER = 5;
const FEWEST = 12;

/** Undefined for fewer than twelve samples. @param points [time, value], oldest first */
export function shiftOf(points: readonly (readonly [at: number, value: number])[]): Shift | undefined {
  if (points.length < FEWEST) return undefined;
  const smooth = points.slice(0, points.length - SMOOTHED_OVER + 1).map(([at], index) => {
    const window = points.slice(index, index + SMOOTHED_OVER).map(([, value]) => value);
    return [at, window.toSorted((a, b) => a - b)[SMOOTHED_OVER >> 1] ?? 0] as const;
  });
  const sorted = smooth.map(([, value]) => value).toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  const [quiet, high] = [at(0.25), at(0.9)];
  const onset = smooth.find(([, value]) => value > (quiet + high) / 2)?.[0] ?? points[0]?.[0] ?? 0;
  return { quiet, high, onset };
}
