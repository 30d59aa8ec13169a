/** What people say of it besides closing it: that they look after it, and until when it is expected. Their words are on record, whatever comes after. */
import { expectationText, expectedForMs } from '../../domain/expectation.ts';
import { next, type StepResult } from '../steps.ts';
import { type IncidentScope, note, wakeIn } from './scope.ts';

/** Timers of weeks run out at once. */
const LONGEST_MS = 24 * 3600_000;

export function hearPeople(scope: IncidentScope): StepResult {
  hearAcknowledgement(scope);
  hearExpectation(scope);
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
  wakeIn(scope, Math.min(left, LONGEST_MS));
}
