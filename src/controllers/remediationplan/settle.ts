/**
 * What is left to do when a plan has ended: its outcome goes into the record, its locks go back, and both are said to be done.
 *
 * In this order: whoever takes a lock next finds the outcome in the record. Each of them may be done twice and is done once. A plan that was only
 * suggested has an outcome when it is known what people did.
 */
import { remediationPlans } from '../../crds/kinds.ts';
import type { RemediationPlanStatus } from '../../crds/remediationPlan.ts';
import { entriesOf } from '../../domain/record.ts';
import type { Result } from '../../kube/controller.ts';
import { applyStatus } from '../../kube/status.ts';
import { lockParts } from './brake.ts';
import { releaseLocks } from './locks.ts';
import { addToRecord } from './recordStore.ts';
import { FIELD_MANAGER, isoNow, type PlanScope } from './scope.ts';
import { scoreSuggestion, timeLeft } from './scoreSuggestion.ts';

const LOOK_AGAIN_MS = 3_600_000;

export async function settle(scope: PlanScope): Promise<Result> {
  const { status } = scope;
  let { plan } = scope;
  const write = async (): Promise<void> => {
    plan = await applyStatus(scope.client, remediationPlans, plan, status, { fieldManager: FIELD_MANAGER, signal: scope.signal });
  };
  if (status.phase === 'Suggested' && status.suggestion === undefined) {
    const left = timeLeft(scope);
    if (left > 0) return { requeueAfterMs: Math.min(left, LOOK_AGAIN_MS) };
    status.suggestion = await scoreSuggestion(scope);
    await write(); // before the record: what was seen once is what counts
  }
  for (const { target, entries } of entriesOf({ ...plan, status })) await addToRecord(lockParts(scope), target, entries);
  await releaseLocks(lockParts(scope), plan.metadata.uid, lastEffect(status));
  status.settledAt = isoNow(scope);
  await write();
  return undefined;
}

/** When it last changed something. */
function lastEffect({ commit, applied, rollback, approvedAt }: RemediationPlanStatus): string | undefined {
  if (commit === undefined && applied === undefined) return undefined;
  return rollback?.commit?.pushedAt ?? rollback?.completedAt ?? commit?.pushedAt ?? applied?.at ?? approvedAt;
}
