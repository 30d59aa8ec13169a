/**
 * The application's source by GitHub's API, for where no Git credential reaches the repository: commits between two, their pull
 * requests, the last change of a file. Which line changed last it does not say over REST; `exact` is always `file`.
 */
import { z } from 'zod';
import { fileIn } from '../applicationSource/paths.ts';
import type { LineChange, SourceCommit, SourceComparison, SourceLimits, SourcePort, SourceRef } from '../applicationSource/port.ts';
import { SourceError } from '../gap.ts';
import type { GitHubClient } from './client.ts';

const MOST_COMMITS = 20;
const MOST_FILES = 100;
const MOST_LINES = 10;
const MOST_PULLS = 3;
const LONGEST_DIFF = 64 * 1024;

const commit = z.object({
  sha: z.string().regex(/^[0-9a-f]{40,64}$/u),
  commit: z.object({
    message: z.string(),
    author: z.object({ name: z.string().default('') }).nullish(),
    committer: z.object({ date: z.string().default('') }).nullish(),
  }),
});
const comparison = z.object({
  status: z.enum(['ahead', 'behind', 'identical', 'diverged']),
  total_commits: z.int(),
  base_commit: z.object({ sha: z.string() }),
  commits: z.array(commit).max(1000),
  files: z
    .array(z.object({ filename: z.string(), patch: z.string().optional() }))
    .max(3000)
    .nullish(),
});
const pulls = z.array(z.object({ number: z.int(), title: z.string() })).max(1000);
const tree = z.object({
  sha: z.string(),
  truncated: z.boolean(),
  tree: z.array(z.object({ path: z.string(), type: z.string() })).max(200_000),
});
type Comparison = z.infer<typeof comparison>;

export function createGitHubSource(client: GitHubClient): SourcePort {
  const ask = async <T>(schema: z.ZodType<T>, path: string, query: Readonly<Record<string, string>>, limits: SourceLimits): Promise<T> => {
    const answer = schema.safeParse(await client.get(path, query, limits.signal));
    if (!answer.success) throw new SourceError('Malformed', `${client.name}: its answer is not GitHub's`, { cause: answer.error });
    return answer.data;
  };
  const shaOf = async (repo: string, revision: string, limits: SourceLimits): Promise<string> =>
    (await ask(commit, `${repo}/commits/${encodeURIComponent(revision)}`, {}, limits)).sha;

  const withPulls = async (repo: string, given: readonly SourceCommit[], limits: SourceLimits): Promise<readonly SourceCommit[]> => {
    const found = await Promise.all(
      given.slice(0, MOST_PULLS).map(async (each) => ({
        ...each,
        pullRequests: await ask(pulls, `${repo}/commits/${each.commit}/pulls`, { per_page: '5' }, limits),
      })),
    );
    return [...found, ...given.slice(MOST_PULLS)];
  };

  return {
    compare: async (before, after, limits = {}) => {
      if (before.repository !== after.repository) {
        throw new SourceError('NotConfigured', `the images come from two repositories: ${before.repository} and ${after.repository}`);
      }
      const repo = pathOf(client, before);
      const [from, to] = [await shaOf(repo, before.revision, limits), await shaOf(repo, after.revision, limits)];
      const between = (a: string, b: string): Promise<Comparison> =>
        ask(comparison, `${repo}/compare/${a}...${b}`, { per_page: '100' }, limits);
      const forward = await between(from, to);
      // Of commits that were taken back it lists nothing: they are those of the other direction.
      const isBack = forward.status === 'behind';
      const told = comparisonOf(isBack ? await between(to, from) : forward, { from, to, isBack });
      return { ...told, commits: await withPulls(repo, told.commits, limits) };
    },
    lastChanges: async (at, lines, limits = {}) => {
      const repo = pathOf(client, at);
      const sha = await shaOf(repo, at.revision, limits);
      const listed = await ask(tree, `${repo}/git/trees/${sha}`, { recursive: '1' }, limits);
      const files = listed.tree.filter(({ type }) => type === 'blob').map(({ path }) => path);
      const changes: (LineChange | undefined)[] = [];
      for (const { file, line } of lines.slice(0, MOST_LINES)) {
        const path = fileIn(files, file);
        const [last] =
          path === undefined ? [] : await ask(z.array(commit).max(10), `${repo}/commits`, { sha, path, per_page: '1' }, limits);
        changes.push(path === undefined || last === undefined ? undefined : { path, line, exact: 'file', commit: commitOf(last) });
      }
      return changes;
    },
  };
}

/** `repos/owner/name`, of a repository of this very host. */
function pathOf({ name, webHost }: GitHubClient, { repository }: SourceRef): string {
  const url = URL.parse(repository);
  const [, owner, repo, ...rest] = url?.pathname.replace(/\.git$/u, '').split('/') ?? [];
  const isName = (text: string | undefined): text is string =>
    text !== undefined && /^[\w.-]{1,100}$/u.test(text) && !/^\.{1,2}$/u.test(text);
  if (url === null || url.host !== webHost || !isName(owner) || !isName(repo) || rest.length > 0) {
    throw new SourceError('NotConfigured', `${name}: ${repository.slice(0, 200)} is no repository of ${webHost}`);
  }
  return `repos/${owner}/${repo}`;
}

interface Sides {
  readonly from: string;
  readonly to: string;
  readonly isBack: boolean;
}

const DIRECTIONS = { ahead: 'forward', behind: 'back', identical: 'same', diverged: 'diverged' } as const;

function comparisonOf(given: Comparison, { from, to, isBack }: Sides): SourceComparison {
  const files = given.files ?? [];
  const patches = files.map(({ filename, patch }) =>
    patch === undefined ? '' : `--- a/${filename}\n+++ b/${filename}\n${isBack ? turned(patch) : patch}\n`,
  );
  return {
    direction: isBack ? 'back' : DIRECTIONS[given.status],
    before: from,
    after: to,
    commits: given.commits.map(commitOf).toReversed().slice(0, MOST_COMMITS),
    moreCommits: given.total_commits > MOST_COMMITS,
    files: files.slice(0, MOST_FILES).map(({ filename }) => filename),
    moreFiles: files.length > MOST_FILES,
    diff: patches.join('').slice(0, LONGEST_DIFF),
  };
}

/** A patch the other way round. */
function turned(patch: string): string {
  const other: Readonly<Record<string, string>> = { '+': '-', '-': '+' };
  return patch
    .split('\n')
    .map((line) => line.replace(/^@@ -(\S+) \+(\S+) @@/u, '@@ -$2 +$1 @@').replace(/^[+-]/u, (sign) => other[sign] ?? sign))
    .join('\n');
}

function commitOf({ sha, commit: { message, author, committer } }: z.infer<typeof commit>): SourceCommit {
  const at = Date.parse(committer?.date ?? '');
  return { commit: sha, author: author?.name ?? '', at: Number.isNaN(at) ? 0 : at, subject: message.split('\n')[0] ?? '' };
}
