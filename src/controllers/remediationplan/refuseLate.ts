/**
 * Answers those whose word came when a plan had ended, or ended it because the world had moved: it counts for nothing, and they are told why.
 *
 * Asked for whenever a plan that has ended is looked at, so that no crash leaves anybody without an answer.
 */
import type { RemediationPlan } from '../../crds/kinds.ts';
import { conditionOf } from '../steps.ts';
import { approvalsOf } from './approvalsOf.ts';
import { recordVerdict } from './recordVerdict.ts';
import type { PlanScope } from './scope.ts';

export async function refuseLate(scope: Pick<PlanScope, 'plan' | 'approvals' | 'client' | 'clock' | 'signal'>): Promise<void> {
  const waiting = approvalsOf(scope).filter(({ status }) => status?.verdict === undefined);
  const message = howItEnded(scope.plan);
  await Promise.all(waiting.map((approval) => recordVerdict(scope, { approval, valid: false, reason: 'PlanEnded', message })));
}

function howItEnded({ metadata, status }: RemediationPlan): string {
  const why = conditionOf(status, 'Succeeded')?.message ?? '';
  return `plan ${metadata.name} has ended as ${status?.phase ?? 'unknown'}${why === '' ? '' : `: ${why}`}`;
}
