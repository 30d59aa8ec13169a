/** Takes over what the Investigation found, once it has ended. "Unresolved" is an answer too: then a person has to look. */
import type { Investigation } from '../../crds/kinds.ts';
import { conditionOf, isTrue, next, type StepResult, stalled, wait } from '../steps.ts';
import { declareOn, type IncidentScope, note } from './scope.ts';

export function awaitDiagnosis(scope: IncidentScope): StepResult {
  const { incident, status } = scope;
  const ref = status.investigationRef;
  const investigation =
    ref === undefined ? undefined : scope.investigations.get({ namespace: incident.metadata.namespace ?? scope.namespace, name: ref.name });
  if (ref !== undefined && investigation === undefined && isTrue(status, 'Investigated')) return next;
  if (investigation === undefined || investigation.metadata.uid !== ref?.uid) return wait('InvestigationPending');

  if (!isTrue(investigation.status, 'Succeeded')) return notYet(scope, investigation);
  takeOver(scope, investigation);
  return next;
}

function notYet(scope: IncidentScope, investigation: Investigation): StepResult {
  const succeeded = conditionOf(investigation.status, 'Succeeded');
  // What an earlier look came to stands until this one comes to more.
  if (isTrue(scope.status, 'Investigated')) {
    if (succeeded?.status === 'False') return next;
    scope.status.waitingOn = { who: 'AgentSRE', detail: 'looking for the cause once more' };
    return wait('InvestigatingAgain');
  }
  if (succeeded?.status === 'False') {
    declareOn(scope, 'Investigated', { status: 'False', reason: succeeded.reason, message: succeeded.message });
    scope.status.waitingOn = { who: 'Person', detail: `the investigation could not be done: ${succeeded.message}`.slice(0, 512) };
    return stalled(succeeded.reason, succeeded.message);
  }
  declareOn(scope, 'Investigated', {
    status: 'False',
    reason: 'InProgress',
    message: `Investigation ${investigation.metadata.name} is at work`,
  });
  scope.status.waitingOn = { who: 'AgentSRE', detail: 'looking for the cause' };
  return wait('Investigating');
}

function takeOver(scope: IncidentScope, { metadata, status: found = {} }: Investigation): void {
  const { status } = scope;
  const { outcome = 'Unresolved', rootCause, completedAt = metadata.creationTimestamp } = found;
  const statement = rootCause?.statement ?? (outcome === 'NothingWrong' ? 'nothing is wrong any more' : 'the cause could not be found');
  declareOn(scope, 'Investigated', { status: 'True', reason: outcome, message: statement });
  status.affected = found.affected ?? status.affected;
  status.usage = found.usage ?? status.usage;
  if (rootCause !== undefined) {
    status.rootCause = rootCause.statement;
    status.rootCauseReason = rootCause.reason;
    status.diagnosedAt ??= completedAt;
  }
  note(scope, 'Diagnosed', statement, completedAt);
}
