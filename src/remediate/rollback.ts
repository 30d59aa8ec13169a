/**
 * Takes a plan's commit back by a new one, which restores the bytes that were there before.
 *
 * Where others have changed the same files since, just our lines go; where that can't be told apart nothing is made, and a person is asked. Made twice
 * from the same branch it is the same commit.
 */
import { isAncestor, makeCommit } from '../gitops/git/commit.ts';
import { takeBack } from '../gitops/git/takeBack.ts';
import { openTree } from '../gitops/git/tree.ts';
import { AUTHOR, type CommitRecord, EFFECT_TRAILER, type Effect, type PlanIdentity, UID_TRAILER } from './delivery.ts';
import type { RemediateDeps } from './deps.ts';
import { type Refusal, refuse } from './refusal.ts';

export interface RollbackInput {
  readonly plan: PlanIdentity;
  readonly digest: string;
  readonly reason: string;
  /** When it was decided: the date of the commit, in milliseconds since the epoch. */
  readonly at: number;
  /** The commit that carried the plan out. */
  readonly commit: CommitRecord;
}

export type RollbackResult =
  | { readonly kind: 'committed'; readonly record: CommitRecord; readonly files: readonly string[] }
  /** The branch has the old bytes by now. */
  | { readonly kind: 'alreadyReverted' }
  | Refusal;

interface Limits {
  readonly signal?: AbortSignal | undefined;
}

/** Makes the commit on the branch as it is now. Nothing leaves the machine: it is pushed by `pushCommit`. */
export async function commitRollback(deps: RemediateDeps, input: RollbackInput, limits: Limits = {}): Promise<RollbackResult> {
  const { commit, plan } = input;
  const repository = await deps.repositories.open(commit.repository);
  const base = await repository.fetch(commit.ref, limits);
  if ((await isAncestor(repository, commit.sha, base, limits)) !== true) {
    return refuse(
      'Conflict',
      `commit ${commit.sha.slice(0, 12)} is no longer on ${commit.ref} of ${commit.repository}: somebody has rewritten the branch`,
    );
  }
  const tree = await openTree(repository, base, limits);
  const taken = await takeBack(repository, { before: commit.parent, after: commit.sha, tree }, limits);
  if (taken.kind === 'conflict') {
    return refuse(
      'Conflict',
      `${taken.path}: ${taken.why}; take commit ${commit.sha.slice(0, 12)} back by hand (git revert ${commit.sha})`,
    );
  }
  if (taken.files.size === 0) return { kind: 'alreadyReverted' };
  const sha = await makeCommit(
    repository,
    {
      parent: base,
      files: [...taken.files].map(([path, { mode, content }]) => ({ path, mode, content })),
      message: {
        subject: `Take back ${commit.sha.slice(0, 12)}: it did not help`,
        body: input.reason,
        trailers: [
          ['Plan', `${plan.namespace}/${plan.name}`],
          [UID_TRAILER, plan.uid],
          ['Plan-Digest', input.digest],
          [EFFECT_TRAILER, 'Revert' satisfies Effect],
          ['Reverts', commit.sha],
        ],
      },
      author: deps.author ?? AUTHOR,
      at: input.at,
      signingKeyFile: deps.signingKeyFile,
    },
    limits,
  );
  return {
    kind: 'committed',
    record: { sha, parent: base, repository: commit.repository, ref: commit.ref },
    files: [...taken.files.keys()].toSorted(),
  };
}
