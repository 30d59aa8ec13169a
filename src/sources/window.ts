/** Windows of time, and the step that divides one into a bounded number of points. */

/** In milliseconds since the epoch. */
export interface TimeWindow {
  readonly start: number;
  readonly end: number;
}

/** Steps that people choose: answers to them are cached by sources, and their points fall on round times. */
const STEPS_SECONDS = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400];
const LAST_STEP_MS = 86_400_000;

/** The shortest of the usual steps with which `window` has at most `points` points. */
export function stepFor({ start, end }: TimeWindow, points: number): number {
  const least = (end - start) / points;
  const step = STEPS_SECONDS.find((seconds) => seconds * 1000 >= least);
  return step === undefined ? Math.ceil(least / LAST_STEP_MS) * LAST_STEP_MS : step * 1000;
}

const GRID_MS = 5_000;

/**
 * The window in whole steps, the last of which ends when it does: what has just happened is not lost. Its end moves back to a round
 * time, so that the same question asked a second later is the same question; its beginning, to where a step begins.
 */
export function inSteps(stepMs: number, { start, end }: TimeWindow): TimeWindow {
  const last = Math.floor(end / GRID_MS) * GRID_MS;
  return { start: last - Math.ceil((last - start) / stepMs) * stepMs, end: last };
}

/** The hours that a window touches. */
export function hoursAround({ start, end }: TimeWindow): TimeWindow {
  const hour = 3_600_000;
  return { start: Math.floor(start / hour) * hour, end: (Math.floor(end / hour) + 1) * hour };
}

/** The same window this much earlier. */
export function earlier(byMs: number, { start, end }: TimeWindow): TimeWindow {
  return { start: start - byMs, end: end - byMs };
}
