/**
 * Gets a component, by the first of four ways that works: what the user has, our cache, an official release, a build.
 *
 * It tells which way it took and why those before it did not do. Two callers that need the same component, in one process
 * or in two, share the work. Progress is told every few seconds while something takes long.
 */
import { join } from 'node:path';
import { withLock } from '../lib/lock.ts';
import type { Log } from '../lib/log.ts';
import { describeError } from '../lib/poll.ts';
import type { Attempt, Found } from './attempt.ts';
import { cachedBinary, fillCache, keyOf } from './cache.ts';
import type { Component } from './components.ts';
import type { Downloader } from './download.ts';
import type { Go } from './go.ts';
import { buildInto } from './goBuild.ts';
import { findUserProvided } from './userProvided.ts';

export interface ResolveContext {
  readonly cacheRoot: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  readonly downloader: Downloader;
  /** Asked only when something has to be built. */
  readonly findGo: () => Promise<Go | { readonly reason: string }>;
}

const PROGRESS_MS = 10_000;

export async function resolve(component: Component, context: ResolveContext): Promise<Found> {
  const refusals: string[] = [];
  const ways = [fromUser, fromCache, fromScratch] as const;
  for (const way of ways) {
    const attempt = await way(component, context, refusals);
    if ('binary' in attempt) return attempt;
    refusals.push(attempt.reason);
  }
  throw new Error(`get ${component.name} ${component.version}: ${refusals.join('; ')}`);
}

type Way = (component: Component, context: ResolveContext, refusals: readonly string[]) => Promise<Attempt>;

const fromUser: Way = async (component, { env }) => {
  const attempt = await findUserProvided(component, env);
  return 'binary' in attempt ? attempt : { reason: `yours: ${attempt.reason}` };
};

const fromCache: Way = async (component, { cacheRoot }) => {
  const binary = cachedBinary(cacheRoot, keyOf(component));
  return binary === undefined ? { reason: `cache: not in ${cacheRoot}` } : { binary, origin: `cache (${component.version})` };
};

/** Under the component's lock: by the time we have it, somebody else may have put it into the cache. */
const fromScratch: Way = (component, context, refusals) => {
  const { cacheRoot, log } = context;
  const title = `${component.name} ${component.version}`;
  const lock = { purpose: `getting ${title}`, onWait: (holder: string) => log(`${title}: waiting for ${holder}`) };
  return withLock(`component ${join(cacheRoot, title)}`, lock, async () => {
    const byAnother = cachedBinary(cacheRoot, keyOf(component));
    if (byAnother !== undefined) return { binary: byAnother, origin: `cache (${component.version}, just filled)` };
    const download = await fromRelease(component, context);
    if ('binary' in download) return download;
    const built = await fromSource(component, context, [...refusals, download.reason]);
    return 'binary' in built ? built : { reason: `${download.reason}; ${built.reason}` };
  });
};

async function fromRelease(component: Component, { cacheRoot, downloader, log }: ResolveContext): Promise<Attempt> {
  const obstacle = downloader.obstacle(component);
  if (obstacle !== undefined) return { reason: `release: ${obstacle}` };
  const progress = tellProgress(`${component.name}: downloading its release`, log);
  try {
    const binary = await fillCache(cacheRoot, keyOf(component), (draft) => downloader.fetchInto(draft, component));
    return { binary, origin: progress.done('downloaded') };
  } catch (error) {
    return { reason: `release: ${describeError(error)}` };
  } finally {
    progress.end();
  }
}

async function fromSource(component: Component, { cacheRoot, findGo, log }: ResolveContext, refusals: readonly string[]): Promise<Attempt> {
  const go = await findGo();
  if ('reason' in go) return { reason: `build: ${go.reason}` };
  log(`${component.name} ${component.version}: building it with ${go.description} (${refusals.join('; ')})`);
  const progress = tellProgress(component.name, log);
  try {
    const fill = (draft: string): Promise<void> => buildInto(draft, component, go, { onStep: (step) => progress.step(step) });
    const binary = await fillCache(cacheRoot, keyOf(component), fill);
    return { binary, origin: progress.done('built') };
  } catch (error) {
    return { reason: `build: ${describeError(error)}` };
  } finally {
    progress.end();
  }
}

interface Progress {
  step(name: string): void;
  done(how: string): string;
  end(): void;
}

function tellProgress(title: string, log: Log): Progress {
  const startedAt = performance.now();
  const elapsed = (): string => `${Math.round((performance.now() - startedAt) / 1000)} s`;
  let current = '';
  const timer = setInterval(() => log(`${[title, current].filter(Boolean).join(': ')}, ${elapsed()}`), PROGRESS_MS);
  return {
    step: (name) => void (current = name),
    done(how) {
      log(`${title}: ${how} in ${elapsed()}`);
      return `${how} in ${elapsed()}`;
    },
    end: () => clearInterval(timer),
  };
}
