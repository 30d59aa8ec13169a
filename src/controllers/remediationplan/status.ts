/** The phase of a plan: derived from its conditions, for people. An end is the reason of the condition `Succeeded`. */
import type { RemediationPlanStatus } from '../../crds/remediationPlan.ts';
import type { PlanPhase } from '../../domain/plan.ts';
import { conditionOf, isTrue } from '../steps.ts';

export function planPhase(status: RemediationPlanStatus): PlanPhase {
  const ended = conditionOf(status, 'Succeeded');
  if (ended !== undefined) return ended.reason as PlanPhase;
  if (status.rollback !== undefined) return 'RollingBack';
  if (status.sync !== undefined || status.applied !== undefined) return 'Verifying';
  if (status.commit !== undefined) return 'Syncing';
  if (isTrue(status, 'Approved')) return 'Applying';
  return isTrue(status, 'Rendered') ? 'AwaitingApproval' : 'Pending';
}
