/**
 * Runs one program to its end: no shell, an environment built from nothing, a time limit and a bound on its output.
 *
 * It gets a process group of its own. When it has to end, the whole group does: git leaves the helper that holds the connection behind otherwise, and
 * a push that was given up would go on.
 */
import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Clock } from '../clock.ts';

export interface Command {
  readonly file: string;
  /** For messages; absent: the file. */
  readonly name?: string | undefined;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly input?: Buffer | string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface CommandAnswer {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Why a program has no answer. */
export type CommandFailure = 'NotStarted' | 'TimedOut' | 'TooLarge';

export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly kind: CommandFailure;

  constructor(kind: CommandFailure, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}

/** After this long without having ended, a program that was told to is made to. */
const GRACE_MS = 1_000;

/** Rejects with a `CommandError`, or with the signal's reason. */
export function runCommand(clock: Clock, command: Command): Promise<CommandAnswer> {
  const { file, name = file, args, cwd, env, timeoutMs, maxBytes, signal } = command;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason as Error);
      return;
    }
    const child = spawn(file, [...args], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    const cancels: (() => void)[] = [];
    let failure: unknown;
    const giveUp = (error: unknown): void => {
      if (failure !== undefined) return;
      failure = error;
      killGroup(child.pid, 'SIGTERM');
      cancels.push(clock.setTimeout(() => killGroup(child.pid, 'SIGKILL'), GRACE_MS));
    };
    const [out, err] = collect([child.stdout, child.stderr], maxBytes, () =>
      giveUp(new CommandError('TooLarge', `${name}: more than ${Math.round(maxBytes / 2 ** 20)} MiB of output`)),
    );
    const onAbort = (): void => giveUp(signal?.reason);
    cancels.push(clock.setTimeout(() => giveUp(new CommandError('TimedOut', `${name}: no end within ${timeoutMs / 1000} s`)), timeoutMs));
    cancels.push(() => signal?.removeEventListener('abort', onAbort));
    signal?.addEventListener('abort', onAbort, { once: true });
    child.stdin.on('error', () => undefined); // it ended without reading all that it was given, which its exit code tells
    child.stdin.end(command.input);
    child.on('error', (error) => {
      failure ??= new CommandError('NotStarted', `start ${name}: is it installed, and may it be run?`, { cause: error });
    });
    child.on('close', (code) => {
      for (const cancel of cancels) cancel();
      if (failure === undefined) resolve({ exitCode: code ?? -1, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString('utf8') });
      else reject(failure);
    });
  });
}

/** Where programs are looked for; the environment of this process has no say in what it runs. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin';

/** The path of a program that is given by its name; a path stays what it is. */
export async function findProgram(name: string): Promise<string> {
  if (name.includes('/')) return name;
  for (const folder of SYSTEM_PATH.split(delimiter)) {
    const path = join(folder, name);
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  throw new CommandError('NotStarted', `${name} is in none of ${SYSTEM_PATH}: configure its path`);
}

/** What the streams say, until together they say too much. */
function collect(
  streams: readonly [NodeJS.ReadableStream, NodeJS.ReadableStream],
  maxBytes: number,
  tooMuch: () => void,
): [Buffer[], Buffer[]] {
  let size = 0;
  const keep = (stream: NodeJS.ReadableStream): Buffer[] => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) tooMuch();
      else chunks.push(chunk);
    });
    return chunks;
  };
  return [keep(streams[0]), keep(streams[1])];
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
