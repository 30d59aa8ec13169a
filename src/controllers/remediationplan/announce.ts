/**
 * Says in the status what is about to happen, before it does, with an optimistic lock: of two processes that think they lead, one loses here and does
 * nothing. What was said already is not said again.
 */
import { remediationPlans } from '../../crds/kinds.ts';
import type { RemediationPlanStatus } from '../../crds/remediationPlan.ts';
import { FIELD_MANAGER, isoNow, type PlanScope } from './scope.ts';

type Intent = NonNullable<RemediationPlanStatus['intent']>;

export async function announce(scope: PlanScope, { effect, parent, object }: Omit<Intent, 'at'>): Promise<void> {
  const { client, plan, status, signal } = scope;
  const before = status.intent;
  if (before?.effect === effect && before.parent === parent && before.object?.uid === object?.uid) return;
  status.intent = { effect, at: isoNow(scope), ...(parent === undefined ? {} : { parent }), ...(object === undefined ? {} : { object }) };
  const { name, namespace, resourceVersion } = plan.metadata;
  const intent = { metadata: { name, namespace, resourceVersion }, status };
  await client.apply(remediationPlans, intent, { fieldManager: FIELD_MANAGER, subresource: 'status', signal });
}
