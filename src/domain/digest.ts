/**
 * What an approval covers: everything that the executor is about to do, and the state of the world in which that was shown.
 *
 * The executor computes this again from the live world before it acts. Whatever moved since (a target replaced, a field set
 * by somebody else, a file changed, another policy) gives another digest, and the approval no longer fits. The parent commit
 * is left out on purpose: a ref that moved without touching these blobs changes nothing that a person looked at.
 */
import type { ObjectRef } from '../crds/common.ts';
import type { RemediationPlanSpec } from '../crds/remediationPlan.ts';
import { digestOf } from './canonical.ts';

export interface PlannedFile {
  readonly path: string;
  /** Git file mode, for example 100644. */
  readonly mode: string;
  /** Blob id before; absent for a file that is made. */
  readonly baseBlob?: string | undefined;
  /** Blob id after; absent for a file that is removed. */
  readonly newBlob?: string | undefined;
}

export interface DigestInput {
  readonly plan: { readonly uid: string; readonly spec: RemediationPlanSpec };
  /** Uid of the namespace kube-system: the usual identity of a cluster. */
  readonly clusterUid: string;
  readonly targets: readonly { readonly object: ObjectRef; readonly path: string; readonly value?: string | undefined }[];
  readonly repository?: string | undefined;
  readonly ref?: string | undefined;
  readonly files: readonly PlannedFile[];
  readonly policy: { readonly uid: string; readonly generation: number } | undefined;
}

export function planDigest({ plan, clusterUid, targets, repository, ref, files, policy }: DigestInput): string {
  const { actions, successCriteria, abortCriteria, strategy, rollback, soakSeconds, expiresAt } = plan.spec;
  return digestOf({
    plan: plan.uid,
    cluster: clusterUid,
    targets: targets.toSorted(byKey((target) => `${JSON.stringify(target.object)} ${target.path}`)),
    actions,
    criteria: { success: successCriteria, abort: abortCriteria ?? [] },
    strategy,
    rollback,
    soakSeconds,
    repository,
    ref,
    files: files.map(({ path, mode, baseBlob, newBlob }) => ({ path, mode, baseBlob, newBlob })).toSorted(byKey((file) => file.path)),
    expiresAt,
    policy: policy ?? null,
  });
}

function byKey<T>(key: (item: T) => string): (a: T, b: T) => number {
  return (a, b) => {
    const [x, y] = [key(a), key(b)];
    if (x === y) return 0;
    return x < y ? -1 : 1;
  };
}
