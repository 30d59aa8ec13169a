/** Follows the plan: whom it waits for is whom the Incident waits for, and its transitions are the Incident's story. */
import type { RemediationPlan } from '../../crds/kinds.ts';
import { hasEnded, mayProposeAgain } from '../../domain/plan.ts';
import { conditionOf, isTrue, next, type StepResult, wait } from '../steps.ts';
import { declareOn, type IncidentScope, note } from './scope.ts';

export function awaitPlan(scope: IncidentScope): StepResult {
  const { plan, status } = scope;
  if (plan === undefined) return next;
  tell(scope, plan);
  if (!hasEnded(plan)) {
    status.waitingOn = plan.status?.waitingOn ?? { who: 'AgentSRE', detail: 'preparing the plan' };
    if (isTrue(plan.status, 'Approved')) return wait('PlanAtWork');
    return mayBeMerged(scope, plan) ? wait('AskingGitHost', ASK_AGAIN_MS) : next;
  }
  if (isTrue(plan.status, 'Succeeded')) {
    status.waitingOn = { who: 'Verification', detail: 'the fix is verified; waiting for the alert to resolve' };
    return next;
  }
  // The step before has said what comes after a proposal that was not taken up: nothing more is proposed, and why.
  if (mayProposeAgain(plan) && conditionOf(status, 'RemediationProposed')?.status === 'False') return next;
  escalate(scope, plan);
  return next;
}

/** The executor asks the Git host once a minute, or more often. */
const SEEN_BY_THEN_MS = 90_000;
const ASK_AGAIN_MS = 5_000;

/** A request may have been merged, and have helped, before anybody has told us: then it is the fix that ended the alert, and is still to be verified. */
function mayBeMerged({ incident, clock }: IncidentScope, { status }: RemediationPlan): boolean {
  const { pullRequest } = status ?? {};
  if (pullRequest?.openedAt === undefined || pullRequest.closedAt !== undefined) return false;
  const ended = Math.max(0, ...(incident.spec.alerts ?? []).map(({ endsAt }) => Date.parse(endsAt ?? '') || 0));
  return clock.now() - ended < SEEN_BY_THEN_MS;
}

function escalate(scope: IncidentScope, plan: RemediationPlan): void {
  const succeeded = conditionOf(plan.status, 'Succeeded');
  const why = succeeded?.message ?? `plan ${plan.metadata.name} ended as ${plan.status?.phase ?? 'unknown'}`;
  declareOn(scope, 'Resolved', { status: 'False', reason: plan.status?.phase ?? 'PlanEnded', message: why });
  scope.status.waitingOn = { who: 'Person', detail: why.slice(0, 512) };
}

interface Told {
  readonly reason: string;
  readonly at: string | undefined;
  readonly message: string;
}

/** One line for each step of the plan that people wait for, at the time it was taken. */
function tell(scope: IncidentScope, plan: RemediationPlan): void {
  for (const { reason, at, message } of story(plan)) {
    if (at !== undefined) note(scope, reason, message, at);
  }
  scope.status.plannedAt ??= trueSince(plan, 'Rendered');
}

function story(plan: RemediationPlan): readonly Told[] {
  const { approvedAt, pullRequest, commit, sync, rollback } = plan.status ?? {};
  return [
    { reason: 'PlanReady', at: trueSince(plan, 'Rendered'), message: `Plan ${plan.metadata.name}: ${plan.spec.summary}` },
    { reason: 'PullRequestOpened', at: pullRequest?.openedAt, message: `waits to be merged: ${pullRequest?.url}` },
    { reason: 'Approved', at: approvedAt, message: approvers(plan) },
    { reason: 'Committed', at: commit?.pushedAt, message: `commit ${short(commit)} to ${commit?.ref}` },
    { reason: 'Synced', at: sync?.at, message: `the GitOps engine reports ${sync?.revision}` },
    { reason: 'Verified', at: trueSince(plan, 'Verified'), message: conditionOf(plan.status, 'Verified')?.message ?? '' },
    { reason: 'NotBetter', at: rollback?.startedAt, message: rollback?.reason ?? '' },
    { reason: 'RolledBack', at: rollback?.completedAt, message: `commit ${short(rollback?.commit)} took the fix back` },
  ];
}

function trueSince({ status }: RemediationPlan, type: string): string | undefined {
  const condition = conditionOf(status, type);
  return condition?.status === 'True' ? condition.lastTransitionTime : undefined;
}

const short = (commit: { readonly sha: string } | undefined): string => commit?.sha.slice(0, 12) ?? 'unknown';

function approvers({ status }: RemediationPlan): string {
  const names = (status?.approvals ?? []).filter(({ valid, decision }) => valid && decision === 'Approve').map(({ approver }) => approver);
  return names.length === 0 ? 'by policy' : `by ${names.join(', ')}`;
}
