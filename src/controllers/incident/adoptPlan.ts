/** A plan that a person has proposed, in place of the present one or where there is none, becomes the Incident's present plan, once it stands with its diff. */
import type { RemediationPlan } from '../../crds/kinds.ts';
import { planOfPerson } from '../../domain/names.ts';
import { hasEnded } from '../../domain/plan.ts';
import { declareOn, type IncidentScope, note } from './scope.ts';

const PLANS_MAX = 10;

/** The present plan: the given one, or the one that has taken its place. */
export function adoptPlan(scope: IncidentScope, present: RemediationPlan): RemediationPlan {
  const { incident, status, plans } = scope;
  const { planRefs = [] } = status;
  const chosen = plans.list().find((plan) => {
    const { supersedes, incidentRef } = plan.spec;
    return supersedes?.uid === present.metadata.uid && incidentRef.uid === incident.metadata.uid && plan.status?.digest !== undefined;
  });
  const isAtWork = present.status?.approvedAt !== undefined && !hasEnded(present);
  if (chosen === undefined || isAtWork || planRefs.length >= PLANS_MAX) return present;
  return take(scope, chosen, ` in place of ${present.metadata.name}`);
}

/** What a person has proposed for an Incident of which rules had proposed nothing. */
export function adoptFirst(scope: IncidentScope): RemediationPlan | undefined {
  const { incident, plans } = scope;
  const { uid } = incident.metadata;
  const chosen = plans
    .list()
    .find(
      (plan) =>
        plan.spec.incidentRef.uid === uid &&
        plan.metadata.name === planOfPerson(uid, plan.spec.ordinal) &&
        plan.status?.digest !== undefined &&
        !hasEnded(plan),
    );
  return chosen === undefined ? undefined : take(scope, chosen, '');
}

function take(scope: IncidentScope, chosen: RemediationPlan, place: string): RemediationPlan {
  const { name, uid } = chosen.metadata;
  scope.status.planRefs = [...(scope.status.planRefs ?? []), { name, uid }];
  declareOn(scope, 'RemediationProposed', { status: 'True', reason: 'PlanChosen', message: chosen.spec.summary });
  note(scope, 'PlanChosen', `Plan ${name}, which ${chosen.spec.requestedBy?.username ?? 'somebody'} proposed${place}`);
  return chosen;
}
