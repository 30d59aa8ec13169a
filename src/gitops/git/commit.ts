/**
 * Commits made by plumbing, without a working tree, so that the same input gives the same commit id on every machine and every try.
 *
 * Author, dates, parent, message and bytes all come from the caller; a signature adds nothing that changes from one try to the next. What a commit is for can be found again by its trailers: that, and not a note
 * kept elsewhere, is how a process that died after a push learns that it had succeeded.
 */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { GitError } from '../errors.ts';
import { fetchBlobs } from './blobs.ts';
import { filesBetween } from './history.ts';
import { branchRef, type CallLimits, type Repository } from './repositories.ts';
import { readSigningKey, withSignature } from './signing.ts';
import { type FileMode, isSafePath } from './tree.ts';

export interface FileWrite {
  readonly path: string;
  readonly mode: FileMode;
  /** Undefined: the file goes. */
  readonly content: Buffer | undefined;
}

export interface CommitInput {
  readonly parent: string;
  readonly files: readonly FileWrite[];
  readonly message: CommitMessage;
  readonly author: { readonly name: string; readonly email: string };
  /** Milliseconds since the epoch; whole seconds count. */
  readonly at: number;
  /** File of the key that signs it; absent: it is not signed. */
  readonly signingKeyFile?: string | undefined;
}

export interface CommitMessage {
  readonly subject: string;
  readonly body?: string | undefined;
  readonly trailers: readonly (readonly [key: string, value: string])[];
}

/** Writes the commit into the mirror, and nowhere else. */
export async function makeCommit(repository: Repository, input: CommitInput, limits: CallLimits = {}): Promise<string> {
  const tree = await writeTree(repository, input.parent, input.files, limits);
  const date = `@${Math.floor(input.at / 1000)} +0000`;
  const { name, email } = input.author;
  const made = await repository.must({
    args: ['commit-tree', '-p', input.parent, tree],
    input: formatMessage(input.message),
    env: {
      GIT_AUTHOR_NAME: name,
      GIT_AUTHOR_EMAIL: email,
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_NAME: name,
      GIT_COMMITTER_EMAIL: email,
      GIT_COMMITTER_DATE: date,
    },
    signal: limits.signal,
  });
  const sha = made.toString('utf8').trim();
  return input.signingKeyFile === undefined ? sha : signCommit(repository, sha, input.signingKeyFile, limits);
}

/** Git itself has written what is signed, so that nothing of its format is told twice; the commit without a signature stays unused. */
async function signCommit(repository: Repository, sha: string, keyFile: string, { signal }: CallLimits): Promise<string> {
  const key = await readSigningKey(keyFile);
  const commit = await repository.must({ args: ['cat-file', 'commit', sha], signal });
  const signed = await repository.must({
    args: ['hash-object', '-w', '-t', 'commit', '--stdin'],
    input: withSignature(commit, key),
    signal,
  });
  return signed.toString('utf8').trim();
}

/** The tree of `base` with `files` written or taken away. The mirror need not have the contents of the others. */
export async function writeTree(
  repository: Repository,
  base: string,
  files: readonly FileWrite[],
  { signal }: CallLimits = {},
): Promise<string> {
  const index = join(repository.dir, `index.${randomUUID()}`);
  const env = { GIT_INDEX_FILE: index };
  try {
    await repository.must({ args: ['read-tree', base], env, signal });
    await stage(repository, files, env, signal);
    return (await repository.must({ args: ['write-tree', '--missing-ok'], env, signal })).toString('utf8').trim();
  } finally {
    await rm(index, { force: true });
    await rm(`${index}.lock`, { force: true });
  }
}

const SUBMODULE = '160000';

/** Files in one diff: what differs in more is nothing that a person reads. */
const MOST_DIFFERENT = 5_000;

/**
 * Unified diff between two commits or trees, without colours, renames or anything that a repository could configure. Rejects with a GitError of kind
 * `TooLarge` where that would be too much to read.
 */
export async function unifiedDiff(
  repository: Repository,
  before: string,
  after: string,
  { paths = [], signal }: CallLimits & { readonly paths?: readonly string[] } = {},
): Promise<string> {
  const deltas = await filesBetween(repository, before, after, { paths, signal });
  if (deltas.length > MOST_DIFFERENT) throw new GitError('TooLarge', `${deltas.length} files differ in ${repository.url}`);
  const sides = deltas.flatMap((delta) => [delta.before, delta.after]).filter((side) => side !== undefined && side.mode !== SUBMODULE);
  await fetchBlobs(
    repository,
    sides.map((side) => side?.oid ?? ''),
    { signal },
  );
  const args = ['diff', '--no-ext-diff', '--no-textconv', '--no-color', '--no-renames', '--full-index', '--unified=3', before, after];
  return (await repository.must({ args: [...args, '--', ...paths], signal, maxBytes: 8 * 2 ** 20 })).toString('utf8');
}

/** The id that git gives these bytes. They are written into the mirror. */
export async function writeBlob(repository: Repository, content: Buffer, { signal }: CallLimits = {}): Promise<string> {
  const written = await repository.must({ args: ['hash-object', '-w', '-t', 'blob', '--stdin'], input: content, signal });
  return written.toString('utf8').trim();
}

async function stage(
  repository: Repository,
  files: readonly FileWrite[],
  env: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const lines: string[] = [];
  for (const { path, mode, content } of files) {
    if (!isSafePath(path)) throw new GitError('Refused', `${JSON.stringify(path)} is no path that a commit may hold`);
    lines.push(
      content === undefined ? `0 ${'0'.repeat(40)}\t${path}` : `${mode} ${await writeBlob(repository, content, { signal })}\t${path}`,
    );
  }
  if (lines.length === 0) throw new GitError('Refused', 'a commit that changes nothing is not made');
  await repository.must({ args: ['update-index', '-z', '--index-info'], input: `${lines.join('\0')}\0`, env, signal });
}

const TRAILER_KEY = /^[A-Za-z][A-Za-z-]*$/u;

/** Subject, body and trailers as git reads them; whatever a value holds, it stays on its line. */
export function formatMessage({ subject, body, trailers }: CommitMessage): string {
  const lines = trailers.map(([key, value]) => {
    if (!TRAILER_KEY.test(key)) throw new Error(`trailer key ${key}`);
    return `${key}: ${oneLine(value)}`;
  });
  const paragraphs = [oneLine(subject), ...(body === undefined || body.trim() === '' ? [] : [wrapped(body)]), lines.join('\n')];
  return `${paragraphs.join('\n\n')}\n`;
}

export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

/** Paragraphs in lines of at most 72 characters. None can be taken for a trailer: those are the last paragraph, which is ours. */
function wrapped(body: string): string {
  const paragraphs = body.split(/\n\s*\n/u).map((paragraph) => {
    const lines: string[] = [];
    let line = '';
    for (const word of oneLine(paragraph).split(' ')) {
      if (line !== '' && line.length + 1 + word.length > 72) {
        lines.push(line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    return [...lines, line].join('\n');
  });
  return paragraphs.join('\n\n');
}

export type Trailers = ReadonlyMap<string, readonly string[]>;

export interface FoundCommit {
  readonly sha: string;
  readonly parent: string;
  readonly trailers: Trailers;
}

/** Commits on the mirrored branch after `since` that have the trailer, newest first. All of the branch where `since` is not on it any more. */
export async function commitsWithTrailer(
  repository: Repository,
  { branch, since, key, value }: { readonly branch: string; readonly since: string; readonly key: string; readonly value: string },
  { signal }: CallLimits = {},
): Promise<readonly FoundCommit[]> {
  const known = await repository.run({ args: ['cat-file', '-e', `${since}^{commit}`], signal });
  const range = known.exitCode === 0 ? [branchRef(branch), `^${since}`] : [branchRef(branch)];
  const format = '%H%x00%P%x00%(trailers:only,unfold)%x01';
  const found = await repository.must({
    args: [
      'log',
      '--fixed-strings',
      `--grep=${key}: ${oneLine(value)}`,
      '--max-count=100',
      `--format=${format}`,
      '--end-of-options',
      ...range,
      '--',
    ],
    signal,
  });
  const commits = found
    .toString('utf8')
    .split('\u0001')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  return commits
    .map((entry) => {
      const [sha = '', parents = '', trailers = ''] = entry.split('\0');
      return { sha, parent: parents.split(' ')[0] ?? '', trailers: parseTrailers(trailers) };
    })
    .filter(({ trailers }) => trailers.get(key)?.includes(oneLine(value)) === true);
}

function parseTrailers(text: string): Trailers {
  const trailers = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(': ');
    if (colon <= 0) continue;
    const key = line.slice(0, colon);
    trailers.set(key, [...(trailers.get(key) ?? []), line.slice(colon + 2).trim()]);
  }
  return trailers;
}

/** Whether `descendant` is, or comes after, `ancestor`; undefined when the mirror lacks one of them. */
export async function isAncestor(
  repository: Repository,
  ancestor: string,
  descendant: string,
  { signal }: CallLimits = {},
): Promise<boolean | undefined> {
  const { exitCode } = await repository.run({ args: ['merge-base', '--is-ancestor', ancestor, descendant], signal });
  return exitCode === 0 ? true : exitCode === 1 ? false : undefined;
}
