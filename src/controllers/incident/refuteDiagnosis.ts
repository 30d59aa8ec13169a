/**
 * Marks a diagnosis as wrong when the fix that rests on it was live and was taken back because it did not help.
 *
 * A fix that never took effect, or whose effect nobody could see, says nothing about the diagnosis. The mark is a field of its own in the status of
 * the Investigation, with a field manager of its own.
 */
import { investigations } from '../../crds/kinds.ts';
import { applyStatus } from '../../kube/status.ts';
import { bounded, next, type StepResult } from '../steps.ts';
import { type IncidentScope, note } from './scope.ts';

const FIELD_MANAGER = 'agent-sre-refutation';

export async function refuteDiagnosis(scope: IncidentScope): Promise<StepResult> {
  const { plan, client, signal } = scope;
  const { rollback, sync, applied } = plan?.status ?? {};
  if (plan === undefined || rollback?.completedAt === undefined || (sync ?? applied) === undefined) return next;
  const { name, uid } = plan.spec.investigationRef;
  const diagnosis = scope.investigations.get({ namespace: plan.metadata.namespace, name });
  if (diagnosis?.metadata.uid !== uid || diagnosis.status?.refuted !== undefined) return next;
  const refuted = {
    planRef: { name: plan.metadata.name, uid: plan.metadata.uid },
    reason: bounded(rollback.reason, 512),
    at: rollback.completedAt,
  };
  await applyStatus(client, investigations, diagnosis, { refuted }, { fieldManager: FIELD_MANAGER, signal });
  note(scope, 'DiagnosisRefuted', `Investigation ${name}: ${rollback.reason}`, rollback.completedAt);
  return next;
}
