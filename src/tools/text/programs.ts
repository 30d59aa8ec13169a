/**
 * Runs one of the programs over a text: without environment, files, network or shell, in an empty folder, within limits of processor time, memory, time
 * and output, and ended with all that it started when nobody waits any more.
 *
 * The limits are the kernel's (prlimit): where they can't be set, nothing runs.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { type CommandAnswer, CommandError, findProgram, runCommand } from '../../gitops/command.ts';
import { createCallBudget } from '../../sources/budget.ts';
import { ToolError } from '../errors.ts';

export const PROGRAMS = ['jq', 'yq', 'grep', 'sed'] as const;
export type Program = (typeof PROGRAMS)[number];

/** Names or paths, as configured. */
export type ProgramPaths = Readonly<Record<Program | 'prlimit', string>>;

export interface ProgramRunner {
  readonly run: (program: Program, args: readonly string[], input: string, signal: AbortSignal) => Promise<CommandAnswer>;
}

const LIMITS = { cpuSeconds: 2, seconds: 5, memoryMiB: 256, outputBytes: 256 * 1024 } as const;
const AT_ONCE = 4;

export function createProgramRunner({ paths, clock }: { readonly paths: ProgramPaths; readonly clock: Clock }): ProgramRunner {
  const turns = createCallBudget(Number.MAX_SAFE_INTEGER, AT_ONCE);
  const known = new Map<Program, Promise<string>>();
  /** The path of a program that is the one that is meant; looked for again after a failure. */
  const pathOf = (program: Program): Promise<string> => {
    const found = known.get(program) ?? identify(program);
    known.set(program, found);
    found.catch(() => known.delete(program));
    return found;
  };
  const identify = async (program: Program): Promise<string> => {
    const path = await located(paths[program], program);
    const isIt = IDENTITY[program];
    if (isIt === undefined) return path;
    const { stdout, stderr } = await limited(path, program, isIt.args, '', new AbortController().signal);
    if (isIt.says.test(stdout.toString('utf8') + stderr)) return path;
    throw new ToolError(
      'NotConfigured',
      `${program} on this machine is not ${isIt.name}: install that, or set tools.${program} to its path.`,
    );
  };
  const limited = async (
    path: string,
    program: Program,
    args: readonly string[],
    input: string,
    signal: AbortSignal,
  ): Promise<CommandAnswer> => {
    const prlimit = await located(paths.prlimit, 'prlimit');
    const folder = await mkdtemp(join(tmpdir(), 'agent-sre-text-'));
    try {
      return await runCommand(clock, {
        file: prlimit,
        name: program,
        args: [...KERNEL_LIMITS, path, ...args],
        cwd: folder,
        env: {},
        timeoutMs: LIMITS.seconds * 1000,
        maxBytes: LIMITS.outputBytes,
        input,
        signal,
      });
    } catch (error) {
      throw error instanceof CommandError ? inWords(program, error) : error;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
  return {
    run: (program, args, input, signal) =>
      turns.spend(async () => {
        const path = await pathOf(program);
        const answer = await limited(path, program, args, input, signal);
        if (NOT_STARTED.has(answer.exitCode) && answer.stderr.startsWith('prlimit:')) throw notStarted(program);
        if (answer.exitCode === ENDED_BY_SIGNAL || OUT_OF_MEMORY.test(answer.stderr)) throw tooMuch(program);
        return { ...answer, stderr: answer.stderr.replaceAll(path, program) };
      }),
  };
}

/** Private memory that it may write to, not addresses: Go reserves far more of those than it uses. No file may grow. */
const KERNEL_LIMITS = [
  `--cpu=${LIMITS.cpuSeconds}:${LIMITS.cpuSeconds + 1}`,
  `--data=${LIMITS.memoryMiB * 2 ** 20}`,
  `--as=${2 ** 31}`,
  '--fsize=0',
  '--core=0',
  '--nofile=32',
  '--',
];

const IDENTITY: Readonly<Partial<Record<Program, { readonly args: readonly string[]; readonly says: RegExp; readonly name: string }>>> = {
  yq: {
    args: ['--security-disable-file-ops', '--security-disable-env-ops', '--version'],
    says: /mikefarah\/yq.{0,80}\bv?4\./u,
    name: 'mikefarah’s yq 4 with its security flags',
  },
  sed: { args: ['--sandbox', '--version'], says: /GNU sed/u, name: 'GNU sed, which has a sandbox' },
};

/** By the convention of shells, which prlimit follows. */
const NOT_STARTED: ReadonlySet<number> = new Set([126, 127]);
const ENDED_BY_SIGNAL = -1;
/** As libc, jq, sed, grep and the runtime of Go say it. */
const OUT_OF_MEMORY = /memory exhausted|cannot allocate memory|out of memory/iu;

async function located(path: string, name: keyof ProgramPaths): Promise<string> {
  return findProgram(path).catch((cause: unknown) => {
    const message = `${name} is not installed where Agent-SRE runs; an administrator can install it, or set tools.${name} to its path.`;
    throw new ToolError('NotConfigured', message, { cause });
  });
}

const notStarted = (program: Program, cause?: unknown): ToolError =>
  new ToolError(
    'NotConfigured',
    `${program} cannot be started where Agent-SRE runs; an administrator can set tools.${program} to its path.`,
    { cause },
  );

const tooMuch = (program: Program): ToolError =>
  new ToolError(
    'TooLarge',
    `${program} was ended: it took more than ${LIMITS.cpuSeconds} s of processor time or ${LIMITS.memoryMiB} MiB of memory; ask for less.`,
  );

function inWords(program: Program, error: CommandError): ToolError {
  switch (error.kind) {
    case 'TimedOut':
      return new ToolError('TimedOut', `${program} was ended: no end within ${LIMITS.seconds} s.`, { cause: error });
    case 'TooLarge':
      return new ToolError('TooLarge', `${program} was ended: its output is larger than ${LIMITS.outputBytes / 1024} KiB; ask for less.`, {
        cause: error,
      });
    case 'NotStarted':
      return notStarted(program, error);
    default:
      return error.kind satisfies never;
  }
}
