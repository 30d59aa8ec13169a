/** What the processes of the operator cost: memory, CPU and API writes while nothing happens, and the time that a start takes. */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultInstallation, PROCESSES, type Process, userNameOf } from '../../../src/crds/installation.ts';
import { residentBytes } from '../../cluster/lib/processes.ts';
import type { Stage } from '../../stage/stage.ts';

export interface IdleCost {
  readonly residentMebibytes: number;
  readonly cores: number;
  /** Without renewals of Leases. */
  readonly writes: number;
}

const MEBIBYTE = 2 ** 20;
/** USER_HZ, which Linux fixes for programs. */
const TICKS_A_SECOND = 100;

export async function idleCost({ operator, cluster }: Stage, seconds: number): Promise<Readonly<Record<Process, IdleCost>>> {
  const pidOf = (process: Process): number => operator.processes[process].daemon.pid;
  const ticksBefore = new Map(PROCESSES.map((process) => [process, cpuTicks(pidOf(process))]));
  const writesBefore = writesByUser(cluster.auditLogPath);
  await sleep(seconds * 1000);
  const writesAfter = writesByUser(cluster.auditLogPath);
  const cost = (process: Process): IdleCost => {
    const user = userNameOf(defaultInstallation, process);
    const ticks = cpuTicks(pidOf(process)) - (ticksBefore.get(process) ?? 0);
    return {
      residentMebibytes: Math.round(residentBytes(pidOf(process)) / MEBIBYTE),
      cores: ticks / TICKS_A_SECOND / seconds,
      writes: (writesAfter.get(user) ?? 0) - (writesBefore.get(user) ?? 0),
    };
  };
  return Object.fromEntries(PROCESSES.map((process) => [process, cost(process)])) as Record<Process, IdleCost>;
}

/** Ends it as Kubernetes would, and starts it again: seconds until it says that it is ready. */
export async function restartSeconds({ operator }: Stage, process: Process): Promise<number> {
  await operator.processes[process].daemon.stop();
  const from = performance.now();
  await operator.restart(process);
  return (performance.now() - from) / 1000;
}

/** proc(5): user time is field 14 of stat, system time field 15; the name before them is in parentheses. */
function cpuTicks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

interface AuditEvent {
  readonly stage: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly resource: string };
}

function writesByUser(auditLogPath: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of readFileSync(auditLogPath, 'utf8').split('\n')) {
    if (line === '') continue;
    const { stage, user, objectRef } = JSON.parse(line) as AuditEvent;
    if (stage !== 'ResponseComplete' || objectRef?.resource === 'leases') continue;
    counts.set(user.username, (counts.get(user.username) ?? 0) + 1);
  }
  return counts;
}
