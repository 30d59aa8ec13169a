/** Says whether people may be told of it yet (condition `Announced`): whoever sends messages waits for that. It never is taken back. */
import { announcement } from '../../domain/announcement.ts';
import { quietOf } from '../../domain/quiet.ts';
import { isTrue, next, type StepResult } from '../steps.ts';
import { declareOn, heardOf, type IncidentScope, note, wakeIn } from './scope.ts';

export function announce(scope: IncidentScope): StepResult {
  const { incident, status, clock, announcements } = scope;
  if (isTrue(status, 'Announced')) return next;
  const now = clock.now();
  const quiet = quietOf(heardOf(scope), now);
  if (quiet !== undefined) {
    declareOn(scope, 'Announced', { status: 'False', reason: quiet.reason, message: quiet.message });
    return next;
  }
  const begunAt = Date.parse(incident.metadata.creationTimestamp ?? '') || now;
  const { isDue, inMs, message } = announcement(incident.spec, begunAt, { rules: announcements, now });
  declareOn(scope, 'Announced', { status: isDue ? 'True' : 'False', reason: isDue ? 'Due' : 'TooYoung', message });
  if (isDue) note(scope, 'Announced', message);
  else wakeIn(scope, inMs);
  return next;
}
