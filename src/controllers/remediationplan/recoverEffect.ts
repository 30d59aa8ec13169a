/**
 * Looks for an effect that was announced and never recorded, before anything else is considered.
 *
 * The intent is written before a push. A process that died between the two, or never saw the answer, leaves an intent without a
 * commit: the trailers in the branch say whether the push happened.
 */
import { findCommit } from '../../remediate/delivery.ts';
import { next, type StepResult } from '../steps.ts';
import { recoverDirect } from './directEffect.ts';
import { isoNow, type PlanScope, remediateDeps } from './scope.ts';

export async function recoverEffect(scope: PlanScope): Promise<StepResult> {
  const { status, plan, signal } = scope;
  const { intent, owner } = status;
  await recoverDirect(scope);
  if (intent?.parent === undefined || owner?.repository === undefined || owner.ref === undefined) return next;
  const where = { repository: owner.repository, ref: owner.ref, planUid: plan.metadata.uid };

  if (intent.effect === 'Commit' && status.commit === undefined) {
    const found = await findCommit(remediateDeps(scope), { ...where, since: intent.parent, effect: 'Apply' }, { signal });
    if (found !== undefined) status.commit = { ...found, pushedAt: isoNow(scope) };
  }
  if (intent.effect === 'Revert' && status.rollback !== undefined && status.rollback.commit === undefined) {
    const found = await findCommit(remediateDeps(scope), { ...where, since: intent.parent, effect: 'Revert' }, { signal });
    if (found !== undefined) status.rollback = { ...status.rollback, commit: { ...found, pushedAt: isoNow(scope) } };
  }
  return next;
}
