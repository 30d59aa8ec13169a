/** What can be said of a commit and the engine that is to apply it. */
import type { ObjectRef } from '../crds/common.ts';
import type { CallOptions, KubeClient } from '../kube/client.ts';
import type { KubeObject, ResourceType } from '../kube/object.ts';

export type WaitReason = 'Suspended' | 'OlderRevision' | 'Progressing' | 'SourceFailing' | 'Failing';

export type SyncState =
  | { readonly state: 'synced'; readonly revision: string; readonly healthy: boolean }
  | { readonly state: 'waiting'; readonly reason: WaitReason; readonly message: string; readonly retryAfterMs: number }
  | { readonly state: 'failed'; readonly reason: 'OwnerGone' | 'OwnerChanged' | 'BuildFailed' | 'TakenBack'; readonly message: string };

const LOOK_AGAIN_MS = 2_000;
const LOOK_AGAIN_FAILING_MS = 10_000;

export function waiting(reason: WaitReason, message: string): SyncState {
  const retryAfterMs = reason === 'Failing' || reason === 'SourceFailing' ? LOOK_AGAIN_FAILING_MS : LOOK_AGAIN_MS;
  return { state: 'waiting', reason, message: message.slice(0, 1000), retryAfterMs };
}

/** The owner as it is now, if it is still the one that the commit was made for. */
export async function ownerNow<T extends KubeObject>(
  client: KubeClient,
  resource: ResourceType<T>,
  { name, namespace = '', uid }: ObjectRef,
  options: CallOptions,
): Promise<T | SyncState> {
  const where = `${resource.kind} ${namespace}/${name}`;
  const found = await client.get(resource, { namespace, name }, options);
  if (found === undefined) return { state: 'failed', reason: 'OwnerGone', message: `${where} does not exist any more` };
  if (found.metadata.uid === uid) return found;
  return { state: 'failed', reason: 'OwnerChanged', message: `${where} was deleted and made anew since the commit` };
}
