/**
 * Commits of a branch as those who deploy from it see them: along first parents, so that a merge is one change, made when it was merged.
 */
import { GitError } from '../errors.ts';
import { branchRef, type CallLimits, type Repository } from './repositories.ts';

export interface HistoryCommit {
  readonly sha: string;
  /** Absent for the first commit of all. */
  readonly parent?: string;
  readonly merge: boolean;
  readonly author: string;
  readonly email: string;
  /** RFC 3339. */
  readonly authoredAt: string;
  readonly committedAt: string;
  readonly subject: string;
}

export interface HistoryQuery {
  readonly branch: string;
  /** Only commits that touch one of these; none: all. */
  readonly paths: readonly string[];
  /** Milliseconds since the epoch, by the date on which it was committed. */
  readonly start: number;
  readonly end: number;
  readonly max: number;
}

const FORMAT = ['%H', '%P', '%an', '%ae', '%aI', '%cI', '%s'].join('%x00');

/** Newest first. */
export async function commitsBetween(
  repository: Repository,
  query: HistoryQuery,
  { signal }: CallLimits = {},
): Promise<readonly HistoryCommit[]> {
  const { branch, paths, start, end, max } = query;
  const seconds = (ms: number): string => `${Math.floor(ms / 1000)}`;
  const listed = await repository.must({
    args: [
      'log',
      '--first-parent',
      '-m',
      '-z',
      `--max-count=${max}`,
      `--since-as-filter=@${seconds(start)} +0000`,
      `--until=@${seconds(end)} +0000`,
      `--format=${FORMAT}`,
      '--end-of-options',
      branchRef(branch),
      '--',
      ...paths,
    ],
    signal,
  });
  const fields = listed.toString('utf8').split('\0');
  const commits: HistoryCommit[] = [];
  for (let at = 0; at + 6 < fields.length; at += 7) {
    const [sha = '', parents = '', author = '', email = '', authoredAt = '', committedAt = '', subject = ''] = fields.slice(at, at + 7);
    const all = parents.split(' ').filter((parent) => parent !== '');
    const [parent] = all;
    commits.push({
      sha,
      ...(parent === undefined ? {} : { parent }),
      merge: all.length > 1,
      author,
      email,
      authoredAt,
      committedAt,
      subject,
    });
  }
  return commits;
}

export interface FileDelta {
  readonly path: string;
  readonly status: 'A' | 'M' | 'D' | 'T';
  readonly before: { readonly mode: string; readonly oid: string } | undefined;
  readonly after: { readonly mode: string; readonly oid: string } | undefined;
}

/** Files that differ between two commits. Renames are a removal and an addition. */
export async function filesBetween(
  repository: Repository,
  before: string,
  after: string,
  { signal, paths = [] }: CallLimits & { readonly paths?: readonly string[] } = {},
): Promise<readonly FileDelta[]> {
  const args = ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-abbrev', '--no-commit-id', before, after];
  const parts = (await repository.must({ args: [...args, '--', ...paths], signal })).toString('utf8').split('\0');
  const deltas: FileDelta[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const entry = /^:(\d{6}) (\d{6}) ([0-9a-f]+) ([0-9a-f]+) ([AMDT])$/u.exec(parts[at] ?? '');
    if (entry === null) throw new GitError('Failed', `compare ${before} and ${after} of ${repository.url}: ${JSON.stringify(parts[at])}`);
    const [, oldMode = '', newMode = '', oldOid = '', newOid = '', status = ''] = entry;
    deltas.push({
      path: parts[at + 1] ?? '',
      status: status as FileDelta['status'],
      before: status === 'A' ? undefined : { mode: oldMode, oid: oldOid },
      after: status === 'D' ? undefined : { mode: newMode, oid: newOid },
    });
  }
  return deltas;
}

/** The first parent of a commit; undefined when the mirror has no such commit, or it has no parent. */
export async function parentOf(repository: Repository, commit: string, { signal }: CallLimits = {}): Promise<string | undefined> {
  const { exitCode, stdout } = await repository.run({
    args: ['rev-parse', '--verify', '--quiet', '--end-of-options', `${commit}^1`],
    signal,
  });
  return exitCode === 0 ? stdout.toString('utf8').trim() : undefined;
}
