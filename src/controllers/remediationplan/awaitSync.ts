/**
 * Waits until the GitOps engine itself reports our commit, or a descendant of it: never a timer.
 *
 * An engine that can't build the commit, or does not get to it in time, has the fix taken back: a change that is applied when
 * nobody looks any more is worse than none. What speaks for taking it back is watched meanwhile: engines report after they have applied.
 */
import { watch } from '../../remediate/watch.ts';
import { next, type StepResult, wait } from '../steps.ts';
import { lookForSync } from './lookForSync.ts';
import { beginRollback } from './rollBack.ts';
import { declareOn, isoNow, type PlanScope, watchDeps } from './scope.ts';

const SYNC_DEADLINE_MS = 10 * 60_000;

export async function awaitSync(scope: PlanScope): Promise<StepResult> {
  const { status } = scope;
  if (status.sync !== undefined || status.rollback !== undefined || status.commit === undefined) return next;
  const abort = await watch(watchDeps(scope), { ...scope.plan, status }, undefined, { signal: scope.signal });
  if (abort !== undefined) return beginRollback(scope, `${abort.message}; before ${status.owner?.engine} has reported the fix`);
  const seen = await lookForSync(scope, status.commit);
  if (seen.kind === 'synced') {
    status.sync = { revision: seen.revision, at: isoNow(scope) };
    declareOn(scope, 'Synced', { status: 'True', reason: 'Synced', message: `${status.owner?.engine} reports ${seen.revision}` });
    return next;
  }
  const waited = scope.clock.now() - Date.parse(status.commit.pushedAt ?? isoNow(scope));
  if (seen.kind === 'failed' || waited > SYNC_DEADLINE_MS) {
    const why =
      seen.kind === 'failed'
        ? seen.message
        : `${status.owner?.engine} has not applied it within ${SYNC_DEADLINE_MS / 60_000} minutes: ${seen.message}`;
    declareOn(scope, 'Synced', { status: 'False', reason: 'NotSynced', message: why });
    return beginRollback(scope, why);
  }
  declareOn(scope, 'Synced', { status: 'False', reason: seen.reason, message: seen.message });
  status.waitingOn = { who: 'Engine', detail: `${status.owner?.engine} to apply ${status.commit.sha.slice(0, 12)}` };
  return wait('AwaitingSync', seen.retryAfterMs);
}
