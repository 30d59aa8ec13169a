/**
 * Waits for the approval that the policy asks for, and judges what comes: the second of two judges.
 *
 * Judged anew before the effect, however often that is: an approval that has expired, or whose giver may no longer approve, does
 * not count though it did a minute ago. The verdict on each is written into the Approval's own status.
 */

import { personBehind } from '../../crds/impersonation.ts';
import type { Approval } from '../../crds/kinds.ts';
import type { Risk } from '../../crds/remediationPlan.ts';
import { judgeApprovals, type Verdict } from '../../domain/approval.ts';
import type { Hold } from '../../domain/brakes.ts';
import { mayDo } from '../../kube/access.ts';
import { bounded, isTrue, next, type StepResult, stalled, wait } from '../steps.ts';
import { approvalsOf } from './approvalsOf.ts';
import { missingForAuto } from './autonomy.ts';
import { brake, letGo } from './brake.ts';
import { judgesMissing } from './judgesInPlace.ts';
import { recordVerdict } from './recordVerdict.ts';
import { approvalLifetimeMs } from './render.ts';
import { conclude, declareOn, hasActed, type PlanScope, type World } from './scope.ts';
import { keepBaseline } from './takeBaseline.ts';

export async function awaitApproval(scope: PlanScope): Promise<StepResult> {
  const { status, world } = scope;
  if (hasActed(status)) return next;
  if (world === undefined) return keepWaiting(scope, []);

  const { mode, reason } = world.policy;
  if (mode === 'Off') return conclude(scope, 'Failed', `not allowed: ${reason}`);
  if (mode === 'Suggest') return conclude(scope, 'Suggested', `shown only, nothing is written: ${reason}`);
  if (scope.plan.spec.strategy === 'PullRequest') return awaitMerge(scope, world);
  return judge(scope, world);
}

async function judge(scope: PlanScope, world: World): Promise<StepResult> {
  const verdicts = await verdictsOn(scope, { digest: world.digest, risk: world.rendered.risk.level });
  await recordVerdicts(scope, verdicts);
  const valid = verdicts.filter((verdict) => verdict.valid).map(({ approval }) => approval);
  const veto = vetoOf(verdicts);
  if (veto !== undefined) return reject(scope, veto);
  if (world.policy.mode === 'Auto') return byItself(scope, world);
  const last = valid[(scope.status.policy?.approvals ?? 1) - 1];
  if (last === undefined) return keepWaiting(scope, valid);

  const missing = await judgesMissing(scope.remediate.operatorNamespace, scope.client, scope.signal);
  if (missing !== undefined) {
    declareOn(scope, 'Approved', { status: 'False', reason: 'ApprovalsNotTrusted', message: missing });
    scope.status.waitingOn = { who: 'Person', detail: bounded(missing, 512) };
    return stalled('ApprovalsNotTrusted', missing);
  }
  const hold = await brake(scope, world);
  const message = `approved by ${valid.map(({ spec }) => spec.approver).join(', ')}`;
  if (hold !== undefined) return heldUp(scope, hold, message);
  return approve(scope, Date.parse(last.metadata.creationTimestamp), 'Approved', message);
}

/** With the locks in hand what `Auto` rests on is asked once more: a plan that has just failed on the same workload counts. */
async function byItself(scope: PlanScope, world: World): Promise<StepResult> {
  const { reason } = world.policy;
  const hold = await brake(scope, world);
  if (hold !== undefined) return heldUp(scope, hold, reason);
  if ((await missingForAuto(scope, world)) !== undefined) {
    await letGo(scope);
    return wait('NotByItself', 500);
  }
  return approve(scope, scope.clock.now(), 'Auto', reason);
}

/** The executor never merges: a person does, at the Git host, and that is the approval. Here it can only be rejected. */
async function awaitMerge(scope: PlanScope, world: World): Promise<StepResult> {
  const { status, clock } = scope;
  const verdicts = await verdictsOn(scope, { digest: world.digest, risk: world.rendered.risk.level });
  await recordVerdicts(scope, verdicts);
  const veto = vetoOf(verdicts);
  if (veto !== undefined) return reject(scope, veto);
  const { url = 'its pull request', openedAt } = status.pullRequest ?? {};
  if (openedAt !== undefined) await keepBaseline(scope, openedAt);
  const needed = status.policy?.approvals ?? 1;
  const reviews = needed === 1 ? '' : `, after ${needed - 1} more of the people who are listed have approved it in a review`;
  status.waitingOn = { who: 'Person', detail: bounded(`to merge ${url}${reviews}, or to close it`, 512) };
  declareOn(scope, 'Approved', {
    status: 'False',
    reason: 'AwaitingMerge',
    message: `waits to be merged by a listed person${reviews}: ${url}`,
  });
  return wait('AwaitingMerge', pollEveryMs(openedAt, clock.now()));
}

/** Often while people are at it, then less. */
function pollEveryMs(openedAt: string | undefined, now: number): number {
  const age = openedAt === undefined ? 0 : now - Date.parse(openedAt);
  return Math.min(60_000, Math.max(10_000, age / 20));
}

export function vetoOf(verdicts: readonly Verdict[]): Approval | undefined {
  return verdicts.find(({ valid, approval }) => valid && approval.spec.decision === 'Reject')?.approval;
}

function reject(scope: PlanScope, { spec }: Approval): StepResult {
  const why = spec.reason === undefined ? '' : `: ${spec.reason}`;
  declareOn(scope, 'Approved', { status: 'False', reason: 'Rejected', message: `rejected by ${spec.approver}${why}` });
  return conclude(scope, 'Rejected', `rejected by ${spec.approver}${why}`);
}

/** @param shown what people were shown, or what is there now */
export async function verdictsOn(scope: PlanScope, shown: { readonly digest: string; readonly risk: Risk }): Promise<readonly Verdict[]> {
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
    ...shown,
    mergedAt: plan.spec.strategy === 'PullRequest' ? (scope.status.pullRequest?.url ?? 'it is not open yet') : undefined,
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
  scope.status.approvedAt ??= new Date(at).toISOString();
  declareOn(scope, 'Approved', { status: 'True', reason, message });
  return next;
}

/** Long enough not to render it over and over, short enough to go on soon after another plan has ended. */
const LOOK_AGAIN_MS = 5_000;
const REST_MS = 300_000;

function heldUp(scope: PlanScope, { reason, message, until }: Hold, approved: string): StepResult {
  const { status, clock } = scope;
  status.waitingOn = { who: reason === 'PolicyInvalid' ? 'Person' : 'AgentSRE', detail: bounded(message, 512) };
  // A plan that was approved stays so: what is not true yet is that it was applied.
  const condition = isTrue(status, 'Approved') ? 'Applied' : 'Approved';
  declareOn(scope, condition, { status: 'False', reason, message: condition === 'Applied' ? message : `${approved}; ${message}` });
  const rest = until === undefined ? LOOK_AGAIN_MS : Math.min(REST_MS, Math.max(1_000, until - clock.now()));
  return wait(reason, Math.min(rest, untilExpiry(scope)));
}

const untilExpiry = ({ plan, clock }: PlanScope): number => Math.max(1_000, Date.parse(plan.spec.expiresAt) - clock.now());

function keepWaiting(scope: PlanScope, valid: readonly Approval[]): StepResult {
  const needed = scope.status.policy?.approvals ?? 1;
  const soFar = valid.length === 0 ? '' : `; so far ${valid.map(({ spec }) => spec.approver).join(', ')}`;
  scope.status.waitingOn = { who: 'Person', detail: `${needed === 1 ? 'an approver' : `${needed} approvers`}${soFar}` };
  declareOn(scope, 'Approved', {
    status: 'False',
    reason: 'AwaitingApproval',
    message: `waits for ${needed === 1 ? 'one approval' : `${needed} approvals by different people`} of ${scope.status.digest}`,
  });
  return wait('AwaitingApproval', Math.min(60_000, untilExpiry(scope)));
}
