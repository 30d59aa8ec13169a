/**
 * Bare mirrors of repositories on local disk, one a repository, fetched when asked and read without the network.
 *
 * A mirror is a cache: it may be deleted at any time, and one that is damaged is made anew. There is never a working tree, so that nothing in a
 * repository (links, hooks, filters, attributes) is ever acted on.
 */
import { createHash } from 'node:crypto';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../kube/logger.ts';
import { GitError } from '../errors.ts';
import { createGit, type Git, type GitAnswer, type GitCall, mustGit } from './git.ts';
import { createQueue, withFileLock } from './lock.ts';
import { networkAccess, networkError } from './network.ts';
import { credentialFor, type GitCredential, parseRepositoryUrl, type RepositoryUrl } from './url.ts';

export interface RepositoriesOptions {
  /** Folder of the mirrors; may be shared by processes. */
  readonly dir: string;
  readonly credentials: readonly GitCredential[];
  /** Hosts, with or without port, that may be read over plain http. */
  readonly httpHosts?: readonly string[] | undefined;
  readonly binary?: string | undefined;
  /** For one command on the network. */
  readonly timeoutMs?: number | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface CallLimits {
  readonly signal?: AbortSignal | undefined;
}

export interface Repository {
  /** Without a password. */
  readonly url: string;
  readonly dir: string;
  /** Brings the mirror of a branch up to date; gives the commit at its tip. */
  readonly fetch: (branch: string, limits?: CallLimits) => Promise<string>;
  /** A command on the mirror; its exit code is for the caller to judge. */
  readonly run: (call: Omit<GitCall, 'dir'>) => Promise<GitAnswer>;
  /** A command on the mirror that has to succeed. */
  readonly must: (call: Omit<GitCall, 'dir'>) => Promise<Buffer>;
  /** A command that talks to the host, one at a time. `args` must hold the address where git wants it. */
  readonly remote: (args: readonly string[], limits?: CallLimits) => Promise<GitAnswer>;
}

export interface Repositories {
  /** Makes the mirror if need be; no network. */
  readonly open: (url: string) => Promise<Repository>;
}

const NETWORK_TIMEOUT_MS = 120_000;
const LOCK_TIMEOUT_MS = 180_000;
const DAMAGED =
  /object file .{1,300} is empty|loose object .{1,300} is corrupt|bad object|unable to read tree|pack .{1,300} (is corrupt|far too short)|not a git repository/iu;

export function createRepositories(options: RepositoriesOptions): Repositories {
  const { clock, binary } = options;
  const git = createGit({ clock, binary });
  const inTurn = createQueue();
  return {
    open: async (text) => {
      const url = parseRepositoryUrl(text, options.httpHosts ?? []);
      const dir = join(options.dir, `${createHash('sha256').update(url.href).digest('hex').slice(0, 32)}.git`);
      await inTurn(dir, () => initialise(git, dir));
      return repositoryAt({ ...options, git, url, dir, inTurn });
    },
  };
}

interface Mirror extends RepositoriesOptions {
  readonly git: Git;
  readonly url: RepositoryUrl;
  readonly dir: string;
  readonly inTurn: ReturnType<typeof createQueue>;
}

function repositoryAt(mirror: Mirror): Repository {
  const { git, url, dir, inTurn, clock } = mirror;
  const remote = async (args: readonly string[], { signal }: CallLimits = {}): Promise<GitAnswer> => {
    const access = await networkAccess(url, credentialFor(url, mirror.credentials));
    const timeoutMs = mirror.timeoutMs ?? NETWORK_TIMEOUT_MS;
    return git({ dir, args: [...access.args, ...args], env: access.env, signal, timeoutMs, fromHost: true });
  };
  const exclusively = <T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> =>
    inTurn(dir, () => withFileLock(`${dir}.lock`, { clock, signal, timeoutMs: LOCK_TIMEOUT_MS }, work));
  return {
    url: url.href,
    dir,
    run: (call) => git({ ...call, dir }),
    must: (call) => mustGit(git, { ...call, dir }),
    remote: (args, limits = {}) => exclusively(limits.signal, () => remote(args, limits)),
    fetch: (branch, limits = {}) => exclusively(limits.signal, () => fetchBranch(mirror, branch, (args) => remote(args, limits))),
  };
}

async function fetchBranch(mirror: Mirror, branch: string, remote: (args: readonly string[]) => Promise<GitAnswer>): Promise<string> {
  const { git, url, dir } = mirror;
  const ref = branchRef(branch);
  const fetch = (): Promise<GitAnswer> =>
    remote(['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', '--', url.href, `+${ref}:${ref}`]);
  let answer = await fetch();
  if (answer.exitCode !== 0 && DAMAGED.test(answer.stderr)) {
    mirror.logger.warn({ repository: url.href }, 'mirror is damaged; it is made anew');
    await rm(dir, { recursive: true, force: true });
    await initialise(git, dir);
    answer = await fetch();
  }
  if (answer.exitCode !== 0) throw networkError('fetch', url, answer);
  await git({ dir, args: ['-c', 'gc.auto=2000', '-c', 'gc.autoDetach=false', 'gc', '--auto', '--quiet'], timeoutMs: NETWORK_TIMEOUT_MS });
  return (await mustGit(git, { dir, args: ['rev-parse', '--verify', `${ref}^{commit}`] })).toString('utf8').trim();
}

/** Made aside and moved into place, so that a process that dies half-way leaves nothing that looks like a mirror. */
async function initialise(git: Git, dir: string): Promise<void> {
  if (await exists(join(dir, 'HEAD'))) return;
  const aside = `${dir}.${process.pid}.new`;
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside, { recursive: true, mode: 0o700 });
  await mustGit(git, { dir: aside, args: ['-c', 'init.templateDir=', 'init', '--quiet', '--bare', '--', '.'] });
  try {
    await rename(aside, dir);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    if (!(await exists(join(dir, 'HEAD')))) throw new Error(`make the mirror ${dir}`, { cause: error });
  }
}

/** What git's own rules for branch names come down to, and no name that could be taken for an option. */
const BRANCH = /^(?![-/.])(?!.*(?:\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)))[^\s~^:?*[\\\p{Cc}]{1,244}(?<![/.])$/u;

export function branchRef(branch: string): string {
  if (!BRANCH.test(branch)) throw new GitError('Refused', `${JSON.stringify(branch.slice(0, 100))} is no name of a branch`);
  return `refs/heads/${branch}`;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
