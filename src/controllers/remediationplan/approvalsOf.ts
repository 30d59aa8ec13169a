/** The Approvals that name this plan, whatever they are worth. */
import type { Approval } from '../../crds/kinds.ts';
import type { PlanScope } from './scope.ts';

export function approvalsOf({ approvals, plan }: Pick<PlanScope, 'approvals' | 'plan'>): readonly Approval[] {
  const { name, namespace } = plan.metadata;
  return approvals.list().filter((approval) => approval.metadata.namespace === namespace && approval.spec.planRef.name === name);
}
