/**
 * What this machine lacks for a test cluster, all of it at once and within a second, before anything long begins.
 *
 * Go (or Docker) is asked for only if something has to be built: what is cached, released or the user's own needs neither.
 * That Node itself is there, and new enough to run this, is for the Makefile to say.
 */
import { ADDON_COMPONENTS, type AddonName } from './addons/addons.ts';
import { getBinaries } from './components/binaries.ts';
import { cachedBinary, cacheRoot, keyOf } from './components/cache.ts';
import { type Component, type ComponentName, components } from './components/components.ts';
import { createDownloader } from './components/download.ts';
import { findGo, GO_MINIMUM } from './components/go.ts';
import { findUserProvided } from './components/userProvided.ts';
import { LEVEL_COMPONENTS, type Level } from './levels.ts';
import type { Log } from './lib/log.ts';
import { which } from './lib/which.ts';
import { canRunReal, getNodeTools } from './real/capability.ts';

export interface Wanted {
  readonly level: Level;
  readonly addons?: readonly AddonName[];
}

/** One sentence for each thing that is missing; none when all is there. */
export async function preflight({ level, addons = [] }: Wanted): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const program of ['git', 'tar']) if (which(program) === undefined) problems.push(`${program} is not on PATH; install it`);
  const real = canRunReal();
  if (level === 'real' && !real.ok) problems.push(`${real.why}; use level sim`);
  const toBuild = await unavailableComponents(componentsOf({ level, addons }));
  if (toBuild.length > 0) problems.push(...(await builderProblems(toBuild)));
  return problems;
}

/** Gets everything that will be needed, beside other work. What it got stays in the cache. */
export async function prefetch({ level, addons = [] }: Wanted, log: Log): Promise<void> {
  await Promise.all([getBinaries(componentsOf({ level, addons }), log), level === 'real' ? getNodeTools(log) : undefined]);
}

function componentsOf({ level, addons = [] }: Wanted): readonly ComponentName[] {
  return [...LEVEL_COMPONENTS[level], ...addons.flatMap((name) => ADDON_COMPONENTS[name])];
}

/** Those that only a build can bring. Whether a release can really be fetched shows when it is. */
async function unavailableComponents(names: readonly ComponentName[]): Promise<readonly Component[]> {
  const root = cacheRoot();
  const { obstacle } = createDownloader(root);
  const all = [...new Set(names)].map((name): Component => components[name]);
  const candidates = all.filter((component) => cachedBinary(root, keyOf(component)) === undefined && obstacle(component) !== undefined);
  const found = await Promise.all(candidates.map((component) => findUserProvided(component, process.env)));
  return candidates.filter((_, index) => !('binary' in (found[index] ?? {})));
}

async function builderProblems(toBuild: readonly Component[]): Promise<readonly string[]> {
  const names = toBuild.map(({ name }) => name).join(', ');
  const go = await findGo(process.env, cacheRoot());
  if ('reason' in go) return [`${names} must be built, for which Go ${GO_MINIMUM.join('.')} or newer, or Docker, is needed: ${go.reason}`];
  const needsC = toBuild.filter(({ build }) => build.cgo !== undefined);
  const isLocal = go.description.startsWith('go');
  if (needsC.length > 0 && isLocal && which('gcc') === undefined && which('cc') === undefined) {
    return [`${needsC.map(({ name }) => name).join(', ')} must be built, for which a C compiler is needed; install gcc`];
  }
  return [];
}
