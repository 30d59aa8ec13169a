/** Runs one program to its end: no shell, an environment built from nothing, a time limit and a bound on its output. */
import { spawn } from 'node:child_process';
import type { Clock } from '../clock.ts';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

export interface CommandAnswer {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Rejects when the program can't be started, takes too long, says too much, or its signal aborts. */
export function runCommand(clock: Clock, command: Command): Promise<CommandAnswer> {
  const { file, args, cwd, env, timeoutMs, maxBytes, signal } = command;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason as Error);
      return;
    }
    const child = spawn(file, [...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let size = 0;
    let failure: Error | undefined;
    const giveUp = (error: Error): void => {
      failure ??= error;
      child.kill('SIGKILL');
    };
    const keep = (chunks: Buffer[]) => (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) giveUp(new Error(`${file}: more than ${Math.round(maxBytes / 2 ** 20)} MiB of output`));
      else chunks.push(chunk);
    };
    const onAbort = (): void => giveUp(signal?.reason instanceof Error ? signal.reason : new Error(`${file} was cut short`));
    const cancel = clock.setTimeout(() => giveUp(new Error(`${file}: no end within ${timeoutMs / 1000} s`)), timeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    child.stdout.on('data', keep(out));
    child.stderr.on('data', keep(err));
    child.on('error', (error) => giveUp(new Error(`start ${file}`, { cause: error })));
    child.on('close', (code) => {
      cancel();
      signal?.removeEventListener('abort', onAbort);
      if (failure === undefined) resolve({ exitCode: code ?? -1, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString('utf8') });
      else reject(failure);
    });
  });
}
