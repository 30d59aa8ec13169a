/** The phase of an Incident: derived from its conditions and its plan, for people. */
import type { INCIDENT_PHASES, IncidentStatus } from '../../crds/incident.ts';
import type { Incident, RemediationPlan } from '../../crds/kinds.ts';
import type { PlanPhase } from '../../domain/plan.ts';
import { conditionOf, isTrue } from '../steps.ts';

export type IncidentPhase = (typeof INCIDENT_PHASES)[number];

/** @param follows the Incident that leads it, where one does */
export function incidentPhase(
  incident: Incident,
  status: IncidentStatus,
  plan: RemediationPlan | undefined,
  follows?: string,
): IncidentPhase {
  if (isTrue(status, 'Resolved')) return 'Resolved';
  if (incident.spec.suspend === true) return 'Suspended';
  if (follows !== undefined) return 'Grouped';
  if (status.waitingOn?.who === 'Person' && plan?.status?.phase !== 'AwaitingApproval') return 'NeedsHuman';
  if (plan !== undefined) return PHASE_OF_PLAN[plan.status?.phase ?? 'Pending'];
  if (isTrue(status, 'Investigated')) return 'Diagnosed';
  return conditionOf(status, 'Investigated') === undefined ? 'New' : 'Investigating';
}

const PHASE_OF_PLAN: Readonly<Record<PlanPhase, IncidentPhase>> = {
  Pending: 'Diagnosed',
  AwaitingApproval: 'AwaitingApproval',
  HeldUp: 'Remediating',
  Applying: 'Remediating',
  Syncing: 'Remediating',
  RollingBack: 'Remediating',
  Verifying: 'Verifying',
  Succeeded: 'Verifying', // the alert has yet to resolve
  RolledBack: 'NeedsHuman',
  Inconclusive: 'NeedsHuman',
  Failed: 'NeedsHuman',
  Rejected: 'NeedsHuman',
  Expired: 'NeedsHuman',
  Stale: 'NeedsHuman',
  Superseded: 'Diagnosed', // by a plan that takes its place at once
  Suggested: 'NeedsHuman',
};
