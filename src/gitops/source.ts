/**
 * The application's own source in a mirror of its repository: what lies between two commits, and who changed a line last.
 *
 * The addresses come from annotations that anybody may set, so only repositories under the prefixes that are allowed are opened: those of
 * the configured credentials, and what the configuration lists. A commit is fetched by its id, a tag by its name; where the host does not
 * give single commits, its default branch is fetched. Everything is bounded; there is no working tree.
 */

import { GitError, gitErrorIn } from './errors.ts';
import { unifiedDiff } from './git/commit.ts';
import { filesBetween } from './git/history.ts';
import { networkError } from './git/network.ts';
import type { CallLimits, Repositories, Repository } from './git/repositories.ts';
import { credentialFor, parseRepositoryUrl } from './git/url.ts';

export interface SourceHistoryOptions {
  readonly repositories: Repositories;
  /** Beginnings of addresses, in whole segments. */
  readonly allowedPrefixes: readonly string[];
  readonly httpHosts?: readonly string[] | undefined;
  /** The file of the repository that a path in an image is; undefined where that is not clear. */
  readonly fileIn: (files: Iterable<string>, path: string) => string | undefined;
}

interface Ref {
  readonly repository: string;
  readonly revision: string;
}

interface Commit {
  readonly commit: string;
  readonly author: string;
  readonly at: number;
  readonly subject: string;
}

export interface SourceHistory {
  compare(before: Ref, after: Ref, limits?: CallLimits): Promise<Comparison>;
  lastChanges(at: Ref, lines: readonly { file: string; line: number }[], limits?: CallLimits): Promise<readonly (LineChange | undefined)[]>;
}

interface Comparison {
  readonly direction: 'forward' | 'back' | 'same' | 'diverged';
  readonly before: string;
  readonly after: string;
  readonly commits: readonly Commit[];
  readonly moreCommits: boolean;
  readonly files: readonly string[];
  readonly moreFiles: boolean;
  readonly diff: string;
}

interface LineChange {
  readonly path: string;
  readonly line: number;
  readonly commit: Commit;
  readonly exact: 'line' | 'file';
  readonly text?: string | undefined;
}

const MOST_COMMITS = 20;
const MOST_FILES = 100;
const MOST_LINES = 10;
const LONGEST_DIFF = 64 * 1024;
const BLAME_TIMEOUT_MS = 5_000;
const SHA = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/u;
const REVISION = /^(?!.*\.\.)[0-9A-Za-z][\w.+-]{0,127}$/u;

export function createSourceHistory(options: SourceHistoryOptions): SourceHistory {
  const open = async ({ repository, revision }: Ref, limits: CallLimits): Promise<{ mirror: Repository; commit: string }> => {
    const { href } = parseRepositoryUrl(repository, options.httpHosts ?? []);
    const isAllowed =
      credentialFor(
        { href, scheme: 'https', host: '' },
        options.allowedPrefixes.map((urlPrefix) => ({ urlPrefix })),
      ) !== undefined;
    if (!isAllowed) {
      throw new GitError('Refused', `${href} is none of the repositories that may be read: add a git credential whose urlPrefix covers it`);
    }
    const mirror = await options.repositories.open(repository);
    return { mirror, commit: await commitOf(mirror, revision, limits) };
  };
  return {
    compare: async (before, after, limits = {}) => {
      if (before.repository !== after.repository)
        throw new GitError('Refused', `the images come from two repositories: ${before.repository} and ${after.repository}`);
      const from = await open(before, limits);
      const to = await open(after, limits);
      return compare(to.mirror, from.commit, to.commit, limits);
    },
    lastChanges: async (at, lines, limits = {}) => {
      const { mirror, commit } = await open(at, limits);
      const listed = await mirror.must({ args: ['ls-tree', '-r', '-z', '--name-only', '--full-tree', commit], signal: limits.signal });
      const files = listed.toString('utf8').split('\0');
      const changes: (LineChange | undefined)[] = [];
      for (const { file, line } of lines.slice(0, MOST_LINES)) {
        const path = options.fileIn(files, file);
        changes.push(path === undefined ? undefined : await lastChange(mirror, commit, path, line, limits));
      }
      return changes;
    },
  };
}

async function commitOf(mirror: Repository, revision: string, limits: CallLimits): Promise<string> {
  if (!REVISION.test(revision)) throw new GitError('Refused', `${JSON.stringify(revision.slice(0, 100))} is no name of a commit or a tag`);
  const known = await resolve(mirror, revision, limits);
  if (known !== undefined) return known;
  const wanted = SHA.test(revision) ? [`+${revision}:refs/agent-sre/source/${revision}`] : [`+refs/tags/${revision}:refs/tags/${revision}`];
  const first = await fetch(mirror, wanted, limits);
  const found = first.exitCode === 0 ? await resolve(mirror, revision, limits) : undefined;
  if (found !== undefined) return found;
  const second = await fetch(mirror, ['+HEAD:refs/agent-sre/head'], limits);
  if (second.exitCode !== 0) throw networkError('fetch', parsed(mirror), second);
  const last = await resolve(mirror, revision, limits);
  if (last === undefined) throw new GitError('NotFound', `${mirror.url} has no commit or tag ${revision}`);
  return last;
}

const parsed = ({ url }: Repository) => ({ href: url, scheme: 'https', host: new URL(url).host }) as const;

function fetch(mirror: Repository, refs: readonly string[], limits: CallLimits) {
  return mirror.remote(
    ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', '--', mirror.url, ...refs],
    limits,
  );
}

/** The commit, if the mirror has it. A tag that looks like the beginning of a commit is taken as the tag. */
async function resolve(mirror: Repository, revision: string, { signal }: CallLimits): Promise<string | undefined> {
  for (const name of [`refs/tags/${revision}`, ...(/^[0-9a-f]{7,64}$/u.test(revision) ? [revision] : [])]) {
    const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`];
    const { exitCode, stdout } = await mirror.run({ args, signal });
    if (exitCode === 0) return stdout.toString('utf8').trim();
  }
  return undefined;
}

async function compare(mirror: Repository, before: string, after: string, limits: CallLimits): Promise<Comparison> {
  const [ahead, behind] = await Promise.all([countBetween(mirror, before, after, limits), countBetween(mirror, after, before, limits)]);
  const direction = before === after ? 'same' : behind === 0 ? 'forward' : ahead === 0 ? 'back' : 'diverged';
  const [older, newer] = direction === 'back' ? [after, before] : [before, after];
  const commits = direction === 'same' ? [] : await commitsIn(mirror, [`${older}..${newer}`], MOST_COMMITS + 1, limits);
  const files = (await filesBetween(mirror, before, after, limits)).map(({ path }) => path);
  return {
    direction,
    before,
    after,
    commits: commits.slice(0, MOST_COMMITS),
    moreCommits: commits.length > MOST_COMMITS,
    files: files.slice(0, MOST_FILES),
    moreFiles: files.length > MOST_FILES,
    diff: await diffOf(mirror, before, after, limits),
  };
}

async function countBetween(mirror: Repository, from: string, to: string, { signal }: CallLimits): Promise<number> {
  const counted = await mirror.must({ args: ['rev-list', '--count', '--max-count=1', `${from}..${to}`], signal });
  return Number(counted.toString('utf8').trim());
}

/** Empty when it is too large to be read. */
async function diffOf(mirror: Repository, before: string, after: string, limits: CallLimits): Promise<string> {
  try {
    return (await unifiedDiff(mirror, before, after, limits)).slice(0, LONGEST_DIFF);
  } catch (error) {
    if (gitErrorIn(error)?.kind === 'TooLarge') return '';
    throw error;
  }
}

const FORMAT = ['%H', '%an', '%ct', '%s'].join('%x00');

async function commitsIn(mirror: Repository, range: readonly string[], most: number, { signal }: CallLimits): Promise<readonly Commit[]> {
  const args = ['log', '-z', `--max-count=${most}`, `--format=${FORMAT}`, '--end-of-options', ...range];
  const fields = (await mirror.must({ args, signal })).toString('utf8').split('\0');
  const commits: Commit[] = [];
  for (let at = 0; at + 3 < fields.length; at += 4) {
    const [commit = '', author = '', seconds = '', subject = ''] = fields.slice(at, at + 4);
    commits.push({ commit, author, at: Number(seconds) * 1000, subject });
  }
  return commits;
}

/** By the line where it still is in the file, else by the file. */
async function lastChange(
  mirror: Repository,
  commit: string,
  path: string,
  line: number,
  limits: CallLimits,
): Promise<LineChange | undefined> {
  const args = ['blame', '--porcelain', '-L', `${line},${line}`, commit, '--', path];
  const blamed = await mirror.run({ args, signal: limits.signal, timeoutMs: BLAME_TIMEOUT_MS }).catch((error: unknown) => {
    if (gitErrorIn(error)?.kind === 'TimedOut') return undefined;
    throw error;
  });
  const found = blamed?.exitCode === 0 ? readBlame(blamed.stdout.toString('utf8')) : undefined;
  if (found !== undefined) return { path, line, exact: 'line', ...found };
  const [last] = await commitsIn(mirror, [commit, '--', path], 1, limits);
  return last === undefined ? undefined : { path, line, exact: 'file', commit: last };
}

/** The porcelain format: a line with the commit, headers, and the line itself after a tab. */
function readBlame(text: string): { readonly commit: Commit; readonly text: string } | undefined {
  const lines = text.split('\n');
  const commit = /^[0-9a-f]{40,64}/u.exec(lines[0] ?? '')?.[0];
  const header = (name: string): string | undefined => lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1);
  const seconds = Number(header('committer-time'));
  if (commit === undefined || !Number.isFinite(seconds)) return undefined;
  const source = lines.find((line) => line.startsWith('\t'))?.slice(1) ?? '';
  return { commit: { commit, author: header('author') ?? '', at: seconds * 1000, subject: header('summary') ?? '' }, text: source };
}
