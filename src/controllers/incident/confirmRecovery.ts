/**
 * Ends the Incident when the trouble is over.
 *
 * What the cluster shows counts first: while a plan is at work, nothing is called resolved. The alert's own word counts last, as
 * it decays; a `resolved` that was delivered is believed when the alert's own system agrees, or when it can't be asked. After a
 * fix that did not help only a person's word counts.
 */
import type { Alert } from '../../crds/incident.ts';
import { hasEnded } from '../../domain/plan.ts';
import { conditionOf, declare, end, isTrue, type StepResult, wait } from '../steps.ts';
import { declareOn, type IncidentScope, note } from './scope.ts';

/** How often an alert's own system is asked again, though its webhook usually comes first: soon after a fix, seldom otherwise. */
const ASK_AGAIN_AFTER_FIX_MS = 5_000;
const ASK_AGAIN_MS = 60_000;

export async function confirmRecovery(scope: IncidentScope): Promise<StepResult> {
  const alerts = scope.incident.spec.alerts ?? [];
  const byFix = isTrue(scope.plan?.status, 'Succeeded');
  if (isHandedOver(scope)) return notOver(scope);
  if (alerts.length === 0) return withoutAlerts(scope, byFix);

  const states = await Promise.all(alerts.map((alert) => stateOf(scope, alert)));
  if (states.includes('firing')) {
    declareOn(scope, 'Resolved', {
      status: 'False',
      reason: 'AlertFiring',
      message: `${count(states, 'firing')} of ${alerts.length} alerts are firing`,
    });
    return byFix ? wait('AlertDecaying', ASK_AGAIN_AFTER_FIX_MS) : notOver(scope);
  }
  const unconfirmed = count(states, 'unconfirmed');
  const message = `${byFix ? 'the fix was verified and ' : ''}${alerts.length === 1 ? 'the alert has' : 'all alerts have'} resolved${unconfirmed === 0 ? '' : `; ${unconfirmed} by the sender’s word alone`}`;
  return resolve(scope, byFix ? 'Fixed' : 'Recovered', message);
}

/**
 * A fix was written and taken back, or left half done. Its rollout has replaced the pods that the alert was about, so that silence
 * now says nothing about the trouble: the next crash would only bring the same proposal again.
 */
const isHandedOver = ({ plan }: IncidentScope): boolean =>
  (plan?.status?.commit !== undefined || plan?.status?.applied !== undefined) && hasEnded(plan) && !isTrue(plan.status, 'Succeeded');

function withoutAlerts(scope: IncidentScope, byFix: boolean): StepResult {
  // What keeps trouble from growing and is left behind for that, as a cordon, has ended none.
  if (byFix && scope.plan?.status?.leftBehind === undefined) return resolve(scope, 'Fixed', 'the fix was verified');
  if (nothingWrong(scope)) return resolve(scope, 'Recovered', 'nothing is wrong any more');
  return notOver(scope);
}

const notOver = (scope: IncidentScope): StepResult =>
  wait(scope.status.waitingOn?.who === 'Person' ? 'WaitingOnPerson' : 'Open', ASK_AGAIN_MS);

const nothingWrong = ({ status }: IncidentScope): boolean => conditionOf(status, 'Investigated')?.reason === 'NothingWrong';

function resolve(scope: IncidentScope, reason: string, message: string): StepResult {
  const now = scope.clock.now();
  declare(scope.status, 'Resolved', { status: 'True', reason, message }, scope.incident.metadata.generation, now);
  scope.status.resolvedAt ??= new Date(now).toISOString();
  scope.status.waitingOn = { who: 'Nobody' };
  note(scope, 'Resolved', message);
  return end;
}

type Seen = 'firing' | 'resolved' | 'unconfirmed';

async function stateOf(scope: IncidentScope, alert: Alert): Promise<Seen> {
  const state = await scope.alertState(alert.labels, scope.signal);
  if (state === 'firing') return 'firing';
  if (state === 'inactive') return alert.status === 'resolved' ? 'resolved' : inactiveYetNotSaid(scope);
  return alert.status === 'resolved' ? 'unconfirmed' : 'firing';
}

/**
 * The sender's `resolved` may be lost or late. That its system no longer fires it is enough once a fix was verified or nothing was
 * found wrong; otherwise it may only mean that Prometheus was restarted and has yet to count to the rule's `for` again.
 */
function inactiveYetNotSaid(scope: IncidentScope): Seen {
  return isTrue(scope.plan?.status, 'Succeeded') || nothingWrong(scope) ? 'resolved' : 'firing';
}

const count = (states: readonly Seen[], wanted: Seen): number => states.filter((state) => state === wanted).length;
