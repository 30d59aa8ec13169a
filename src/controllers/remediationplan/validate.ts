/**
 * Whether the plan makes sense at all: the closed catalogue, its target in scope, and the Incident still open.
 *
 * A plan may have been made by anybody with kubectl; nothing of it is believed here that the API server has not checked.
 */
import { hasEnded } from '../../domain/plan.ts';
import { guard } from '../../remediate/guard.ts';
import { isTrue, next, type StepResult, wait } from '../steps.ts';
import { conclude, declareOn, hasActed, type PlanScope } from './scope.ts';

export function validate(scope: PlanScope): StepResult {
  const { plan, status, incidents, investigations, remediate } = scope;
  if (hasActed(status)) return next;
  const namespace = plan.metadata.namespace ?? remediate.operatorNamespace;

  const incident = incidents.get({ namespace, name: plan.spec.incidentRef.name });
  if (incident === undefined || incident.metadata.uid !== plan.spec.incidentRef.uid)
    return incomplete(scope, 'IncidentNotFound', `Incident ${plan.spec.incidentRef.name} with uid ${plan.spec.incidentRef.uid}`);
  const investigation = investigations.get({ namespace, name: plan.spec.investigationRef.name });
  if (investigation === undefined || investigation.metadata.uid !== plan.spec.investigationRef.uid) {
    return incomplete(
      scope,
      'InvestigationNotFound',
      `Investigation ${plan.spec.investigationRef.name} with uid ${plan.spec.investigationRef.uid}`,
    );
  }
  if (scope.clock.now() >= Date.parse(plan.spec.expiresAt))
    return conclude(
      scope,
      'Expired',
      status.approvedAt === undefined
        ? `nobody approved it before ${plan.spec.expiresAt}; nothing was changed`
        : `it was approved, and could not begin before ${plan.spec.expiresAt}; nothing was changed`,
    );
  if (isTrue(incident.status, 'Resolved'))
    return conclude(scope, 'Stale', `Incident ${incident.metadata.name} was resolved meanwhile; nothing was changed`);

  const taken = placeTaken(scope);
  if (taken !== undefined) return taken;
  const refusal = guard(plan, remediate);
  if (refusal !== undefined) {
    declareOn(scope, 'Validated', { status: 'False', reason: refusal.reason, message: refusal.message });
    return conclude(scope, 'Failed', refusal.message);
  }
  declareOn(scope, 'Validated', {
    status: 'True',
    reason: 'Valid',
    message: 'every action is in the catalogue, within its bounds and in scope',
  });
  return next;
}

/** The caches may lag a moment behind a plan that was just made; after that the reference is wrong. */
const PATIENCE_MS = 30_000;

function incomplete(scope: PlanScope, reason: string, what: string): StepResult {
  const age = scope.clock.now() - Date.parse(scope.plan.metadata.creationTimestamp);
  if (age < PATIENCE_MS) return wait(reason, 1_000);
  declareOn(scope, 'Validated', {
    status: 'False',
    reason,
    message: `${what} does not exist in this namespace; a plan has to name the Incident and the Investigation that it rests on`,
  });
  return conclude(scope, 'Failed', `${what} does not exist`);
}

/** A person's own choice takes the place of a plan that nobody has approved yet, once that choice stands with its diff; of two, one is carried out. */
function placeTaken(scope: PlanScope): StepResult | undefined {
  const { plan, plans, status } = scope;
  const { supersedes, incidentRef } = plan.spec;
  const earlier = supersedes && plans.get({ namespace: plan.metadata.namespace, name: supersedes.name });
  if (earlier !== undefined && earlier.metadata.uid === supersedes?.uid && isAtWork(earlier)) {
    const message = `plan ${earlier.metadata.name}, in whose place it was proposed, was approved already and is at work`;
    declareOn(scope, 'Validated', { status: 'False', reason: 'PlanAtWork', message });
    return conclude(scope, 'Failed', message);
  }
  if (status.approvedAt !== undefined) return undefined;
  const later = plans
    .list()
    .find(
      ({ spec }) =>
        spec.supersedes?.uid === plan.metadata.uid && spec.incidentRef.uid === incidentRef.uid && spec.ordinal > plan.spec.ordinal,
    );
  if (later?.status?.digest === undefined || hasEnded(later)) return undefined;
  const who = later.spec.requestedBy?.username ?? 'somebody';
  return conclude(
    scope,
    'Superseded',
    `superseded by plan ${later.metadata.name}, which ${who} proposed in its place; nothing was changed`,
  );
}

const isAtWork = (plan: PlanScope['plan']): boolean => plan.status?.approvedAt !== undefined && !hasEnded(plan);
