/**
 * Whether a quantity that had better stay low is clearly worse since a moment that is known, such as that of a change, than in the stretch before.
 *
 * It is judged as a departure is (`departure.ts`), but when it may have begun is not looked for: worse than the worst of what was before, by as much
 * as the caller calls bad, for as long, and far outside of how it varied. What was bad before and is as bad now is not worse.
 */
import { type Badness, highestOf, isWorse, LEAST_SCORE, levelOf, scoreOf, stepOf } from './departure.ts';
import { between, inOrder, type Reading } from './series.ts';

export interface Worse {
  /** Median of what came after, without the time in which it may still have been as before, in the series' unit. */
  readonly now: number;
  /** The highest level of what was before. */
  readonly before: number;
}

const FEWEST_BEFORE = 6;
const FEWEST_AFTER = 3;

/**
 * @param readings from well before `at` up to now, about evenly spaced; some may be missing
 * @param at milliseconds since the epoch
 */
export function worseSince(readings: readonly Reading[], at: number, badness: Badness): Worse | undefined {
  const ordered = inOrder(readings);
  const [first, last] = [ordered[0], ordered.at(-1)];
  if (first === undefined || last === undefined || last.at - at < badness.lasting) return undefined;
  const [quiet, recent] = [between(ordered, first.at, at), between(ordered, last.at - badness.lasting, last.at + 1)];
  if (quiet.length < FEWEST_BEFORE || recent.length < FEWEST_AFTER) return undefined;
  const length = Math.max(2 * stepOf(ordered), badness.lasting);
  const [now, before] = [levelOf(recent) as number, highestOf(quiet, length) as number];
  const isUp = recent.every(({ value }) => isWorse(value, before, badness));
  return isUp && scoreOf(now, quiet, length) >= LEAST_SCORE ? { now, before } : undefined;
}
