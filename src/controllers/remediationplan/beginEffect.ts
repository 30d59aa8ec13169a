/**
 * What every effect passes through right before it begins: a push, a request to a Git host, a change of a live object; a revert too.
 *
 * The stop switch is read, the effect is announced in the status with an optimistic lock and put on record in the audit, and leadership has to last for
 * as long as the effect may take. What is handed out is the signal that the effect has to heed: it aborts with the time limit, and within 5 s of a stop.
 * After an abort the effect may have happened all the same: it is looked for before anything is repeated.
 */
import { tell } from '../audited.ts';
import { type StepResult, wait } from '../steps.ts';
import { announce } from './announce.ts';
import { aboutPlan } from './auditOf.ts';
import type { PlanScope } from './scope.ts';
import { heldByStop } from './stop.ts';

export type Begun = { readonly kind: 'begun'; readonly signal: AbortSignal } | { readonly kind: 'held'; readonly result: StepResult };

/** @param timeoutMs what the effect may take; within a lease's renew deadline, so that no other process can lead meanwhile */
export async function beginEffect(scope: PlanScope, intent: Intent, timeoutMs: number): Promise<Begun> {
  const held = await heldByStop(scope);
  if (held !== undefined) return { kind: 'held', result: held };
  const stop = scope.stopSwitch.signal();
  await announce(scope, intent);
  const unwritten = await recordIntent(scope, intent);
  if (unwritten !== undefined) return { kind: 'held', result: unwritten };
  if (!scope.leadership.mayStartEffect(timeoutMs)) return { kind: 'held', result: wait('LeadershipUncertain', 2_000) };
  const signal = AbortSignal.any([scope.signal, stop, AbortSignal.timeout(timeoutMs)]);
  return signal.aborted ? { kind: 'held', result: wait('Stopped', 1_000) } : { kind: 'begun', signal };
}

type Intent = Parameters<typeof announce>[1];

/** A fix that harms is not left in place for the sake of a record: its revert is approved with it, and is told as soon as that can be. */
const GOES_UNRECORDED: ReadonlySet<Intent['effect']> = new Set(['Revert', 'RevertPullRequest', 'DirectUndo']);
const RECORD_AGAIN_MS = 5_000;

async function recordIntent(scope: PlanScope, { effect, parent, object }: Intent): Promise<StepResult | undefined> {
  const on = parent ?? object?.uid ?? '';
  const entry = aboutPlan(scope.plan, scope.status)(`${effect}/${on}/intended`, {
    event: 'EffectIntended',
    outcome: 'Intended',
    message: `${effect} on ${parent === undefined ? `${object?.kind} ${object?.name}` : `commit ${parent}`}`,
  });
  if ((await tell(scope, [entry])) || GOES_UNRECORDED.has(effect)) return undefined;
  scope.status.waitingOn = {
    who: 'Person',
    detail: 'the audit can’t be written, and nothing begins without it; the log of the executor says why',
  };
  return wait('AuditUnavailable', RECORD_AGAIN_MS);
}
