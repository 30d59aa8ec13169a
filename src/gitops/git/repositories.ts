/**
 * Bare mirrors of repositories on local disk, one a repository, fetched when asked and read without the network.
 *
 * A mirror is a cache: it may be deleted at any time, and one that is damaged, or has become too large, is made anew. There is never a working tree, so
 * that nothing in a repository (links, hooks, filters, attributes) is ever acted on. With `blobs: 'asNeeded'` it is a partial clone (commits and trees
 * alone), as far as the host lets it be one: what is in files is fetched when they are read (`blobs.ts`).
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
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
  /** `all` is for what reads many versions of a file; absent: `asNeeded`. */
  readonly blobs?: 'all' | 'asNeeded' | undefined;
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
  /** Brings objects that commits of the mirror name into it, by their ids. */
  readonly fetchObjects: (oids: readonly string[], limits?: CallLimits) => Promise<void>;
  /** A command that talks to the host, one at a time. `args` must hold the address where git wants it. */
  readonly remote: (args: readonly string[], limits?: CallLimits) => Promise<GitAnswer>;
}

export interface Repositories {
  /** Makes the mirror if need be; no network. */
  readonly open: (url: string) => Promise<Repository>;
}

const NETWORK_TIMEOUT_MS = 120_000;
const LOCK_TIMEOUT_MS = 180_000;
/** As much as git may write of one fetch (`git.ts`). */
const MOST_DISK = 4 * 2 ** 30;
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

type Remote = (args: readonly string[], input?: string) => Promise<GitAnswer>;

function repositoryAt(mirror: Mirror): Repository {
  const { git, url, dir, inTurn, clock } = mirror;
  const remote = async (args: readonly string[], { signal }: CallLimits, input?: string): Promise<GitAnswer> => {
    const access = await networkAccess(url, credentialFor(url, mirror.credentials));
    const timeoutMs = mirror.timeoutMs ?? NETWORK_TIMEOUT_MS;
    return git({ dir, args: [...access.args, ...args], env: access.env, input, signal, timeoutMs, fromHost: true });
  };
  const exclusively = <T>({ signal }: CallLimits, work: () => Promise<T>): Promise<T> =>
    inTurn(dir, () => withFileLock(`${dir}.lock`, { clock, signal, timeoutMs: LOCK_TIMEOUT_MS }, work));
  const remoteWithin =
    (limits: CallLimits): Remote =>
    (args, input) =>
      remote(args, limits, input);
  return {
    url: url.href,
    dir,
    run: (call) => git({ ...call, dir }),
    must: (call) => mustGit(git, { ...call, dir }),
    remote: (args, limits = {}) => exclusively(limits, () => remote(args, limits)),
    fetch: (branch, limits = {}) => exclusively(limits, () => fetchBranch(mirror, branch, remoteWithin(limits))),
    fetchObjects: (oids, limits = {}) => exclusively(limits, () => fetchObjects(mirror, oids, remoteWithin(limits))),
  };
}

async function fetchBranch(mirror: Mirror, branch: string, remote: Remote): Promise<string> {
  const { git, url, dir } = mirror;
  const ref = branchRef(branch);
  if ((await sizeOfPacks(dir)) > MOST_DISK) await makeAnew(mirror, 'mirror has become too large; it is made anew');
  const fetch = async (): Promise<GitAnswer> => remote([...(await fetchFrom(mirror)), `+${ref}:${ref}`]);
  let answer = await fetch();
  if (answer.exitCode !== 0 && DAMAGED.test(answer.stderr)) {
    await makeAnew(mirror, 'mirror is damaged; it is made anew');
    answer = await fetch();
  }
  if (answer.exitCode !== 0) throw networkError('fetch', url, answer);
  await git({
    dir,
    args: [...PARTIAL, '-c', 'gc.auto=2000', '-c', 'gc.autoDetach=false', 'gc', '--auto', '--quiet'],
    timeoutMs: NETWORK_TIMEOUT_MS,
  });
  return (await mustGit(git, { dir, args: ['rev-parse', '--verify', `${ref}^{commit}`] })).toString('utf8').trim();
}

/** A host that gives no objects by their ids is asked once more for all there is, and never again for less. */
async function fetchObjects(mirror: Mirror, oids: readonly string[], remote: Remote): Promise<void> {
  const { url, dir, logger } = mirror;
  const noNegotiation = ['-c', 'fetch.negotiationAlgorithm=noop'];
  const answer = await remote([...noNegotiation, ...(await fetchFrom(mirror, '--stdin'))], `${oids.join('\n')}\n`);
  if (answer.exitCode === 0) return;
  if (!NOT_GIVEN.test(answer.stderr)) throw networkError('fetch files of', url, answer);
  logger.info({ repository: url.href }, 'the host gives no single objects; its repository is mirrored as a whole');
  await writeFile(join(dir, WHOLE), '');
  const whole = await remote([...(await fetchFrom(mirror, '--refetch')), '+refs/heads/*:refs/heads/*']);
  if (whole.exitCode !== 0) throw networkError('fetch', url, whole);
}

const NOT_GIVEN = /unadvertised object|not our ref/iu;

/** In a mirror: its host gives no single objects. */
const WHOLE = 'agent-sre-whole';

/** Known to the commands that name it and to no others: without it git never fetches what is missing by itself. */
const HOST = 'host';
const PARTIAL = ['-c', `remote.${HOST}.promisor=true`, '-c', `remote.${HOST}.partialclonefilter=blob:none`];

async function fetchFrom({ blobs = 'asNeeded', dir, url }: Mirror, ...options: readonly string[]): Promise<readonly string[]> {
  const isPartial = blobs === 'asNeeded' && !(await exists(join(dir, WHOLE)));
  const settings = [...(isPartial ? PARTIAL : []), '-c', `remote.${HOST}.url=${url.href}`];
  return [...settings, 'fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', ...options, '--', HOST];
}

async function makeAnew({ git, url, dir, logger }: Mirror, why: string): Promise<void> {
  logger.warn({ repository: url.href }, why);
  await rm(dir, { recursive: true, force: true });
  await initialise(git, dir);
}

/** In bytes. */
async function sizeOfPacks(dir: string): Promise<number> {
  const folder = join(dir, 'objects', 'pack');
  const sizes = (await readdir(folder).catch(() => [])).map((name) =>
    stat(join(folder, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
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
