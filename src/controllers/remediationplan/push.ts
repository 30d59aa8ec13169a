/**
 * One commit to a deployed branch: announced, then done, then recorded.
 *
 * Besides what `beginEffect` makes sure of, the push itself carries a lease on its parent. One that was cut short may have reached the host: the
 * next reconcile looks for it first.
 */
import { type CommitRecord, pushCommit } from '../../remediate/delivery.ts';
import { type StepResult, wait } from '../steps.ts';
import { beginEffect } from './beginEffect.ts';
import { isoNow, type PlanScope, remediateDeps } from './scope.ts';

/** What a push may take. */
const PUSH_TIMEOUT_MS = 7_000;

export type Pushed = { readonly kind: 'pushed'; readonly at: string } | { readonly kind: 'not-yet'; readonly result: StepResult };

export async function announceAndPush(scope: PlanScope, effect: 'Commit' | 'Revert', record: CommitRecord): Promise<Pushed> {
  const begun = await beginEffect(scope, { effect, parent: record.parent }, PUSH_TIMEOUT_MS);
  if (begun.kind === 'held') return { kind: 'not-yet', result: begun.result };

  const pushed = await pushCommit(remediateDeps(scope), record, { signal: begun.signal });
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
