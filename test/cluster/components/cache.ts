/**
 * The cache of components: `~/.cache/agent-sre/<component>-<version>/`, or below AGENT_SRE_CACHE.
 *
 * A component's folder appears by one rename, complete; a folder that is there is therefore whole. Drafts of it carry the
 * pid of their maker in their names, so that those of dead processes can be cleared away.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { identify } from '../lib/processes.ts';
import { isExecutable } from '../lib/which.ts';
import type { Component } from './components.ts';

export interface CacheKey {
  readonly name: string;
  readonly version: string;
  /** Files and folders that belong beside the binary; without them the folder is of an older recipe and does not count. */
  readonly beside?: readonly string[];
}

export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
  return env['AGENT_SRE_CACHE'] || join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'agent-sre');
}

export const keyOf = ({ name, version, build }: Component): CacheKey => ({ name, version, beside: (build.keep ?? []).map(({ to }) => to) });

const folderOf = (root: string, { name, version }: CacheKey): string => join(root, `${name}-${version}`);

export function cachedBinary(root: string, key: CacheKey): string | undefined {
  const folder = folderOf(root, key);
  const binary = join(folder, key.name);
  const complete = isExecutable(binary) && (key.beside ?? []).every((name) => existsSync(join(folder, name)));
  return complete ? binary : undefined;
}

/** Lets `fill` write a component's files into an empty folder, then makes that folder the component's. Gives the binary's path. */
export async function fillCache(root: string, key: CacheKey, fill: (draft: string) => Promise<void>): Promise<string> {
  mkdirSync(root, { recursive: true });
  clearDraftsOfTheDead(root);
  const draft = mkdtempSync(join(root, `.draft-${process.pid}-`));
  try {
    await fill(draft);
    rmSync(folderOf(root, key), { recursive: true, force: true });
    renameSync(draft, folderOf(root, key));
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  const binary = cachedBinary(root, key);
  if (binary === undefined)
    throw new Error(`fill ${folderOf(root, key)}: ${[key.name, ...(key.beside ?? [])].join(', ')} are not all there`);
  return binary;
}

function clearDraftsOfTheDead(root: string): void {
  for (const name of readdirSync(root)) {
    const pid = /^\.draft-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && identify(Number(pid)) === undefined) rmSync(join(root, name), { recursive: true, force: true });
  }
}
