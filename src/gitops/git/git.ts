/**
 * One git command, run so that nothing in a repository or on the machine can make it do more than it says.
 *
 * No hooks, no file-system monitor, no filters, no submodules, no symbolic links, no configuration but ours, no prompt, no redirects, and only the
 * protocols that are named. The environment is built from nothing. A command ends by its own end, by its signal or by its time limit, and its output
 * is bounded. Its exit code is for the caller to judge: many commands of git answer with it.
 */
import { devNull } from 'node:os';
import type { Clock } from '../../clock.ts';
import { CommandError, runCommand, SYSTEM_PATH } from '../command.ts';
import { GitError, withoutCredentials } from '../errors.ts';

export interface GitCall {
  /** Where it runs: a bare repository, or any folder for commands that need none. */
  readonly dir: string;
  readonly args: readonly string[];
  /** Written to standard input. */
  readonly input?: Buffer | string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  readonly maxBytes?: number | undefined;
  /** It reads what a host sends: its memory and the files that it writes are bounded too. */
  readonly fromHost?: boolean | undefined;
}

export interface GitAnswer {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export type Git = (call: GitCall) => Promise<GitAnswer>;

export interface GitOptions {
  readonly clock: Clock;
  /** Name or path of the binary. */
  readonly binary?: string | undefined;
  /** Where git finds its helpers, ssh and sh. */
  readonly path?: string | undefined;
}

const TIMEOUT_MS = 30_000;
const MAX_BYTES = 64 * 2 ** 20;

/**
 * Git holds what a host says of its branches in memory, and writes what it sends to disk, however much that is. 512 MiB is enough for a
 * hundred thousand branches and a million objects; 4 GiB of files is more than a repository of manifests has. A write beyond fails, and Git clears up, as the signal is not heeded.
 * `ulimit` takes KiB and blocks of 512 bytes.
 */
const BOUNDED = `trap '' XFSZ; ulimit -S -d ${2 ** 19}; ulimit -S -f ${2 ** 23}; exec "$0" "$@"`;

const CONFIG = [
  `core.hooksPath=${devNull}`,
  `core.attributesFile=${devNull}`,
  'core.fsmonitor=false',
  'core.symlinks=false',
  'core.autocrlf=false',
  'core.quotePath=false',
  'submodule.recurse=false',
  'fetch.recurseSubmodules=false',
  'credential.helper=',
  'http.followRedirects=false',
  'http.lowSpeedLimit=1000',
  'http.lowSpeedTime=20',
  'transfer.bundleURI=false',
  'commit.gpgSign=false',
  'push.gpgSign=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'pack.threads=2',
  'safe.directory=*',
  'init.defaultBranch=main',
] as const;

const ENVIRONMENT = {
  LC_ALL: 'C',
  TZ: 'UTC',
  HOME: devNull,
  XDG_CONFIG_HOME: devNull,
  GIT_CONFIG_GLOBAL: devNull,
  GIT_CONFIG_SYSTEM: devNull,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_LITERAL_PATHSPECS: '1',
  GIT_ALLOW_PROTOCOL: 'https:ssh',
  GIT_LFS_SKIP_SMUDGE: '1',
} as const;

const SETTINGS = CONFIG.flatMap((setting) => ['-c', setting]);

export function createGit({ clock, binary = 'git', path = SYSTEM_PATH }: GitOptions): Git {
  return async ({ dir, args, input, env, signal, timeoutMs = TIMEOUT_MS, maxBytes = MAX_BYTES, fromHost = false }) => {
    const command = {
      file: fromHost ? '/bin/sh' : binary,
      name: binary,
      args: [...(fromHost ? ['-c', BOUNDED, binary] : []), ...SETTINGS, ...args],
      cwd: dir,
      env: { ...ENVIRONMENT, PATH: path, ...env },
      input,
      signal,
      timeoutMs,
      maxBytes,
    };
    try {
      return await runCommand(clock, command);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      throw new GitError(error.kind === 'NotStarted' ? 'Failed' : error.kind, `git ${args[0] ?? ''}: ${error.message}`, { cause: error });
    }
  };
}

/** As `git`, and an exit code other than 0 is an error of kind `Failed`. */
export async function mustGit(git: Git, call: GitCall): Promise<Buffer> {
  const { exitCode, stdout, stderr } = await git(call);
  if (exitCode !== 0) throw new GitError('Failed', `git ${call.args[0] ?? ''}: ${firstLines(stderr) || `exit code ${exitCode}`}`);
  return stdout;
}

/** The part of what git said that a person can use: no hints, and no frames round warnings, which ssh draws with `@`. */
export function firstLines(stderr: string): string {
  const lines = withoutCredentials(stderr)
    .split('\n')
    .map((line) => (line.startsWith('@') ? line.replaceAll('@', '') : line).trim())
    .filter((line) => line !== '' && line !== 'error:' && !line.startsWith('hint:'));
  return lines.slice(0, 6).join('; ').slice(0, 500);
}
