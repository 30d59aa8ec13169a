/**
 * One git command, run so that nothing in a repository or on the machine can make it do more than it says.
 *
 * No hooks, no file-system monitor, no filters, no submodules, no symbolic links, no configuration but ours, no prompt, no redirects, and only the
 * protocols that are named. The environment is built from nothing. A command ends by its own end, by its signal or by its time limit, and its output
 * is bounded. Its exit code is for the caller to judge: many commands of git answer with it.
 */
import { devNull } from 'node:os';
import { type SimpleGitOptions, simpleGit } from 'simple-git';
import type { Clock } from '../../clock.ts';
import { GitError, withoutCredentials } from '../errors.ts';

export interface GitCall {
  /** Where it runs: a bare repository, or any folder for commands that need none. */
  readonly dir: string;
  readonly args: readonly string[];
  /** Written to standard input; commands that read it must be given at least one byte. */
  readonly input?: Buffer | string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  readonly maxBytes?: number | undefined;
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
/** After this long a command that was told to end is left behind. */
const GRACE_MS = 5_000;
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

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

/** What simple-git would refuse; each of these is set here to switch a danger off, or by `Repository` from the configuration. */
const OURS_TO_SET = {
  allowUnsafeAskPass: true,
  allowUnsafeConfigPaths: true,
  allowUnsafeCredentialHelper: true,
  allowUnsafeFsMonitor: true,
  allowUnsafeHooksPath: true,
  allowUnsafeSshCommand: true,
  allowUnsafeTemplateDir: true,
} as const;

export function createGit({ clock, binary = 'git', path = SYSTEM_PATH }: GitOptions): Git {
  return async (call) => {
    const { signal, timeoutMs = TIMEOUT_MS } = call;
    const what = `git ${call.args[0] ?? ''}`;
    signal?.throwIfAborted();
    const ending = new AbortController();
    const end = (error: GitError): void => ending.abort(error);
    const onAbort = (): void => ending.abort(signal?.reason);
    const cancel = clock.setTimeout(() => end(new GitError('TimedOut', `${what}: no end within ${timeoutMs / 1000} s`)), timeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      const answer = await Promise.race([spawn(call, { binary, path, ending, end }), given(ending.signal, clock)]);
      ending.signal.throwIfAborted();
      if (answer.exitCode < 0) throw new GitError('Failed', `${what}: ${binary} could not be started; install git or name its path`);
      return answer;
    } catch (error) {
      if (ending.signal.aborted) throw ending.signal.reason;
      if (error instanceof GitError) throw error;
      throw new GitError('Failed', `${what}: ${withoutCredentials(messageOf(error))}`);
    } finally {
      cancel();
      signal?.removeEventListener('abort', onAbort);
    }
  };
}

/** As `git`, and an exit code other than 0 is an error of kind `Failed`. */
export async function mustGit(git: Git, call: GitCall): Promise<Buffer> {
  const { exitCode, stdout, stderr } = await git(call);
  if (exitCode !== 0) throw new GitError('Failed', `git ${call.args[0] ?? ''}: ${firstLines(stderr) || `exit code ${exitCode}`}`);
  return stdout;
}

/** The part of what git said that a person can use. */
export function firstLines(stderr: string): string {
  const lines = withoutCredentials(stderr)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('hint:'));
  return lines.slice(0, 6).join('; ').slice(0, 500);
}

interface Spawning {
  readonly binary: string;
  readonly path: string;
  readonly ending: AbortController;
  readonly end: (error: GitError) => void;
}

async function spawn(call: GitCall, { binary, path, ending, end }: Spawning): Promise<GitAnswer> {
  const env = { ...ENVIRONMENT, PATH: path, ...call.env };
  let answer: GitAnswer = { exitCode: -1, stdout: Buffer.alloc(0), stderr: '' };
  const options: Partial<SimpleGitOptions> = {
    baseDir: call.dir,
    binary,
    abort: ending.signal,
    config: [...CONFIG],
    trimmed: false,
    maxConcurrentProcesses: 1,
    completion: { onClose: true, onExit: false },
    allowEnvironment: Object.keys(env),
    unsafe: OURS_TO_SET,
    errors: (error, result) => {
      answer = { exitCode: result.exitCode, stdout: Buffer.concat(result.stdOut), stderr: Buffer.concat(result.stdErr).toString('utf8') };
      return error instanceof Error && ending.signal.aborted ? error : undefined;
    },
    ...(call.input === undefined ? {} : { input: () => call.input }),
  };
  const limit = call.maxBytes ?? MAX_BYTES;
  let seen = 0;
  const count = (chunk: Buffer): void => {
    seen += chunk.length;
    if (seen > limit) end(new GitError('TooLarge', `git ${call.args[0] ?? ''}: more than ${Math.round(limit / 2 ** 20)} MiB of output`));
  };
  await simpleGit(options)
    .env(env)
    .outputHandler((_command, stdout, stderr) => {
      stdout.on('data', count);
      stderr.on('data', count);
    })
    .raw([...call.args]);
  return answer;
}

/** Rejects some time after the end was asked for, whatever the command does. */
function given(signal: AbortSignal, clock: Clock): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => clock.setTimeout(() => reject(signal.reason as Error), GRACE_MS), { once: true });
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
