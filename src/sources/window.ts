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

/** Ends moved back to multiples of `stepMs`: the same question asked a second later is the same question. */
export function alignedTo(stepMs: number, { start, end }: TimeWindow): TimeWindow {
  return { start: Math.floor(start / stepMs) * stepMs, end: Math.floor(end / stepMs) * stepMs };
}

/** The same window this much earlier. */
export function earlier(byMs: number, { start, end }: TimeWindow): TimeWindow {
  return { start: start - byMs, end: end - byMs };
}
