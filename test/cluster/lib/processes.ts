/**
 * Processes of the operating system, told apart for certain.
 *
 * A pid alone names whoever has it now; a pid with its start time names one process for ever, so that a reused pid is never
 * signalled. A zombie counts as gone. On Linux processes are also found by a mark in their environment, which children
 * inherit: this catches what was started but not yet written down when its starter was killed.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
}

interface ProcessEntry extends ProcessIdentity {
  readonly parent: number;
  readonly residentBytes: number;
}

const PAGE_BYTES = 4096;
const onLinux = process.platform === 'linux';

/** Undefined when no such process runs. */
export function identify(pid: number): ProcessIdentity | undefined {
  const entry = onLinux ? readEntry(pid) : askPs(pid);
  return entry && { pid: entry.pid, startTime: entry.startTime };
}

export function isRunning({ pid, startTime }: ProcessIdentity): boolean {
  return identify(pid)?.startTime === startTime;
}

/** Sends the signal if that very process still runs; says whether it did. */
export function signal(target: ProcessIdentity, name: NodeJS.Signals): boolean {
  if (!isRunning(target)) return false;
  try {
    process.kill(target.pid, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw new Error(`send ${name} to process ${target.pid}`, { cause: error });
  }
}

/** Every running process whose environment at its start held `name=value`. Linux only; elsewhere nothing is found. */
export function markedProcesses(name: string, value: string): readonly ProcessIdentity[] {
  const mark = `${name}=${value}`;
  return allEntries().filter(({ pid }) => readText(`/proc/${pid}/environ`)?.split('\0').includes(mark));
}

export function childrenOf(pid: number): readonly ProcessIdentity[] {
  return allEntries().filter(({ parent }) => parent === pid);
}

/** Resident memory of a process and all its descendants, in bytes; Linux only. */
export function residentBytes(pid: number): number {
  const entries = allEntries();
  const sum = (one: ProcessEntry): number =>
    entries.filter(({ parent }) => parent === one.pid).reduce((total, child) => total + sum(child), one.residentBytes);
  const root = entries.find((entry) => entry.pid === pid);
  return root === undefined ? 0 : sum(root);
}

function allEntries(): readonly ProcessEntry[] {
  if (!onLinux) return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map((pid) => readEntry(Number(pid))).filter((entry) => entry !== undefined);
}

/** proc(5): after the parenthesised name come state (field 3), parent (4), start time in ticks since boot (22), resident pages (24). */
function readEntry(pid: number): ProcessEntry | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent, startTime, pages] = [fields[0], fields[1], fields[19], fields[21]];
  if (state === undefined || state === 'Z' || state === 'X' || startTime === undefined) return undefined;
  return { pid, startTime, parent: Number(parent), residentBytes: Number(pages) * PAGE_BYTES };
}

function askPs(pid: number): ProcessIdentity | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8', timeout: 5000 }).trim();
    return line === '' || line.startsWith('Z') ? undefined : { pid, startTime: line.slice(line.indexOf(' ')).trim() };
  } catch {
    return undefined;
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // the process ended meanwhile, or belongs to another user
  }
}
