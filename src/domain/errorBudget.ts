/** Whether enough is left of an error budget for `Auto`: by one number that a query of the policy gives, or why that can't be told. Pure. */

export interface BudgetSeries {
  /** Oldest first: milliseconds since the epoch, and the value. Without values that are no numbers. */
  readonly points: readonly (readonly [at: number, value: number])[];
}

/** A figure that is older says nothing of now. */
const FRESH_MS = 5 * 60_000;

/**
 * Why not, for people; undefined: enough is left.
 *
 * @param answer undefined: no source answers such queries
 * @param now milliseconds since the epoch
 */
export function budgetRefusal(minLeftPercent: number, answer: readonly BudgetSeries[] | undefined, now: number): string | undefined {
  const unknown = (why: string): string => `what is left of the error budget can’t be told: ${why}`;
  if (answer === undefined) return unknown('there is no metrics source to ask');
  if (answer.length === 0) return unknown('the query of the policy gives nothing, or no number');
  if (answer.length > 1) return unknown(`the query of the policy gives ${answer.length} series; it has to give one`);
  const [at, left] = answer[0]?.points.at(-1) ?? [0, Number.NaN];
  if (Number.isNaN(left)) return unknown('the query of the policy gives nothing, or no number');
  if (now - at > FRESH_MS) return unknown(`the newest figure is from ${new Date(at).toISOString()}`);
  if (left > 1) return unknown(`the query of the policy gives ${left}; a share is 0 to 1`);
  return left * 100 >= minLeftPercent ? undefined : `${percent(left)} % of the error budget are left, ${minLeftPercent} % are needed`;
}

const percent = (share: number): string => (Math.floor(share * 1000) / 10).toString();
