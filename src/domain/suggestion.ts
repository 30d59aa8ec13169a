/**
 * What people did where a plan was only shown: the shadow record of what it would have done. Pure: live values are passed in.
 *
 * Only the fields that the plan would have written count, as they are when the trouble is over. That a field has the plan's value says that people
 * came to the same, by whatever way; it does not say that they read the plan.
 */
import type { SCORES } from '../crds/remediationPlan.ts';
import { parseQuantity } from './quantity.ts';

export type Score = (typeof SCORES)[number];

/** One field that a plan would have written. */
export interface ShadowField {
  /** As it was when the plan was shown; undefined: it was not set. */
  readonly before: string | undefined;
  /** As the plan would have left it; undefined: not set. */
  readonly planned: string | undefined;
  /** Any value but the one before is the plan's: it would have written the time at which it acts. */
  readonly anyChange: boolean;
  /** As it is now; undefined: not set. */
  readonly now: string | undefined;
}

/** Undefined: there is nothing to compare. */
export function scoreOf(fields: readonly ShadowField[]): Score | undefined {
  if (fields.length === 0) return undefined;
  if (fields.every(isAsPlanned)) return 'Same';
  return fields.every(({ before, now }) => isSame(before, now)) ? 'Nothing' : 'Different';
}

const isAsPlanned = ({ before, planned, anyChange, now }: ShadowField): boolean =>
  anyChange ? !isSame(before, now) : isSame(planned, now);

/** The API server writes quantities its own way: `0.5` becomes `500m`. */
function isSame(a: string | undefined, b: string | undefined): boolean {
  if (a === b || a === undefined || b === undefined) return a === b;
  const [x, y] = [parseQuantity(a), parseQuantity(b)];
  return x !== undefined && x === y;
}
