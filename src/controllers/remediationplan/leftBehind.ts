/**
 * Looks now and then whether what a plan has left behind on purpose is still so, and says in its status when somebody has ended it.
 *
 * The one thing that happens to a plan after its end; nothing is done.
 */
import { remediationPlans } from '../../crds/kinds.ts';
import type { Result } from '../../kube/controller.ts';
import { applyStatus } from '../../kube/status.ts';
import { isInPlace } from './directEffect.ts';
import { FIELD_MANAGER, isoNow, type PlanScope } from './scope.ts';

const LOOK_AGAIN_MS = 30_000;

export async function watchLeftBehind(scope: PlanScope): Promise<Result> {
  const { plan, status, client, signal, logger } = scope;
  const { leftBehind, applied } = status;
  if (leftBehind === undefined || leftBehind.endedAt !== undefined || applied === undefined) return undefined;
  if (await isInPlace(scope, applied)) return { requeueAfterMs: LOOK_AGAIN_MS };
  status.leftBehind = { ...leftBehind, endedAt: isoNow(scope) };
  await applyStatus(client, remediationPlans, plan, status, { fieldManager: FIELD_MANAGER, signal });
  logger.info({ what: leftBehind.what }, 'what the plan has left behind was ended');
  return undefined;
}
