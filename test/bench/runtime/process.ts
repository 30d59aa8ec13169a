/** A subject at work: started, restarted when it exits as a kubelet would, and looked at from outside through /proc. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Subject } from './build.ts';

export interface Setting {
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly concurrency: number;
  /** Name of the Lease; without, it does not elect. */
  readonly lease?: string;
}

export interface Running {
  /** Names that it said were deleted. */
  readonly deleted: ReadonlySet<string>;
  /** How often it ended by itself. */
  readonly exits: number;
  residentMebibytes(): number;
  /** The most that was ever resident. */
  peakMebibytes(): number;
  /** Processor time used so far. */
  cpuSeconds(): number;
  /** TCP connections to this port. */
  sockets(port: number): number;
  stop(): Promise<void>;
}

/** A kubelet waits 10 s and longer; this is generous. */
const RESTART_MS = 1000;

export function startSubject({ command, args }: Subject, { kubeconfig, namespace, concurrency, lease = '' }: Setting): Running {
  const deleted = new Set<string>();
  let exits = 0;
  let stopping = false;
  let child: ChildProcess;
  const start = (): void => {
    const env = {
      ...process.env,
      KUBECONFIG: kubeconfig,
      BENCH_NAMESPACE: namespace,
      BENCH_CONCURRENCY: String(concurrency),
      BENCH_LEASE: lease,
    };
    child = spawn(command, [...args], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    if (child.stdout !== null) {
      createInterface(child.stdout).on('line', (line) => {
        if (line.startsWith('deleted ')) deleted.add(line.slice('deleted '.length));
      });
    }
    child.once('exit', () => {
      if (stopping) return;
      exits += 1;
      setTimeout(() => {
        if (!stopping) start();
      }, RESTART_MS);
    });
  };
  start();
  const status = (field: string): number => memoryField(child.pid, field);
  return {
    deleted,
    get exits() {
      return exits;
    },
    residentMebibytes: () => status('VmRSS'),
    peakMebibytes: () => status('VmHWM'),
    cpuSeconds: () => processorSeconds(child.pid),
    sockets: (port) => connectionsTo(child.pid, port),
    stop: async () => {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), 5000);
      await exited;
      clearTimeout(killer);
    },
  };
}

function memoryField(pid: number | undefined, field: string): number {
  try {
    const match = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(match?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Fields 14 and 15 of /proc/pid/stat (proc(5)), in ticks of 10 ms; the name in field 2 may hold blanks. */
function processorSeconds(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}

function connectionsTo(pid: number | undefined, port: number): number {
  try {
    const own = new Set(readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`)));
    const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
    const established = '01';
    return ['tcp', 'tcp6']
      .flatMap((table) => readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n').slice(1))
      .map((line) => line.trim().split(/\s+/))
      .filter(
        ([, , remote, state, , , , , , inode]) => remote?.endsWith(`:${hexPort}`) && state === established && own.has(`socket:[${inode}]`),
      ).length;
  } catch {
    return 0;
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
