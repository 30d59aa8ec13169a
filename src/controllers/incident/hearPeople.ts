/** What people say of it besides closing it: that they look after it, until when it is expected, and until when silent. Their words are on record, whatever comes after. */
import { expectationText, expectedForMs } from '../../domain/expectation.ts';
import { silenceText, silentForMs, unmatchable } from '../../domain/incidentSilence.ts';
import { elsewhereText } from '../../domain/quiet.ts';
import { next, type StepResult } from '../steps.ts';
import { type IncidentScope, LONGEST_TIMER_MS, note, wakeIn } from './scope.ts';

export function hearPeople(scope: IncidentScope): StepResult {
  hearAcknowledgement(scope);
  hearExpectation(scope);
  hearSilence(scope);
  hearAlertmanagers(scope);
  return next;
}

function hearAcknowledgement(scope: IncidentScope): void {
  const { status, incident, clock } = scope;
  const { acknowledgement } = incident.spec;
  if (acknowledgement === undefined) {
    delete status.acknowledgedAt;
    return;
  }
  const { by, comment } = acknowledgement;
  status.acknowledgedAt ??= new Date(clock.now()).toISOString();
  note(scope, 'Acknowledged', `by ${by}${comment === undefined ? '' : `: ${comment}`}`);
}

function hearExpectation(scope: IncidentScope): void {
  const { expected } = scope.incident.spec;
  if (expected === undefined) return;
  const left = expectedForMs(scope.incident.spec, scope.clock.now());
  if (left === undefined) return note(scope, 'ExpectationEnded', `it was ${expectationText(expected)}`);
  note(scope, 'Expected', expectationText(expected));
  wakeIn(scope, Math.min(left, LONGEST_TIMER_MS));
}

const SILENCE_WORDS: ReadonlySet<string> = new Set(['Silenced', 'SilenceEnded', 'SilenceLifted']);

function hearSilence(scope: IncidentScope): void {
  const { silence } = scope.incident.spec;
  if (silence === undefined) {
    const last = (scope.status.timeline ?? []).findLast(({ reason }) => SILENCE_WORDS.has(reason));
    if (last?.reason === 'Silenced') note(scope, 'SilenceLifted', `it was silenced ${last.message}`);
    return;
  }
  const left = silentForMs(scope.incident.spec, scope.clock.now());
  if (left === undefined) return note(scope, 'SilenceEnded', `it was silenced ${silenceText(silence)}`);
  note(scope, 'Silenced', silenceText(silence));
  const refusal = unmatchable(scope.incident, scope.namespace);
  if (refusal !== undefined) note(scope, 'NotSilenced', refusal);
  wakeIn(scope, Math.min(left, LONGEST_TIMER_MS));
}

/** What the controller of silences has found or could not do there. */
function hearAlertmanagers(scope: IncidentScope): void {
  const { silences = [], silencedUntil } = scope.incident.status ?? {};
  for (const one of silences) {
    const { alertmanager, until, own, problem } = one;
    if (!own) note(scope, 'SilencedElsewhere', elsewhereText(one));
    else if (problem !== undefined) note(scope, 'NotSilenced', `in Alertmanager ${alertmanager}: ${problem}`);
    else note(scope, 'SilencedInAlertmanager', `${alertmanager}, until ${until}`);
  }
  const left = Date.parse(silencedUntil ?? '') - scope.clock.now();
  if (left > 0) wakeIn(scope, Math.min(left, LONGEST_TIMER_MS));
}
