/**
 * One commit to a deployed branch: announced, then done, then recorded.
 *
 * The intent is written with an optimistic lock: of two processes that think they lead, one loses here and does nothing. After it
 * the leader asks once more whether it still leads for as long as a push may take. The push itself carries a lease on its parent.
 */
import { type CommitRecord, pushCommit } from '../../remediate/delivery.ts';
import { type StepResult, wait } from '../steps.ts';
import { announce } from './announce.ts';
import { isoNow, type PlanScope, remediateDeps } from './scope.ts';

/** What a push may take. Within a lease's renew deadline, so that no other process can lead meanwhile. */
const PUSH_TIMEOUT_MS = 7_000;

export type Pushed = { readonly kind: 'pushed'; readonly at: string } | { readonly kind: 'not-yet'; readonly result: StepResult };

export async function announceAndPush(scope: PlanScope, effect: 'Commit' | 'Revert', record: CommitRecord): Promise<Pushed> {
  await announce(scope, { effect, parent: record.parent });
  if (!scope.leadership.mayStartEffect(PUSH_TIMEOUT_MS)) return { kind: 'not-yet', result: wait('LeadershipUncertain', 2_000) };

  const pushed = await pushCommit(remediateDeps(scope), record, {
    signal: AbortSignal.any([scope.signal, AbortSignal.timeout(PUSH_TIMEOUT_MS)]),
  });
  if (pushed.result !== 'pushed') scope.logger.warn({ effect, commit: record.sha, ...pushed }, 'the push did not go through');
  switch (pushed.result) {
    case 'pushed':
      scope.logger.info({ effect, commit: record.sha, ref: record.ref, repository: record.repository }, 'pushed');
      return { kind: 'pushed', at: isoNow(scope) };
    case 'unavailable':
      scope.status.waitingOn = { who: 'GitHost', detail: pushed.message.slice(0, 512) };
      return { kind: 'not-yet', result: wait('GitHostUnavailable', 3_000) };
    case 'rejected':
      if (pushed.reason === 'Moved') return { kind: 'not-yet', result: wait('BranchMoved', 500) };
      scope.status.waitingOn = { who: 'Person', detail: `the Git host refused the push: ${pushed.message}`.slice(0, 512) };
      return { kind: 'not-yet', result: wait(`Push${pushed.reason}`, 60_000) };
    default:
      return pushed satisfies never;
  }
}
