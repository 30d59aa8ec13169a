/**
 * What is compared: our miner, and Drain3 from PyPI in a virtual environment of its own, kept in the cache.
 *
 * Both get the lines of a set once, which gives the groups and warms up; then more of them on the clock, in the same miner, as a log that goes
 * on would come. Neither has to read a file meanwhile. The clock is the processor time of the whole process, collecting garbage and compiling
 * included, so that other work on the machine changes little.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { createTemplateMiner } from '../../../src/analysis/logTemplates/miner.ts';
import { cachedBinary, cacheRoot, fillCache } from '../../cluster/components/cache.ts';

export interface Measured {
  /** The group of each line. */
  readonly groups: readonly number[];
  readonly linesPerSecond: number;
}

export type Subject = (lines: readonly string[], more: readonly string[]) => Promise<Measured>;

export const ours: Subject = (lines, more) => {
  const miner = createTemplateMiner();
  const ids = lines.map((line) => miner.add(line));
  const groups = ids.map((id) => miner.resolve(id));
  const start = process.cpuUsage();
  for (const line of more) miner.add(line);
  const { user, system } = process.cpuUsage(start);
  return Promise.resolve({ groups, linesPerSecond: more.length / ((user + system) / 1e6) });
};

const DRAIN3 = '0.9.11';
const KEY = { name: 'bench-drain3', version: DRAIN3, beside: ['venv'] };

/** Undefined, and said why, where Python or the package can't be had. */
export async function drain3(say: (line: string) => void): Promise<Subject | undefined> {
  try {
    const python = cachedBinary(cacheRoot(), KEY) ?? (await install(say));
    const program = fileURLToPath(new URL('runDrain3.py', import.meta.url));
    return async (lines, more) => {
      const output = (await run(python, [program], JSON.stringify({ lines, more }))) as { groups: number[]; seconds: number };
      return { groups: output.groups, linesPerSecond: more.length / output.seconds };
    };
  } catch (error) {
    say(`drain3 is left out: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

async function install(say: (line: string) => void): Promise<string> {
  say(`installing drain3 ${DRAIN3} from PyPI (once)`);
  return await fillCache(cacheRoot(), KEY, async (draft) => {
    const venv = join(draft, 'venv');
    await run('python3', ['-m', 'venv', venv]);
    await run(join(venv, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `drain3==${DRAIN3}`]);
    // the folder is moved into the cache: what begins with its path would not be found
    await writeFile(join(draft, KEY.name), '#!/bin/sh\nexec "$(dirname "$0")/venv/bin/python" "$@"\n');
    await chmod(join(draft, KEY.name), 0o755);
  });
}

/** What it prints, as JSON; undefined when it prints nothing. */
async function run(command: string, args: readonly string[], input = ''): Promise<unknown> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.on('error', () => {}); // its exit says more
  child.stdin.end(input);
  const output = json(child.stdout).catch(() => undefined);
  const [code] = (await once(child, 'close').catch((error: unknown) => {
    throw new Error(`run ${command}`, { cause: error });
  })) as [number | null];
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code ?? 'a signal'}`);
  return await output;
}
