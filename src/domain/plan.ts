/** What the phases of a plan mean. */
import type { RemediationPlan } from '../crds/kinds.ts';
import type { PLAN_PHASES } from '../crds/remediationPlan.ts';

export type PlanPhase = (typeof PLAN_PHASES)[number];

const ENDS: ReadonlySet<PlanPhase | undefined> = new Set<PlanPhase>([
  'Succeeded',
  'RolledBack',
  'Inconclusive',
  'Failed',
  'Rejected',
  'Expired',
  'Stale',
  'Superseded',
  'Suggested',
]);

/** An end is an end: a plan that has reached one is never taken up again. */
export const hasEnded = ({ status }: Pick<RemediationPlan, 'status'>): boolean => ENDS.has(status?.phase);

/** Ends after which the same cause may be proposed for again: nothing was done, and nobody said no. */
export const mayProposeAgain = ({ status }: Pick<RemediationPlan, 'status'>): boolean =>
  status?.phase === 'Stale' || status?.phase === 'Expired';
