/** What the GitOps engine says, now, of one commit of ours. */
import type { RemediationPlanStatus } from '../../crds/remediationPlan.ts';
import { findOwner } from '../../gitops/owner.ts';
import { syncState } from '../../gitops/sync.ts';
import type { PlanScope } from './scope.ts';

export type SyncSeen =
  | { readonly kind: 'synced'; readonly revision: string }
  | { readonly kind: 'waiting'; readonly reason: string; readonly message: string; readonly retryAfterMs: number }
  | { readonly kind: 'failed'; readonly message: string };

export async function lookForSync(
  { client, signal, plan, remediate }: PlanScope,
  commit: NonNullable<RemediationPlanStatus['commit']>,
): Promise<SyncSeen> {
  const [action] = plan.spec.actions;
  if (action === undefined) return { kind: 'failed', message: 'the plan has no action' };
  const owner = await findOwner(client, action.target, { signal });
  if (!('build' in owner)) {
    return {
      kind: 'failed',
      message: `${action.target.kind} ${action.target.name} is no longer owned by a GitOps engine that is followed`,
    };
  }
  const repository = await remediate.repositories.open(commit.repository);
  const seen = await syncState(client, owner, commit.sha, repository, { signal });
  switch (seen.state) {
    case 'synced':
      return { kind: 'synced', revision: seen.revision };
    case 'waiting':
      return { kind: 'waiting', reason: seen.reason, message: seen.message, retryAfterMs: seen.retryAfterMs };
    case 'failed':
      return { kind: 'failed', message: seen.message };
    default:
      return seen satisfies never;
  }
}
