/** What can be said of a commit and the engine that is to apply it. */

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
