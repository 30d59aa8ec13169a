/**
 * Ends everything that belongs to a workspace and removes its folder.
 *
 * Needs nothing but the folder: what is written down in it, and the mark in the environment of every process that was
 * started for it. May be called twice, by two processes at once, and after a teardown that was cut off.
 */
import { existsSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../lib/poll.ts';
import { isRunning, markedProcesses, type ProcessIdentity, signal } from '../lib/processes.ts';
import { readState, type WorkspaceState } from './state.ts';

/** In the environment of every process of a workspace; the value is the workspace's id. */
export const MARK = 'AGENT_SRE_TEST_WORKSPACE';

const DEADLINE_SECONDS = 20;

export async function tearDown(dir: string): Promise<void> {
  const state = readState(dir);
  if (state !== undefined) {
    await endProcesses(dir, state);
    await until(`remove the control groups of ${dir}`, { deadlineSeconds: DEADLINE_SECONDS }, async () => {
      const left = state.controlGroups.filter((folder) => !removeTree(folder));
      return left.length === 0 ? undefined : `${left.join(', ')} are still in use`;
    });
  }
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
}

/** The data is thrown away, so nothing has to end gracefully: SIGKILL is quick and certain. */
async function endProcesses(dir: string, state: WorkspaceState): Promise<void> {
  await until(`end the processes of ${dir}`, { deadlineSeconds: DEADLINE_SECONDS, intervalMs: 20 }, async () => {
    const left = [...state.processes.filter(isRunning), ...markedProcesses(MARK, state.id)];
    for (const one of left) signal(one, 'SIGKILL');
    return left.length === 0 ? undefined : `still running: ${left.map(nameOf).join(', ')}`;
  });
}

const nameOf = (one: ProcessIdentity & { readonly name?: string }): string => `${one.name ?? 'a child'} (${one.pid})`;

/** A control group goes by rmdir, children first; its files are not files. False while something in it still runs. */
function removeTree(folder: string): boolean {
  if (!existsSync(folder)) return true;
  try {
    for (const name of readdirSync(folder)) {
      const child = join(folder, name);
      if (statSync(child).isDirectory() && !removeTree(child)) return false;
    }
    rmdirSync(folder);
    return true;
  } catch {
    return !existsSync(folder);
  }
}
