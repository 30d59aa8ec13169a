/**
 * A plan's commit as a proposal: on a branch of its own, which nothing is deployed from; and what has become of it on the branch that is.
 *
 * However a Git host merges (a merge commit, squashed, rebased, fast-forwarded), what counts is what the merge did to the deployed branch: just the
 * files of the plan's commit, with just their contents.
 */
import { digestOf } from '../domain/canonical.ts';
import { GitError } from '../gitops/errors.ts';
import { isAncestor } from '../gitops/git/commit.ts';
import { filesBetween, parentOf } from '../gitops/git/history.ts';
import { type PushResult, pushBranch } from '../gitops/git/push.ts';
import type { Repository } from '../gitops/git/repositories.ts';
import type { RemediateDeps } from './deps.ts';

interface Limits {
  readonly signal?: AbortSignal | undefined;
}

/** `agent-sre/rp-1-0123abcd`: of one plan and one digest, so that a branch which is there is ours, or nobody's business of ours. */
export function proposalBranch(plan: string, digest: string, purpose?: 'revert'): string {
  const hash = digest.replace(/^sha256:/u, '').slice(0, 8);
  return ['agent-sre/', plan.slice(0, 180), '-', hash, ...(purpose === undefined ? [] : ['-', purpose])].join('');
}

interface Where {
  readonly repository: string;
  readonly branch: string;
}

/** The commit at the tip of a branch, as the host has it now; undefined: there is no such branch. */
export async function branchTip(deps: RemediateDeps, { repository, branch }: Where, limits: Limits = {}): Promise<string | undefined> {
  const opened = await deps.repositories.open(repository);
  try {
    return await opened.fetch(branch, limits);
  } catch (error) {
    if (error instanceof GitError && error.kind === 'NotFound') return undefined;
    throw error;
  }
}

/** Makes the branch, unless there is one of that name with another commit. */
export async function pushProposal(
  deps: RemediateDeps,
  { repository, branch, commit }: Where & { readonly commit: string },
  limits: Limits,
): Promise<PushResult> {
  return pushBranch(await deps.repositories.open(repository), { branch, commit, base: '' }, limits);
}

/** Digest of what lies between two commits: files with their modes and contents. */
export async function changesBetween(
  deps: RemediateDeps,
  repository: string,
  [before, after]: readonly [string, string],
  limits: Limits = {},
): Promise<string> {
  return changesIn(await deps.repositories.open(repository), before, after, limits);
}

async function changesIn(repository: Repository, before: string, after: string, limits: Limits): Promise<string> {
  const files = await filesBetween(repository, before, after, limits);
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return digestOf(sorted.map(({ path, after: now }) => ({ path, mode: now?.mode ?? null, blob: now?.oid ?? null })));
}

export interface Merged {
  /** The deployed branch right before. */
  readonly parent: string;
  /** Digest of what the merge did to it. */
  readonly changes: string;
}

/** What a merge did to a branch; undefined: the branch does not have that commit. */
export async function mergedChanges(
  deps: RemediateDeps,
  { repository: url, branch, commit }: Where & { readonly commit: string },
  limits: Limits = {},
): Promise<Merged | undefined> {
  const repository = await deps.repositories.open(url);
  const tip = await repository.fetch(branch, limits);
  if ((await isAncestor(repository, commit, tip, limits)) !== true) return undefined;
  const parent = await parentOf(repository, commit, limits);
  return parent === undefined ? undefined : { parent, changes: await changesIn(repository, parent, commit, limits) };
}
