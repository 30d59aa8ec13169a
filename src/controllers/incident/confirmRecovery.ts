/**
 * Ends the Incident when the trouble is over.
 *
 * What the cluster shows counts first: while a plan is at work, nothing is called resolved. The alert's own word counts last, as
 * it decays; a `resolved` that was delivered is believed when the alert's own system agrees, or when that could not be asked for
 * longer than a bound, which is then said. One that never came (its sender was down, or the alert is silenced) is made up for: what everybody
 * who knows the alert has said not to fire, for as long as that, is over. What flaps is over only once it has been quiet for a while. After a fix that did not help only
 * a person's word counts.
 */
import type { Alert } from '../../crds/incident.ts';
import { flapping } from '../../domain/lifeCycle.ts';
import { hasEnded } from '../../domain/plan.ts';
import { conditionOf, declare, end, isTrue, type StepResult, wait } from '../steps.ts';
import { declareOn, type IncidentScope, note } from './scope.ts';

/** How often an alert's own system is asked again, though its webhook usually comes first: soon after a fix, seldom otherwise. */
const ASK_AGAIN_AFTER_FIX_MS = 5_000;
const ASK_AGAIN_MS = 60_000;
/** How long what flaps has to be quiet. */
const QUIET_MS = 15 * 60_000;

export async function confirmRecovery(scope: IncidentScope): Promise<StepResult> {
  const alerts = scope.incident.spec.alerts ?? [];
  const byFix = isTrue(scope.plan?.status, 'Succeeded');
  if (isHandedOver(scope)) return notOver(scope);
  if (alerts.length === 0) return withoutAlerts(scope, byFix);

  const states = await Promise.all(alerts.map((alert) => stateOf(scope, alert)));
  const unsaid = count(states, 'unsaid');
  if (states.includes('firing') || unsaid === 0) delete scope.status.notFiringSince;
  if (states.includes('firing')) {
    declareOn(scope, 'Resolved', {
      status: 'False',
      reason: 'AlertFiring',
      message: `${count(states, 'firing')} of ${alerts.length} alerts are firing`,
    });
    return byFix ? wait('AlertDecaying', ASK_AGAIN_AFTER_FIX_MS) : notOver(scope);
  }
  if (states.includes('waiting')) return awaitWord(scope, alerts.length);
  const restless = awaitUnsaid(scope, unsaid) ?? keptOpen(scope);
  if (restless !== undefined) return restless;
  return resolve(scope, byFix ? 'Fixed' : 'Recovered', endText(states, byFix));
}

function endText(states: readonly Seen[], byFix: boolean): string {
  const [unconfirmed, unsaid] = [count(states, 'unconfirmed'), count(states, 'unsaid')];
  return [
    `${byFix ? 'the fix was verified and ' : ''}${states.length === 1 ? 'the alert has' : 'all alerts have'} resolved`,
    ...(unconfirmed === 0 ? [] : [`${unconfirmed} by the sender’s word alone`]),
    ...(unsaid === 0 ? [] : [`of ${unsaid} the sender never said so`]),
  ].join('; ');
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
  delete scope.status.notFiringSince;
  note(scope, 'Resolved', message);
  return end;
}

function awaitWord(scope: IncidentScope, alerts: number): StepResult {
  const message = `the sender says that ${alerts === 1 ? 'the alert is' : 'all alerts are'} over; neither Prometheus nor Alertmanager confirms it yet`;
  declareOn(scope, 'Resolved', { status: 'False', reason: 'Unconfirmed', message });
  return wait('Unconfirmed', ASK_AGAIN_MS);
}

/** Damps what flaps: each end would be told, and taken back minutes later. */
function keptOpen(scope: IncidentScope): StepResult | undefined {
  const { occurrences = [], alerts = [] } = scope.incident.spec;
  const now = scope.clock.now();
  const times = flapping(occurrences, now);
  const lastEnd = Math.max(...alerts.map(({ endsAt, lastReceivedAt }) => Date.parse(endsAt ?? lastReceivedAt)));
  const left = lastEnd + QUIET_MS - now;
  if (times === undefined || left <= 0) return undefined;
  const message = `flapping: it began ${times} times within an hour; kept open until it has been quiet for ${QUIET_MS / 60_000} minutes`;
  declareOn(scope, 'Resolved', { status: 'False', reason: 'Flapping', message });
  note(scope, 'Flapping', 'kept open, as it comes and goes');
  return wait('Flapping', Math.min(left, ASK_AGAIN_MS));
}

/**
 * The word that an alert is over may be lost; or it may be that Prometheus was restarted, and has yet to count to the rule's `for` again. Time tells
 * the two apart: in the latter case the alert is pending soon, and that counts as firing here.
 */
function awaitUnsaid(scope: IncidentScope, unsaid: number): StepResult | undefined {
  if (unsaid === 0) return undefined;
  const now = scope.clock.now();
  scope.status.notFiringSince ??= new Date(now).toISOString();
  const left = Date.parse(scope.status.notFiringSince) + scope.unconfirmedAfterMs - now;
  if (left <= 0) return undefined;
  const message = `neither Prometheus nor Alertmanager knows ${unsaid === 1 ? 'the alert' : `${unsaid} alerts`} to fire since ${scope.status.notFiringSince}; nobody has said that it is over`;
  declareOn(scope, 'Resolved', { status: 'False', reason: 'Unsaid', message });
  return wait('Unsaid', Math.min(left, ASK_AGAIN_MS));
}

type Seen = 'firing' | 'resolved' | 'unconfirmed' | 'waiting' | 'unsaid';

async function stateOf(scope: IncidentScope, alert: Alert): Promise<Seen> {
  const state = await scope.alertState(alert.labels, scope.signal);
  if (state === 'firing') return 'firing';
  if (state === 'inactive') return alert.status === 'resolved' ? 'resolved' : inactiveYetNotSaid(scope);
  if (alert.status === 'firing') return 'firing';
  return scope.clock.now() - Date.parse(alert.lastReceivedAt) < scope.unconfirmedAfterMs ? 'waiting' : 'unconfirmed';
}

/** Their alerts are known to Prometheus and Alertmanager, and their absence there says something. */
const KNOWN_THERE: ReadonlySet<string> = new Set(['Alertmanager', 'Prometheus']);

/** That its system no longer fires it is enough once a fix was verified or nothing was found wrong. */
function inactiveYetNotSaid(scope: IncidentScope): Seen {
  if (isTrue(scope.plan?.status, 'Succeeded') || nothingWrong(scope)) return 'resolved';
  return KNOWN_THERE.has(scope.incident.spec.source) ? 'unsaid' : 'firing';
}

const count = (states: readonly Seen[], wanted: Seen): number => states.filter((state) => state === wanted).length;
