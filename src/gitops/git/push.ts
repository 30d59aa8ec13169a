/**
 * Moves a branch of the host from the commit that we built on to ours, or not at all.
 *
 * The lease makes the host compare and set. Three answers are told apart: done, refused (and why), and not known, where the branch has to be looked
 * at before anything is repeated. Done is what the branch says, and not what the answer says.
 */
import { withoutCredentials } from '../errors.ts';
import type { GitAnswer } from './git.ts';
import { networkError } from './network.ts';
import { branchRef, type CallLimits, type Repository } from './repositories.ts';
import { parseRepositoryUrl } from './url.ts';

export type PushResult =
  | { readonly result: 'pushed' }
  | { readonly result: 'rejected'; readonly reason: 'Moved' | 'Refused' | 'Unauthorized'; readonly message: string }
  | { readonly result: 'unavailable'; readonly message: string };

export interface Push {
  readonly branch: string;
  readonly commit: string;
  /** What the branch must be at. */
  readonly base: string;
}

export async function pushBranch(repository: Repository, { branch, commit, base }: Push, limits: CallLimits = {}): Promise<PushResult> {
  const ref = branchRef(branch);
  try {
    const answer = await repository.remote(
      [
        'push',
        '--porcelain',
        '--no-verify',
        '--no-follow-tags',
        '--recurse-submodules=no',
        `--force-with-lease=${ref}:${base}`,
        '--',
        repository.url,
        `${commit}:${ref}`,
      ],
      limits,
    );
    const result = readAnswer(repository, answer);
    return result.result === 'pushed' ? await confirmed(repository, { branch, commit, base }, limits) : result;
  } catch (error) {
    if (limits.signal?.aborted === true) return { result: 'unavailable', message: `push to ${repository.url} was cut short` };
    return asResult(error);
  }
}

/** A host that says yes and does nothing (a proxy, a replica, a page that was taken for an answer) is no push; one that can't be asked is believed. */
async function confirmed(repository: Repository, { branch, commit, base }: Push, limits: CallLimits): Promise<PushResult> {
  if (commit === base) return { result: 'pushed' };
  const ref = branchRef(branch);
  const asked = await repository.remote(['ls-remote', '--', repository.url, ref], limits).catch(() => undefined);
  const at = asked?.exitCode === 0 ? (/^([0-9a-f]{40,64})\t/u.exec(asked.stdout.toString('latin1'))?.[1] ?? '') : undefined;
  if (at !== base) return { result: 'pushed' };
  return {
    result: 'unavailable',
    message: `push to ${repository.url}: the host says that it took it, and ${branch} is still ${base === '' ? 'not there' : `at ${base}`}`,
  };
}

const MOVED = /stale info|fetch first|non-fast-forward|cannot lock ref|but expected|reference already exists|failed to update ref/iu;

function readAnswer(repository: Repository, answer: GitAnswer): PushResult {
  const line = answer.stdout
    .toString('utf8')
    .split('\n')
    .find((text) => /^[ +=!*-]\t/u.test(text));
  if (answer.exitCode === 0 && line !== undefined && !line.startsWith('!')) return { result: 'pushed' };
  if (line?.startsWith('!') === true) {
    const summary = line.split('\t')[2] ?? '';
    const reason = MOVED.test(summary) ? 'Moved' : 'Refused';
    return { result: 'rejected', reason, message: rejection(repository.url, summary, answer.stderr) };
  }
  return asResult(networkError('push to', parseRepositoryUrl(repository.url, [new URL(repository.url).host]), answer));
}

/** What the host itself had to say (`remote:` lines, from hooks and branch protection) belongs to the reason. */
function rejection(url: string, summary: string, stderr: string): string {
  const said = withoutCredentials(stderr)
    .split('\n')
    .filter((line) => line.startsWith('remote:'))
    .map((line) => line.slice('remote:'.length).trim())
    .filter((line) => line !== '');
  return `push to ${url}: ${[summary, ...said].join('; ')}`.slice(0, 500);
}

function asResult(error: unknown): PushResult {
  const message = error instanceof Error ? error.message : String(error);
  const kind = error instanceof Error && 'kind' in error ? error.kind : undefined;
  if (kind === 'Unauthorized') return { result: 'rejected', reason: 'Unauthorized', message };
  if (kind === 'Refused' || kind === 'NotFound') return { result: 'rejected', reason: 'Refused', message };
  return { result: 'unavailable', message };
}
