/**
 * A workspace: a folder and the processes that live for it, which end together.
 *
 * However its starter ends (stop, an error, Ctrl-C, kill -9), a guardian process sees it and removes both. A workspace that
 * is kept outlives its starter, until `tearDown` is called on its folder. Everything else here starts daemons in one.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, statSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Log, silent } from '../lib/log.ts';
import { identify, isRunning } from '../lib/processes.ts';
import { type Daemon, type DaemonSpec, startDaemon } from './daemon.ts';
import { readState, type WorkspaceState, writeState } from './state.ts';
import { MARK, tearDown } from './teardown.ts';

export interface Workspace {
  readonly id: string;
  readonly dir: string;
  readonly log: Log;
  /** The address on which daemons that pods must reach should listen: the loopback, unless there is a real node. */
  readonly hostAddress: string;
  /** A folder of its own below `dir`; made if it is not there. */
  folder(name: string): string;
  start(spec: DaemonSpec): Promise<Daemon>;
  /** Makes a fact durable and known to others that open the workspace. */
  remember(facts: Readonly<Record<string, string>>): void;
  ownsControlGroup(folder: string): void;
  /** From now on the workspace outlives this process. */
  keep(): Promise<void>;
  stop(): Promise<void>;
}

export interface WorkspaceOptions {
  readonly description: string;
  /** A fixed folder for a workspace that will be kept; otherwise a temporary one. */
  readonly dir?: string | undefined;
  readonly log?: Log | undefined;
}

const PREFIX = 'agent-sre-';

export async function openWorkspace({ description, dir: fixed, log = silent }: WorkspaceOptions): Promise<Workspace> {
  await sweepAbandoned();
  const dir = fixed ?? mkdtempSync(join(realpathSync(tmpdir()), PREFIX));
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const id = randomBytes(8).toString('hex');
  const owner = identify(process.pid);
  const state: WorkspaceState = {
    id,
    ...(owner && { owner }),
    description,
    startedAt: new Date().toISOString(),
    processes: [],
    controlGroups: [],
    facts: {},
  };
  let stopped = false;
  const save = (): void => {
    if (!stopped) writeState(dir, state);
  };
  save();
  const guardian = startGuardian(dir);
  const guardianIdentity = identify(guardian.pid);
  if (guardianIdentity) state.guardian = guardianIdentity;
  save();

  const assertOpen = (purpose: string): void => {
    if (stopped) throw new Error(`${purpose}: the workspace ${dir} was stopped meanwhile`);
  };
  const workspace: Workspace = {
    id,
    dir,
    log,
    hostAddress: '127.0.0.1',
    folder(name) {
      assertOpen(`make folder ${name}`);
      const folder = join(dir, name);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      return folder;
    },
    async start(spec) {
      assertOpen(`start ${spec.name}`);
      const logFile = join(workspace.folder('logs'), `${spec.name}.log`);
      const recordAs = (recorded: WorkspaceState['processes'][number]): void => {
        state.processes = [...state.processes.filter(({ name }) => name !== spec.name), recorded];
        save();
      };
      return startDaemon({ ...spec, env: { ...spec.env, [MARK]: id } }, logFile, recordAs);
    },
    remember(facts) {
      Object.assign(state.facts, facts);
      save();
    },
    ownsControlGroup(folder) {
      state.controlGroups.push(folder);
      save();
    },
    async keep() {
      delete state.owner;
      delete state.guardian;
      save();
      await guardian.end('keep');
    },
    async stop() {
      stopped = true;
      await tearDown(dir);
      await guardian.end();
    },
  };
  return workspace;
}

interface Guardian {
  readonly pid: number;
  end(word?: string): Promise<void>;
}

function startGuardian(dir: string): Guardian {
  const program = join(import.meta.dirname, 'guardian.ts');
  const child = spawn(process.execPath, ['--no-warnings', program, dir], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  const exited = once(child, 'exit');
  exited.catch(() => {});
  child.stdin.on('error', () => {}); // the guardian was killed: there is nobody to tell
  child.unref();
  (child.stdin as Socket).unref();
  if (child.pid === undefined) throw new Error(`start the guardian of ${dir} with ${process.execPath}`);
  return {
    pid: child.pid,
    async end(word = '') {
      child.ref();
      child.stdin.end(word);
      if (child.exitCode === null && child.signalCode === null) await exited;
    },
  };
}

/** Workspaces of ours whose owner and guardian were both killed: whoever starts the next one clears them away. */
async function sweepAbandoned(): Promise<void> {
  const parent = realpathSync(tmpdir());
  const folders = readdirSync(parent).filter((name) => name.startsWith(PREFIX));
  for (const dir of folders.map((name) => join(parent, name)).filter(isOurs)) {
    const state = readState(dir);
    const abandoned = state?.owner !== undefined && !isRunning(state.owner) && !(state.guardian && isRunning(state.guardian));
    if (abandoned) await tearDown(dir);
  }
}

/** Anybody may put a folder of that name there, and what it says shall not make us end processes for them. */
function isOurs(dir: string): boolean {
  return statSync(dir, { throwIfNoEntry: false })?.uid === process.getuid?.();
}
