/**
 * Looks at what is wrong around the targets right before the fix, so that afterwards it can be told what the fix has done to them.
 *
 * The fix waits for it for some seconds only: without it neighbours can't be judged, which is then said, and a fix is not held up for it.
 */
import { conditionOf, isTrue, next, type StepResult, wait } from '../steps.ts';
import { hasActed, type PlanScope } from './scope.ts';
import { lookOf, openLook } from './verification.ts';

const PATIENCE_MS = 15_000;
const LOOK_AGAIN_MS = 500;

export async function takeBaseline(scope: PlanScope): Promise<StepResult> {
  const { status, plan, clock } = scope;
  if (hasActed(status) || !plan.spec.successCriteria.some(({ type }) => type === 'NeighboursUnharmed')) return next;
  if (status.baseline === undefined) {
    const opened = await openLook(scope, 'baseline', 1);
    if ('kind' in opened) return next; // a foreign object under its name is no reason not to act
    status.baseline = opened;
    return wait('TakingBaseline', LOOK_AGAIN_MS);
  }
  const look = lookOf(scope, status.baseline);
  if (look !== undefined && isTrue(look.status, 'Succeeded')) return next;
  const since = Date.parse(conditionOf(status, 'Approved')?.lastTransitionTime ?? '');
  return clock.now() - since > PATIENCE_MS ? next : wait('TakingBaseline', LOOK_AGAIN_MS);
}
