/**
 * All binaries that a cluster needs, got at once.
 *
 * At most two are downloaded or built at a time: a build keeps several cores busy while it compiles and one while it links,
 * so two overlap well, and more would only cost memory. The order of the names is the order in which they are begun.
 */
import type { Log } from '../lib/log.ts';
import { describeError } from '../lib/poll.ts';
import type { Found } from './attempt.ts';
import { cacheRoot } from './cache.ts';
import { type ComponentName, components } from './components.ts';
import { createDownloader } from './download.ts';
import { findGo } from './go.ts';
import { type ResolveContext, resolve } from './resolve.ts';

const AT_ONCE = 2;

export type Binaries<N extends ComponentName = ComponentName> = Readonly<Record<N, Found>>;

export async function getBinaries<N extends ComponentName>(names: readonly N[], log: Log): Promise<Binaries<N>> {
  const context = resolveContext(log);
  const found: Partial<Record<N, Found>> = {};
  const failures: string[] = [];
  const chains = chainsByModule(names);
  const worker = async (): Promise<void> => {
    for (let chain = chains.shift(); chain !== undefined; chain = chains.shift()) {
      for (const name of chain) {
        try {
          found[name] = await resolve(components[name], context);
        } catch (error) {
          failures.push(describeError(error));
        }
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (failures.length > 0)
    throw new Error(`some parts of the test cluster could not be had:\n${failures.map((text) => `- ${text}`).join('\n')}`);
  return found as Binaries<N>;
}

/** Programs of one module are built one after another, so they form a chain; what waits must not keep others from being begun. */
function chainsByModule<N extends ComponentName>(names: readonly N[]): (readonly N[])[] {
  return [...Map.groupBy(new Set(names), (name) => components[name].build.module).values()];
}

function resolveContext(log: Log): ResolveContext {
  const root = cacheRoot();
  let go: ReturnType<typeof findGo> | undefined;
  return { cacheRoot: root, env: process.env, log, downloader: createDownloader(root), findGo: () => (go ??= findGo(process.env, root)) };
}
