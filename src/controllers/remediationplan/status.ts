/** The phase of a plan: derived from its conditions, for people. An end is the reason of the condition `Succeeded`. */
import { holdReasons } from '../../crds/reasons.ts';
import type { RemediationPlanStatus } from '../../crds/remediationPlan.ts';
import type { PlanPhase } from '../../domain/plan.ts';
import { conditionOf, isTrue } from '../steps.ts';

export function planPhase(status: RemediationPlanStatus): PlanPhase {
  const ended = conditionOf(status, 'Succeeded');
  if (ended !== undefined) return ended.reason as PlanPhase;
  if (status.rollback !== undefined) return 'RollingBack';
  if (status.sync !== undefined || status.applied !== undefined) return 'Verifying';
  if (status.commit !== undefined) return 'Syncing';
  if (['Approved', 'Applied'].some((type) => isHold(conditionOf(status, type)?.reason))) return 'HeldUp';
  if (isTrue(status, 'Approved')) return 'Applying';
  return isTrue(status, 'Rendered') ? 'AwaitingApproval' : 'Pending';
}

const isHold = (reason: string | undefined): boolean => reason !== undefined && Object.hasOwn(holdReasons, reason);
