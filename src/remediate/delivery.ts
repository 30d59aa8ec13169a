/**
 * Delivers a plan as one commit: made the same way on every try, pushed with a lease on what it was made on, found again by its trailers.
 *
 * Nothing here decides whether it may be done. A push has three answers; after one that is not known, `findCommit` says whether it took effect.
 */
import { type CommitMessage, commitsWithTrailer, makeCommit } from '../gitops/git/commit.ts';
import { type PushResult, pushBranch } from '../gitops/git/push.ts';
import type { RemediateDeps } from './deps.ts';
import type { RenderedPlan } from './renderPlan.ts';

export type { PushResult } from '../gitops/git/push.ts';

export interface PlanIdentity {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
}

/** As in a plan's status. */
export interface CommitRecord {
  readonly sha: string;
  readonly parent: string;
  readonly repository: string;
  readonly ref: string;
}

/** What a commit of ours does: carry the plan out, or take it back. */
export type Effect = 'Apply' | 'Revert';

export interface PlanCommit {
  readonly plan: PlanIdentity;
  readonly digest: string;
  readonly approvers: readonly string[];
  /** When it was approved: the date of the commit, in milliseconds since the epoch. */
  readonly at: number;
  readonly summary: string;
  readonly rendered: Pick<RenderedPlan, 'repository' | 'ref' | 'base' | 'files'>;
}

interface Limits {
  readonly signal?: AbortSignal | undefined;
}

export const AUTHOR = { name: 'Agent-SRE', email: 'agent-sre@agentsre.io' } as const;
export const UID_TRAILER = 'Plan-UID';
export const EFFECT_TRAILER = 'Plan-Effect';

/** Makes the commit in the mirror. Nothing leaves the machine. */
export async function commitPlan(deps: RemediateDeps, input: PlanCommit, limits: Limits = {}): Promise<CommitRecord> {
  const { repository: url, ref, base, files } = input.rendered;
  const repository = await deps.repositories.open(url);
  const sha = await makeCommit(
    repository,
    {
      parent: base,
      files: files.map(({ path, mode, after }) => ({ path, mode, content: after })),
      message: messageOf(input),
      author: deps.author ?? AUTHOR,
      at: input.at,
      signingKeyFile: deps.signingKeyFile,
    },
    limits,
  );
  return { sha, parent: base, repository: url, ref };
}

/** Looks on the branch, as it is now, for the commit that carries a plan out or takes it back. */
export async function findCommit(
  deps: RemediateDeps,
  { repository: url, ref, since, planUid, effect }: FindInput,
  limits: Limits = {},
): Promise<CommitRecord | undefined> {
  const repository = await deps.repositories.open(url);
  await repository.fetch(ref, limits);
  const found = await commitsWithTrailer(repository, { branch: ref, since, key: UID_TRAILER, value: planUid }, limits);
  const ours = found.find(({ trailers }) => trailers.get(EFFECT_TRAILER)?.at(-1) === effect);
  return ours === undefined ? undefined : { sha: ours.sha, parent: ours.parent, repository: url, ref };
}

export interface FindInput {
  readonly repository: string;
  readonly ref: string;
  /** A commit before which it can't be. */
  readonly since: string;
  readonly planUid: string;
  readonly effect: Effect;
}

/** Moves the branch from the commit's parent to the commit, or not at all. */
export async function pushCommit(deps: RemediateDeps, record: CommitRecord, limits: Limits = {}): Promise<PushResult> {
  const repository = await deps.repositories.open(record.repository);
  return pushBranch(repository, { branch: record.ref, commit: record.sha, base: record.parent }, limits);
}

const LONGEST_SUBJECT = 72;

function messageOf({ plan, digest, approvers, summary }: PlanCommit): CommitMessage {
  const [first = '', ...rest] = summary.trim().split(/(?<=[.!?])\s+/u);
  const subject = first.replace(/\.$/u, '');
  const fits = subject.length <= LONGEST_SUBJECT;
  return {
    subject: fits ? subject : `Carry out RemediationPlan ${plan.name}`.slice(0, LONGEST_SUBJECT),
    body: fits ? rest.join(' ') : summary,
    trailers: [
      ['Plan', `${plan.namespace}/${plan.name}`],
      [UID_TRAILER, plan.uid],
      ['Plan-Digest', digest],
      [EFFECT_TRAILER, 'Apply' satisfies Effect],
      ...approvers.toSorted().map((approver) => ['Approved-By', approver] as const),
    ],
  };
}
