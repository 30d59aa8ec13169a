/**
 * Clusters that outlive the process that started them: each under a name, in a folder of the cache.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheRoot } from './components/cache.ts';
import { isRunning } from './lib/processes.ts';
import { readState, type WorkspaceState } from './workspace/state.ts';
import { tearDown } from './workspace/teardown.ts';

const NAME = /^[a-z][a-z0-9-]{0,30}$/;

export function keptDir(name: string): string {
  if (!NAME.test(name)) throw new Error(`a cluster's name is of small letters, digits and "-", at most 31; "${name}" is not`);
  return join(cacheRoot(), 'clusters', name);
}

/** What is known of a kept cluster, or of one that is being started; undefined when there is none. */
export function readKept(name: string): WorkspaceState | undefined {
  return readState(keptDir(name));
}

/** False when there was none. */
export async function stopKept(name: string): Promise<boolean> {
  const dir = keptDir(name);
  if (!existsSync(dir)) return false;
  await tearDown(dir);
  return true;
}

/** The folder for a new cluster of that name; what is left there of a dead one is cleared away. */
export async function freeKeptDir(name: string): Promise<string> {
  const state = readKept(name);
  const alive = state?.processes.filter(isRunning) ?? [];
  const starting = state?.owner !== undefined && isRunning(state.owner);
  if (alive.length > 0 || starting) throw new Error(`cluster "${name}" is there already, since ${state?.startedAt}; stop it first`);
  await stopKept(name);
  return keptDir(name);
}
