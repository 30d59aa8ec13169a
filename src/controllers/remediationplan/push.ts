/**
 * One push: announced, then done, then recorded.
 *
 * Besides what `beginEffect` makes sure of, the push itself carries a lease on its parent. One that was cut short may have reached the host: the
 * next reconcile looks for it first.
 */
import type { NewEntry } from '../../audit/entry.ts';
import type { RemediationPlanStatus } from '../../crds/remediationPlan.ts';
import { type CommitRecord, type PushResult, pushCommit } from '../../remediate/delivery.ts';
import { tell } from '../audited.ts';
import { bounded, type StepResult, wait } from '../steps.ts';
import { aboutPlan } from './auditOf.ts';
import { beginEffect } from './beginEffect.ts';
import { isoNow, type PlanScope, remediateDeps } from './scope.ts';

/** What a push may take. */
const PUSH_TIMEOUT_MS = 7_000;

type Intent = NonNullable<RemediationPlanStatus['intent']>;

export type Pushed =
  | { readonly kind: 'pushed'; readonly at: string }
  /** @property refused what the host said, where it will not be otherwise the next time */
  | { readonly kind: 'not-yet'; readonly result: StepResult; readonly refused?: string };

/** To the deployed branch. */
export async function announceAndPush(scope: PlanScope, effect: 'Commit' | 'Revert', record: CommitRecord): Promise<Pushed> {
  return push(scope, { effect, parent: record.parent, commit: record.sha, ref: record.ref }, (limits) =>
    pushCommit(remediateDeps(scope), record, limits),
  );
}

interface Push {
  readonly effect: Intent['effect'];
  readonly parent: string;
  readonly commit: string;
  readonly ref: string;
}

export async function push(
  scope: PlanScope,
  { effect, parent, commit, ref }: Push,
  carryOut: (limits: { readonly signal: AbortSignal }) => Promise<PushResult>,
): Promise<Pushed> {
  const begun = await beginEffect(scope, { effect, parent }, PUSH_TIMEOUT_MS);
  if (begun.kind === 'held') return { kind: 'not-yet', result: begun.result };

  const what = { effect, commit, ref };
  const pushed = await carryOut({ signal: begun.signal });
  if (pushed.result !== 'pushed') {
    scope.logger.warn({ ...what, ...pushed }, 'the push did not go through');
    await tell(scope, [notGoneThrough(scope, what, pushed)]);
  }
  switch (pushed.result) {
    case 'pushed':
      scope.logger.info(what, 'pushed');
      return { kind: 'pushed', at: isoNow(scope) };
    case 'unavailable':
      scope.status.waitingOn = { who: 'GitHost', detail: pushed.message.slice(0, 512) };
      return { kind: 'not-yet', result: wait('GitHostUnavailable', 3_000) };
    case 'rejected':
      if (pushed.reason === 'Moved') return { kind: 'not-yet', result: wait('BranchMoved', 500) };
      scope.status.waitingOn = { who: 'Person', detail: adviceOn(pushed.message, effect, ref) };
      return { kind: 'not-yet', result: wait(`Push${pushed.reason}`, 60_000), refused: pushed.message };
    default:
      return pushed satisfies never;
  }
}

/** A branch that is protected is the usual cause, and there is a way that such branches are made for. */
function adviceOn(message: string, effect: string, ref: string): string {
  const advice = effect === 'Commit' ? `; let the executor push to ${ref}, or deliver by pull requests (git.hosts)` : '';
  return `the Git host refused the push: ${bounded(message, 500 - 40 - advice.length)}${advice}`.slice(0, 512);
}

/** Of one that was cut short it is not known what became of it, until it is found. */
function notGoneThrough(
  { plan, status }: PlanScope,
  { effect, commit, ref }: Omit<Push, 'parent'>,
  pushed: Exclude<PushResult, { readonly result: 'pushed' }>,
): NewEntry {
  const why = pushed.result === 'rejected' ? pushed.reason : 'Unknown';
  const message = pushed.result === 'rejected' ? pushed.message : `it is not known whether it arrived: ${pushed.message}`;
  return aboutPlan(plan, status)(`${effect}/${commit}/${why}`, {
    event: 'PushNotGoneThrough',
    outcome: pushed.result === 'rejected' ? 'Refused' : 'Failed',
    message,
    detail: { commit, ref },
  });
}
