/**
 * Takes back a fix that did not help, by a new commit that restores what was there, and hands over to a person.
 *
 * Where the branch takes no push, a pull request does it, for a person to merge. The plan's own approval covers this, also after its expiry. What
 * others have committed since is kept; where that can't be told apart nothing is pushed and a person is asked. It is over when the engine reports the
 * new commit, the pre-image is live again, and what runs is as healthy as it was before the fix.
 */
import type { CommitRecord } from '../../remediate/delivery.ts';
import { notRestored } from '../../remediate/restored.ts';
import { commitRollback, type RollbackResult } from '../../remediate/rollback.ts';
import { bounded, next, type StepResult, wait } from '../steps.ts';
import { identify } from './commitFix.ts';
import { undoDirect } from './directEffect.ts';
import { lookForSync } from './lookForSync.ts';
import { openRevert } from './pullRequest/revert.ts';
import { announceAndPush } from './push.ts';
import { conclude, declareOn, isoNow, type PlanScope, remediateDeps } from './scope.ts';

const RESTORE_DEADLINE_MS = 15 * 60_000;
const RESTORED_AGAIN_MS = 1_000;

/** Decides that the fix goes; the commit that does it comes with the next steps. */
export function beginRollback(scope: PlanScope, reason: string): StepResult {
  const { plan, status } = scope;
  if (plan.spec.rollback === 'Manual') return handOver(scope, 'Failed', `${reason}; the plan says that a person takes it back`);
  status.rollback ??= { reason: reason.slice(0, 512), startedAt: isoNow(scope) };
  return next;
}

export async function rollBack(scope: PlanScope): Promise<StepResult> {
  const { status } = scope;
  if (status.rollback === undefined) return next;
  status.waitingOn = { who: 'AgentSRE', detail: 'taking the fix back' };
  if (status.applied !== undefined) return undo(scope, status.rollback, status.applied);
  if (status.commit === undefined) return next;
  if (status.rollback.commit === undefined) {
    const proposed = status.rollback.pullRequest !== undefined;
    const result = await (proposed ? proposeRevert : commitIt)(scope, status.rollback, status.commit);
    if (result.kind !== 'continue') return result;
  }
  return awaitRestored(scope, status.rollback);
}

async function undo(scope: PlanScope, rollback: Rollback, applied: NonNullable<PlanScope['status']['applied']>): Promise<StepResult> {
  const result = await undoDirect(scope, applied);
  if (!('undone' in result)) return result;
  const gone = scope.status.leftBehind === undefined && scope.status.intent?.effect === 'DirectUndo';
  return handOver(scope, gone ? 'RolledBack' : 'Failed', `${rollback.reason}; ${result.undone}`);
}

type Rollback = NonNullable<PlanScope['status']['rollback']>;
type Commit = NonNullable<PlanScope['status']['commit']>;

async function commitIt(scope: PlanScope, rollback: Rollback, commit: Commit): Promise<StepResult> {
  const made = await makeRevert(scope, rollback, commit);
  if (made.kind === 'refusal') return handOver(scope, 'Failed', `${rollback.reason}; it could not be taken back: ${made.message}`);
  if (made.kind === 'alreadyReverted') return handOver(scope, 'RolledBack', `${rollback.reason}; somebody else has taken it back already`);
  const pushed = await announceAndPush(scope, 'Revert', made.record);
  if (pushed.kind === 'not-yet') {
    // A branch that takes no push takes pull requests.
    const isHosted = pushed.refused !== undefined && scope.hosts.of(commit.repository) !== undefined;
    return isHosted ? proposeRevert(scope, rollback, commit) : pushed.result;
  }
  rollback.commit = { ...made.record, pushedAt: pushed.at };
  return next;
}

function makeRevert(scope: PlanScope, rollback: Rollback, commit: Commit): Promise<RollbackResult> {
  const { status, signal } = scope;
  const { reason, startedAt } = rollback;
  const input = { plan: identify(scope), digest: status.digest ?? '', reason, at: Date.parse(startedAt), commit };
  return commitRollback(remediateDeps(scope), input, { signal });
}

/** By a pull request, which a person has to merge. */
async function proposeRevert(scope: PlanScope, rollback: Rollback, commit: Commit): Promise<StepResult> {
  let record: CommitRecord | undefined;
  if (rollback.pullRequest?.pushedAt === undefined) {
    const made = await makeRevert(scope, rollback, commit);
    if (made.kind === 'refusal') return handOver(scope, 'Failed', `${rollback.reason}; it could not be taken back: ${made.message}`);
    if (made.kind === 'alreadyReverted')
      return handOver(scope, 'RolledBack', `${rollback.reason}; somebody else has taken it back already`);
    ({ record } = made);
  }
  const result = await openRevert(scope, rollback, commit, record);
  return 'unmerged' in result ? handOver(scope, 'Failed', `${rollback.reason}; ${result.unmerged}`) : result;
}

async function awaitRestored(scope: PlanScope, rollback: Rollback): Promise<StepResult> {
  if (rollback.commit === undefined) return wait('RollingBack', 1_000);
  const { engine } = scope.status.owner ?? {};
  const sha = rollback.commit.sha.slice(0, 12);
  const isLate = scope.clock.now() - Date.parse(rollback.commit.pushedAt ?? rollback.startedAt) > RESTORE_DEADLINE_MS;
  if (rollback.sync === undefined) {
    const seen = await lookForSync(scope, rollback.commit);
    if (seen.kind === 'failed' || (seen.kind === 'waiting' && isLate))
      return handOver(
        scope,
        'Failed',
        `${rollback.reason}; commit ${sha} takes it back, but ${engine} has not applied it: ${seen.message}`,
      );
    if (seen.kind === 'waiting') {
      scope.status.waitingOn = { who: 'Engine', detail: `${engine} to apply ${sha}, which takes the fix back` };
      return wait('AwaitingSync', seen.retryAfterMs);
    }
    rollback.sync = { revision: seen.revision, at: isoNow(scope) };
  }
  return verifyRestored(scope, rollback, { sha, isLate });
}

/** The engine has said so; what runs has the last word. */
async function verifyRestored(
  scope: PlanScope,
  rollback: Rollback,
  { sha, isLate }: { sha: string; isLate: boolean },
): Promise<StepResult> {
  const { status, client, signal, redact } = scope;
  const { preimages = [], readyBefore = [] } = status;
  const left = await notRestored(client, { preimages, readyBefore, asShown: (value) => bounded(redact(value), 1024) }, { signal });
  if (left === undefined) {
    rollback.verified = true;
    return handOver(scope, 'RolledBack', `${rollback.reason}; taken back by commit ${sha}, and what runs is as it was before the fix`);
  }
  if (isLate) {
    rollback.verified = false;
    return handOver(scope, 'Failed', `${rollback.reason}; taken back by commit ${sha}, but ${left}`);
  }
  status.waitingOn = { who: 'Verification', detail: bounded(`whether all is as before the fix: ${left}`, 512) };
  return wait('VerifyingRestored', RESTORED_AGAIN_MS);
}

function handOver(scope: PlanScope, ending: 'RolledBack' | 'Failed', message: string): StepResult {
  if (scope.status.rollback !== undefined) scope.status.rollback.completedAt ??= isoNow(scope);
  declareOn(scope, 'Verified', { status: 'False', reason: 'NotBetter', message: scope.status.rollback?.reason ?? message });
  return conclude(scope, ending, message);
}
