/** Runs a program to its end, as a person would in a terminal; a refusal keeps all that was printed. */
import { execFile } from 'node:child_process';

export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/** The program ended with an error, or took too long. The message is what it printed for people. */
export class CommandRefused extends Error implements Printed {
  override readonly name = 'CommandRefused';
  readonly stdout: string;
  readonly stderr: string;

  constructor(what: string, { stdout, stderr }: Printed, cause: Error) {
    super(`${what}: ${stderr.trim() || cause.message}`, { cause });
    this.stdout = stdout;
    this.stderr = stderr;
  }
}

const COMMAND_MS = 60_000;
const OUTPUT_BYTES = 32 * 2 ** 20;

export function command(program: string, args: readonly string[], env: NodeJS.ProcessEnv, input = ''): Promise<Printed> {
  return new Promise((resolve, reject) => {
    const options = { env: { ...process.env, ...env }, timeout: COMMAND_MS, maxBuffer: OUTPUT_BYTES };
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) resolve({ stdout, stderr });
      else reject(new CommandRefused([program, ...args].join(' '), { stdout, stderr }, error));
    });
    child.stdin?.on('error', () => {}); // it may end without reading its input
    child.stdin?.end(input);
  });
}
