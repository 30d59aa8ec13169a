/**
 * Waits for the approval that the policy asks for, and judges what comes: the second of two judges.
 *
 * Judged anew before the effect, however often that is: an approval that has expired, or whose giver may no longer approve, does
 * not count though it did a minute ago. The verdict on each is written into the Approval's own status.
 */

import { personBehind } from '../../crds/impersonation.ts';
import type { Approval } from '../../crds/kinds.ts';
import { judgeApprovals, type Verdict } from '../../domain/approval.ts';
import { openFreezeWindow } from '../../domain/freeze.ts';
import { hasEnded } from '../../domain/plan.ts';
import { autoRefusal } from '../../domain/policy.ts';
import { mayDo } from '../access.ts';
import { bounded, next, type StepResult, stalled, wait } from '../steps.ts';
import { approvalsOf } from './approvalsOf.ts';
import { judgesMissing } from './judgesInPlace.ts';
import { recordVerdict } from './recordVerdict.ts';
import { approvalLifetimeMs } from './render.ts';
import { conclude, declareOn, hasActed, type PlanScope, type World } from './scope.ts';

export async function awaitApproval(scope: PlanScope): Promise<StepResult> {
  const { status, world, clock } = scope;
  if (hasActed(status)) return next;
  if (world === undefined) return keepWaiting(scope, []);

  const { mode, reason } = world.policy;
  if (mode === 'Off') return conclude(scope, 'Failed', `not allowed: ${reason}`);
  if (mode === 'Suggest') return conclude(scope, 'Suggested', `shown only, nothing is written: ${reason}`);
  const byItself = mode === 'Auto' && autoRefusalFor(scope, world) === undefined;
  return byItself ? approve(scope, clock.now(), 'Auto', reason) : judge(scope, world);
}

async function judge(scope: PlanScope, world: World): Promise<StepResult> {
  const verdicts = await verdictsOn(scope, world);
  await recordVerdicts(scope, verdicts);
  const valid = verdicts.filter((verdict) => verdict.valid).map(({ approval }) => approval);
  const veto = valid.find(({ spec }) => spec.decision === 'Reject');
  if (veto !== undefined) {
    const why = veto.spec.reason === undefined ? '' : `: ${veto.spec.reason}`;
    declareOn(scope, 'Approved', { status: 'False', reason: 'Rejected', message: `rejected by ${veto.spec.approver}${why}` });
    return conclude(scope, 'Rejected', `rejected by ${veto.spec.approver}${why}`);
  }
  const last = valid[(scope.status.policy?.approvals ?? 1) - 1];
  if (last === undefined) return keepWaiting(scope, valid);

  const missing = await judgesMissing(scope.remediate.operatorNamespace, scope.client, scope.signal);
  if (missing !== undefined) {
    declareOn(scope, 'Approved', { status: 'False', reason: 'ApprovalsNotTrusted', message: missing });
    scope.status.waitingOn = { who: 'Person', detail: bounded(missing, 512) };
    return stalled('ApprovalsNotTrusted', missing);
  }
  return approve(
    scope,
    Date.parse(last.metadata.creationTimestamp),
    'Approved',
    `approved by ${valid.map(({ spec }) => spec.approver).join(', ')}`,
  );
}

async function verdictsOn(scope: PlanScope, world: World): Promise<readonly Verdict[]> {
  const { plan, client, signal, clock } = scope;
  const all = approvalsOf(scope);
  const { name, namespace } = plan.metadata;
  const rights = await Promise.all(
    all.map(async ({ spec }) => {
      const who = { username: spec.approver, groups: spec.approverGroups };
      return mayDo(client, who, { verb: 'approve', group: 'agentsre.io', resource: 'remediationplans', namespace, name }, signal);
    }),
  );
  const may = new Map(all.map((approval, index) => [approval.metadata.uid, rights[index] === true]));
  return judgeApprovals(all, {
    planUid: plan.metadata.uid,
    digest: world.digest,
    risk: world.rendered.risk.level,
    requestedBy: plan.spec.requestedBy,
    lifetimeMs: approvalLifetimeMs(scope),
    now: clock.now(),
    stillMay: (approval) => may.get(approval.metadata.uid) === true,
    personOf: personBehind,
  });
}

async function recordVerdicts(scope: PlanScope, verdicts: readonly Verdict[]): Promise<void> {
  scope.status.approvals = verdicts.slice(0, 20).map(({ approval, valid, reason }) => ({
    name: approval.metadata.name,
    approver: approval.spec.approver,
    decision: approval.spec.decision,
    valid,
    reason,
  }));
  await Promise.all(verdicts.map((verdict) => recordVerdict(scope, verdict)));
}

function approve(scope: PlanScope, at: number, reason: string, message: string): StepResult {
  const hold = holdUp(scope);
  if (hold !== undefined) {
    scope.status.waitingOn = { who: 'AgentSRE', detail: bounded(hold, 512) };
    return wait('HeldUp', 15_000);
  }
  scope.status.approvedAt ??= new Date(at).toISOString();
  declareOn(scope, 'Approved', { status: 'True', reason, message });
  return next;
}

/** What keeps an approved plan from beginning now, though it may later. */
function holdUp({ world, clock, plans, plan }: PlanScope): string | undefined {
  const policy = world?.policy.policy;
  const freeze = openFreezeWindow(policy?.spec.freezeWindows, clock.now());
  if (freeze !== undefined)
    return `freeze window ${freeze.name} of RemediationPolicy ${policy?.metadata.name} is open until ${freeze.to} ${freeze.timeZone}`;
  const other = plans
    .list()
    .find(
      (candidate) =>
        candidate.metadata.uid !== plan.metadata.uid &&
        candidate.status?.intent !== undefined &&
        !hasEnded(candidate) &&
        sharesTarget(candidate, plan),
    );
  return other === undefined ? undefined : `plan ${other.metadata.name} is at work on the same workload`;
}

function sharesTarget(a: PlanScope['plan'], b: PlanScope['plan']): boolean {
  const names = new Set(a.spec.actions.map(({ target }) => `${target.kind}/${target.namespace}/${target.name}`));
  return b.spec.actions.some(({ target }) => names.has(`${target.kind}/${target.namespace}/${target.name}`));
}

function autoRefusalFor(scope: PlanScope, { policy, rendered }: World): string | undefined {
  const successes = scope.plans.list().filter((plan) => plan.status?.phase === 'Succeeded' && sharesTarget(plan, scope.plan)).length;
  return policy.policy === undefined
    ? 'no policy'
    : autoRefusal(policy.policy, { risk: rendered.risk.level, confidence: scope.plan.spec.confidence, successes });
}

function keepWaiting(scope: PlanScope, valid: readonly Approval[]): StepResult {
  const needed = scope.status.policy?.approvals ?? 1;
  const soFar = valid.length === 0 ? '' : `; so far ${valid.map(({ spec }) => spec.approver).join(', ')}`;
  scope.status.waitingOn = { who: 'Person', detail: `${needed === 1 ? 'an approver' : `${needed} approvers`}${soFar}` };
  declareOn(scope, 'Approved', {
    status: 'False',
    reason: 'AwaitingApproval',
    message: `waits for ${needed === 1 ? 'one approval' : `${needed} approvals by different people`} of ${scope.status.digest}`,
  });
  return wait('AwaitingApproval', Math.max(1_000, Math.min(60_000, Date.parse(scope.plan.spec.expiresAt) - scope.clock.now())));
}
