/**
 * What an approval covers: everything that the executor is about to do, and the state of the world in which that was shown.
 *
 * The executor computes this again from the live world before it acts. Whatever moved since (a target replaced, a field set
 * by somebody else, a file changed, another policy) gives another digest, and the approval no longer fits. The parent commit
 * is left out on purpose: a ref that moved without touching these blobs changes nothing that a person looked at.
 */
import type { RemediationPlanSpec } from '../crds/remediationPlan.ts';
import { digestOf } from './canonical.ts';

export interface DigestInput {
  readonly plan: { readonly uid: string; readonly spec: RemediationPlanSpec };
  /** Uid of the namespace kube-system: the usual identity of a cluster. */
  readonly clusterUid: string;
  /** What the rendering found, as sorted JSON: repository and ref, targets with uid and pre-images, files with their blobs. */
  readonly material: object;
  /** Those that had a say, sorted by uid. */
  readonly policies: readonly { readonly uid: string; readonly generation: number }[];
}

export function planDigest({ plan, clusterUid, material, policies }: DigestInput): string {
  const { actions, successCriteria, abortCriteria, strategy, rollback, soakSeconds, expiresAt } = plan.spec;
  return digestOf({
    plan: plan.uid,
    cluster: clusterUid,
    actions,
    criteria: { success: successCriteria, abort: abortCriteria ?? [] },
    delivery: { strategy, rollback, soakSeconds, expiresAt },
    material,
    policies,
  });
}
