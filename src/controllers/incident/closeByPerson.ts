/** A person closed it, or asked to leave it alone for a while. Their word ends the Incident, not the alert. */
import { declare, end, next, type StepResult, wait } from '../steps.ts';
import { type IncidentScope, note } from './scope.ts';

export function closeByPerson(scope: IncidentScope): StepResult {
  const { closure, suspend } = scope.incident.spec;
  if (closure !== undefined) {
    const now = scope.clock.now();
    const message = `closed by ${closure.by} as ${closure.reason}${closure.comment === undefined ? '' : `: ${closure.comment}`}`;
    declare(
      scope.status,
      'Resolved',
      { status: 'True', reason: `ClosedAs${closure.reason}`, message },
      scope.incident.metadata.generation,
      now,
    );
    scope.status.resolvedAt ??= new Date(now).toISOString();
    scope.status.waitingOn = { who: 'Nobody' };
    note(scope, 'Closed', message);
    return end;
  }
  if (suspend === true) {
    scope.status.waitingOn = { who: 'Person', detail: 'suspended; unset spec.suspend to go on' };
    return wait('Suspended');
  }
  return next;
}
