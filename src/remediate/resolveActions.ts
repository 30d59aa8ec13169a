/** From the name in a plan to the live object: the one with that uid, where the plan says one. */
import type { RemediationPlan } from '../crds/kinds.ts';
import type { Action } from '../crds/remediationPlan.ts';
import type { CallOptions, KubeClient } from '../kube/client.ts';
import { inWords, type Target } from './actionTarget.ts';
import { catalogue } from './catalogue/catalogue.ts';
import { namespaceOf } from './guard.ts';
import { type Refusal, refuse } from './refusal.ts';

export async function resolveAction(
  client: KubeClient,
  plan: RemediationPlan,
  action: Action,
  limits: CallOptions,
): Promise<Target | Refusal> {
  const { about } = catalogue[action.type];
  const { kind, name, uid } = action.target;
  const isNamespaced = about.resources.every(({ namespaced }) => namespaced);
  const namespace = isNamespaced ? namespaceOf(plan, action) : undefined;
  const where = inWords({ kind, namespace: namespace ?? '', name });
  const target = await about.read(client, { kind, name, ...(namespace === undefined ? {} : { namespace }) }, limits);
  if (target === undefined)
    return refuse('TargetNotFound', `${where} does not exist: check the name and the namespace of the action’s target`);
  if (uid !== undefined && uid !== target.ref.uid) {
    return refuse(
      'TargetNotFound',
      `${where} is another one than the plan is about: it was deleted and made anew (uid ${target.ref.uid}, not ${uid})`,
    );
  }
  return target;
}
