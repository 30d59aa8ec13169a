/**
 * Runs a controller: changes in the caches become keys in its queue, and workers hand these to `reconcile`.
 *
 * Guarantees that a key is never in two reconciles at once, that none runs before the caches hold what the last one wrote, that
 * a failure is tried again with growing pauses, and that a key which keeps failing or never comes back holds up no other.
 */

import type { Informer } from '../cache/informer.ts';
import type { ControllerDefinition } from '../controller.ts';
import { type KubeObject, keyOf, keyString, type ResourceType, resourceName } from '../object.ts';
import type { Store } from '../store.ts';
import { createOwnWrites } from './ownWrites.ts';
import { createQuarantine } from './quarantine.ts';
import type { WorkQueue } from './queue.ts';
import { type ReconcileParts, reconcileKey, type Term } from './reconcileKey.ts';
import { feedKeys } from './triggers.ts';

export interface ControllerParts<T extends KubeObject> extends Omit<ReconcileParts<T>, 'ownWrites' | 'quarantine' | 'storeOf'> {
  /** In the order of `definition.watches`. */
  readonly watched: readonly Informer<KubeObject>[];
  readonly newQueue: () => WorkQueue;
}

export interface RunningController {
  /**
   * Works until `stop` aborts, then finishes what is in work; `kill` aborts that, too. Once it has returned it can be called again: a
   * call is a term as leader. Gives the keys whose handlers never came back.
   */
  run(stop: AbortSignal, kill: AbortSignal): Promise<readonly string[]>;
}

const DEFAULT_CONCURRENCY = 4;
/** With the pauses of `DEFAULT_RATE_LIMITS` that many failures take about three minutes. */
const DEFAULT_QUARANTINE_AFTER = 15;

export function concurrencyOf({ concurrency }: Pick<ControllerDefinition, 'concurrency'>): number {
  return concurrency ?? DEFAULT_CONCURRENCY;
}

export function createController<T extends KubeObject>(parts: ControllerParts<T>): RunningController {
  const { definition, informer, clock } = parts;
  const informers = [informer as unknown as Informer<KubeObject>, ...parts.watched];
  const reconcile: ReconcileParts<T> = {
    ...parts,
    ownWrites: createOwnWrites(informers, clock),
    quarantine: createQuarantine(clock, definition.quarantineAfter ?? DEFAULT_QUARANTINE_AFTER),
    storeOf: (resource) => storeOf(informers, resource, definition.name),
  };
  let queue: WorkQueue | undefined;
  feedKeys(parts, (key) => queue?.add(key));

  return {
    run: async (stop, kill) => {
      const mine = parts.newQueue();
      const term: Term = { queue: mine, kill, held: new Map(), abandoned: new Set() };
      queue = mine;
      const endIntake = (): void => mine.shutDown();
      stop.addEventListener('abort', endIntake, { once: true });
      if (stop.aborted) endIntake();
      const unsubscribe = informers.map((each) => each.onProgress(() => wakeHeld(reconcile, term)));
      for (const object of informer.store.list()) mine.add(keyString(keyOf(object)));
      await Promise.all(Array.from({ length: concurrencyOf(definition) }, () => work(reconcile, term)));
      for (const end of [...unsubscribe, ...term.held.values()]) end();
      stop.removeEventListener('abort', endIntake);
      return [...term.abandoned];
    },
  };
}

async function work<T extends KubeObject>(parts: ReconcileParts<T>, term: Term): Promise<void> {
  for (let key = await term.queue.get(); key !== undefined; key = await term.queue.get()) await reconcileKey(parts, term, key);
}

function wakeHeld<T extends KubeObject>({ ownWrites }: ReconcileParts<T>, { held, queue }: Term): void {
  for (const key of held.keys()) {
    if (ownWrites.caughtUp(key)) queue.add(key);
  }
}

function storeOf<O extends KubeObject>(
  informers: readonly Informer<KubeObject>[],
  resource: ResourceType<O>,
  controller: string,
): Store<O> {
  const found = informers.find((informer) => resourceName(informer.resource) === resourceName(resource));
  if (found === undefined) throw new Error(`controller ${controller} does not watch ${resourceName(resource)}; add it to its watches`);
  return found.store as Store<O>;
}
