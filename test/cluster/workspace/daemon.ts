/**
 * A process that runs until it is stopped, with its output in a file.
 *
 * `startDaemon` resolves when the daemon is ready by its own health endpoint, and otherwise throws with the end of its log.
 * Daemons run in sessions of their own: Ctrl-C in the terminal reaches the starter alone, and the guardian ends the rest.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { until } from '../lib/poll.ts';
import { freePorts } from '../lib/ports.ts';
import { identify, isRunning, signal } from '../lib/processes.ts';
import { probeHealth } from './health.ts';
import type { Health, RecordedProcess } from './state.ts';
import type { Workspace } from './workspace.ts';

export interface DaemonSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  /** Where the binary came from, in words, for the status. */
  readonly origin: string;
  readonly url?: string | undefined;
  readonly health: Health;
  readonly deadlineSeconds?: number | undefined;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Daemon {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** How it ended, once it has. */
  readonly exit: Promise<Exit>;
  isRunning(): boolean;
  /** SIGTERM, then SIGKILL when it takes too long; or the given signal at once. Resolves when it is gone. */
  stop(name?: NodeJS.Signals): Promise<void>;
}

const READY_SECONDS = 60;
const GRACE_SECONDS = 10;
const TAIL_LINES = 15;
const CLASH_TRIES = 5;

export async function startDaemon(spec: DaemonSpec, logFile: string, record: (recorded: RecordedProcess) => void): Promise<Daemon> {
  const output = openSync(logFile, 'a', 0o600);
  const child = spawn(spec.command, spec.args, {
    cwd: spec.cwd,
    env: { ...process.env, ...spec.env },
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  let failure: string | undefined;
  child.once('error', (error) => (failure = error.message));
  child.once('exit', (code, by) => (failure ??= `ended with ${by ?? `exit code ${code}`}`));
  const exit = new Promise<Exit>((resolve) => child.once('exit', (code, by) => resolve({ code, signal: by })));
  child.unref();
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (identity === undefined) {
    await until(`${spec.name} says how it ended`, { deadlineSeconds: 5 }, async () => (failure === undefined ? 'nothing yet' : undefined));
    throw failed(spec, logFile, failure ?? '');
  }
  record({ ...identity, name: spec.name, origin: spec.origin, url: spec.url, health: spec.health });

  const deadlineSeconds = spec.deadlineSeconds ?? READY_SECONDS;
  await until(`${spec.name} is ready`, { deadlineSeconds }, async () => {
    if (failure !== undefined) throw failed(spec, logFile, failure);
    return probeHealth(spec.health);
  }).catch((error: unknown) => {
    signal(identity, 'SIGKILL');
    throw failed(spec, logFile, failure ?? (error as Error).message);
  });

  return {
    name: spec.name,
    pid: identity.pid,
    logFile,
    exit,
    isRunning: () => isRunning(identity),
    async stop(name) {
      const gone = async (): Promise<string | undefined> => (isRunning(identity) ? 'it still runs' : undefined);
      signal(identity, name ?? 'SIGTERM');
      await until(`${spec.name} ends`, { deadlineSeconds: GRACE_SECONDS }, gone).catch(async () => {
        signal(identity, 'SIGKILL');
        await until(`${spec.name} ends after SIGKILL`, { deadlineSeconds: GRACE_SECONDS }, gone);
      });
      // A process counts as ended when its first thread has; its ports are free once the last one has.
      await exit;
    },
  };
}

/** Starts a daemon that listens on `count` ports, with other ports when somebody took one in between. */
export async function startOnFreePorts<T extends readonly number[]>(
  workspace: Workspace,
  count: T['length'],
  specFor: (ports: T) => DaemonSpec,
): Promise<{ readonly daemon: Daemon; readonly ports: T }> {
  for (let tries = 1; ; tries++) {
    const ports = (await freePorts(workspace.hostAddress, count)) as unknown as T;
    try {
      return { daemon: await workspace.start(specFor(ports)), ports };
    } catch (error) {
      if (!(error instanceof DaemonFailure && error.portTaken) || tries === CLASH_TRIES) throw error;
    }
  }
}

class DaemonFailure extends Error {
  readonly portTaken: boolean;
  constructor(message: string, portTaken: boolean) {
    super(message);
    this.portTaken = portTaken;
  }
}

function failed({ name, command }: DaemonSpec, logFile: string, why: string): DaemonFailure {
  const tail = readTail(logFile);
  return new DaemonFailure(`start ${name} (${command}): ${why}; the end of ${logFile}:\n${tail}`, /address already in use/i.test(tail));
}

function readTail(file: string): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  } catch {
    return '(no log)';
  }
}
