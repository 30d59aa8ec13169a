/**
 * Deletes the Approvals of a plan that is gone. Kubernetes does so by itself where the API server could write to whom they belong (1.36 and later);
 * elsewhere they would stay for ever. Nothing of a plan that is there is touched: it is asked for live, by name, and Approvals name its uid.
 */
import { type Approval, approvals, remediationPlans } from '../../crds/kinds.ts';
import type { KubeClient } from '../../kube/client.ts';
import { isConflict, isNotFound } from '../../kube/errors.ts';
import type { Key } from '../../kube/object.ts';
import type { Store } from '../../kube/store.ts';

export interface Collecting {
  readonly client: Pick<KubeClient, 'get' | 'delete'>;
  readonly approvals: Pick<Store<Approval>, 'list'>;
  readonly signal: AbortSignal;
}

/** @param key of the plan */
export async function collectApprovals(key: Key, { client, approvals: known, signal }: Collecting): Promise<void> {
  const named = known
    .list()
    .filter(({ metadata, spec }) => metadata.namespace === key.namespace && spec.planRef.name === key.name)
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (named.length === 0) return;
  const plan = await client.get(remediationPlans, key, { signal });
  for (const { metadata, spec } of named) {
    if (plan?.metadata.uid === spec.planRef.uid) continue;
    const { namespace = '', name, uid } = metadata;
    await client.delete(approvals, { namespace, name }, { uid, signal }).catch((error: unknown) => {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    });
  }
}
