/**
 * Lets an Incident go on alone only when grouping has said that it leads, and has waited long enough for company.
 *
 * A member opens no Investigation and no plan: it says whom it follows, and ends with its own alerts. What was opened before it became one is left
 * as it is.
 */
import { bounded, next, type StepResult, wait } from '../steps.ts';
import { confirmRecovery } from './confirmRecovery.ts';
import { type IncidentScope, note } from './scope.ts';

const ASK_AGAIN_MS = 300;

export async function group(scope: IncidentScope): Promise<StepResult> {
  const { incident, status, clock, namespace } = scope;
  if (incident.metadata.namespace !== namespace) return next;
  const verdict = scope.verdictOn(incident.metadata.uid);
  if (verdict === undefined) return wait('Grouping', ASK_AGAIN_MS);
  if (verdict.kind === 'member') {
    scope.follows = verdict.leader;
    tell(scope, 'Grouped', `follows ${verdict.leader}: it ${verdict.why}`);
    status.waitingOn = { who: 'AgentSRE', detail: bounded(`follows ${verdict.leader}: it ${verdict.why}`, 512) };
    return confirmRecovery(scope);
  }
  if (wasMember(scope)) tell(scope, 'SplitOff', 'goes on by itself');
  const left = verdict.settledAt - clock.now();
  if (left <= 0 || status.investigationRef !== undefined) return next;
  status.waitingOn = { who: 'AgentSRE', detail: 'waiting a moment for alerts of the same cause' };
  return wait('Settling', left);
}

/** By its own story, which outlives a restart. */
const lastWord = ({ status }: IncidentScope) =>
  (status.timeline ?? []).findLast(({ reason }) => reason === 'Grouped' || reason === 'SplitOff');
const wasMember = (scope: IncidentScope): boolean => lastWord(scope)?.reason === 'Grouped';

/** Once for each change: whom it follows, not each new reason for it. */
function tell(scope: IncidentScope, reason: 'Grouped' | 'SplitOff', message: string): void {
  const last = lastWord(scope);
  const isSame = last?.reason === reason && (reason === 'SplitOff' || last.message.split(':')[0] === message.split(':')[0]);
  if (!isSame) note(scope, reason, message);
}
