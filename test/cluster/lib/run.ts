/**
 * Runs a command to its end and gives what it printed.
 *
 * A command that fails, or outlives its time limit, is an error that holds the end of its output. Daemons are started in
 * `workspace/` instead.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

interface RunOptions {
  readonly cwd?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly input?: string | undefined;
  readonly timeoutSeconds: number;
}

export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
}

const TAIL_CHARACTERS = 2000;

export async function run(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  const what = [command, ...args].join(' ').slice(0, 200);
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: options.timeoutSeconds * 1000,
    killSignal: 'SIGKILL',
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on('error', () => {}); // a command may end without reading its input; its exit code tells the rest
  child.stdin.end(options.input ?? '');

  const ended = once(child, 'close').catch((error: unknown) => {
    throw new Error(`run ${what}`, { cause: error });
  });
  const [code, signal] = (await ended) as [number | null, NodeJS.Signals | null];
  const result = { stdout: Buffer.concat(stdout).toString('utf8'), stderr: Buffer.concat(stderr).toString('utf8') };
  if (code === 0) return result;
  const how = signal === null ? `exit code ${code}` : `${signal} (its time limit is ${options.timeoutSeconds} s)`;
  throw new Error(`run ${what}: ${how}: ${(result.stderr + result.stdout).trim().slice(-TAIL_CHARACTERS)}`);
}
