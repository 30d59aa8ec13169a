/**
 * Opens an Incident again whose alert fires again soon after it recovered: what was found and done did not last.
 *
 * A new Investigation is opened, as what was found belongs to the time before; the plans stay listed, so that their number stays bounded.
 */
import { isTrue, next, type StepResult } from '../steps.ts';
import { declareOn, type IncidentScope, note } from './scope.ts';

export function reopen(scope: IncidentScope): StepResult {
  const { incident, status } = scope;
  const { reopenedAt, occurrencesTotal = 2 } = incident.spec;
  // Only an Incident that is not over gets here: what is resolved now was opened again since.
  if (reopenedAt === undefined || !isTrue(status, 'Resolved')) return next;
  const message = `fires again after it had recovered; it began ${occurrencesTotal} times in all`;
  declareOn(scope, 'Resolved', { status: 'False', reason: 'Reopened', message });
  declareOn(scope, 'Investigated', { status: 'False', reason: 'Reopened', message });
  note(scope, 'Reopened', message, reopenedAt);
  delete status.investigationRef;
  delete status.rootCause;
  delete status.rootCauseReason;
  delete status.diagnosedAt;
  delete status.resolvedAt;
  delete status.waitingOn;
  return next;
}
