/** The way of a plan that the API server has admitted, to the point where it would be rendered or done, over a cluster in memory: who refuses it, or nobody. */
import type { RemediationPlan } from '../../../../src/crds/kinds.ts';
import type { KubeClient } from '../../../../src/kube/client.ts';
import { catalogue } from '../../../../src/remediate/catalogue/catalogue.ts';
import { guard, isProtected } from '../../../../src/remediate/guard.ts';
import { resolveAction } from '../../../../src/remediate/resolveActions.ts';
import { OPERATOR, ownerOf } from '../support.ts';

const settings = { operatorNamespace: OPERATOR };
const REACHED = new Error('it was let through');

export type Verdict = { readonly by: 'guard' | 'target' | 'action'; readonly why: string } | { readonly by: 'nobody' };

export async function judge(client: KubeClient, plan: RemediationPlan): Promise<Verdict> {
  const guarded = guard(plan, settings);
  if (guarded !== undefined) return { by: 'guard', why: guarded.reason };
  for (const action of plan.spec.actions) {
    const target = await resolveAction(client, plan, action, {});
    if ('reason' in target) return { by: 'target', why: target.reason };
    const entry = catalogue[action.type];
    const context = { action, target, client };
    const own = plan.metadata.namespace ?? OPERATOR;
    const result =
      plan.spec.strategy === 'Direct'
        ? await entry.direct?.prepare({
            ...context,
            now: 0,
            isProtected: (namespace) => isProtected(namespace, settings),
            within: own === OPERATOR ? undefined : own,
          })
        : await entry.write?.({ ...context, ...git(target.object) }).catch((error: unknown) => {
            if (error !== REACHED) throw error;
            return undefined;
          });
    // There is no Git here to look in: who is sent there has passed everything else.
    if (result?.kind === 'refusal' && result.reason !== 'FieldNotLocated') return { by: 'action', why: result.reason };
  }
  return { by: 'nobody' };
}

/** Where Git begins: an action that gets here has passed all that is looked at before. */
function git(object: object) {
  const stop = () => Promise.reject(REACHED);
  return {
    manifest: object as never,
    owner: ownerOf(),
    repository: { run: stop } as never,
    base: '',
    tree: { files: new Map(), leftOut: new Set<string>(), read: () => Promise.resolve(new Map()) },
    before: { kind: 'rendered', objects: [], closure: { files: new Map(), layers: [] } } as never,
    renderer: { render: stop },
  };
}
