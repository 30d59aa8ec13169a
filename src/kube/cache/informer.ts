/**
 * A cache of one kind: a reflector that fills an object map, readers, and listeners who hear of each change.
 *
 * A listener that throws is reported and harms nobody else: neither other listeners nor later changes.
 */
import type { Clock } from '../../clock.ts';
import type { KubeClient, Selection } from '../client.ts';
import type { Logger } from '../logger.ts';
import type { ReflectorMetrics } from '../metrics.ts';
import { type Key, type KubeObject, keyOf, keyString, type ResourceType, resourceName } from '../object.ts';
import type { Indices, Store } from '../store.ts';
import { createIndexer } from './indexer.ts';
import { type Change, createObjectMap, type ObjectMap } from './objectMap.ts';
import { type ReflectorTimings, runReflector } from './reflector.ts';

export interface Informer<T extends KubeObject> {
  readonly resource: ResourceType<T>;
  readonly selection: Selection;
  readonly store: Store<T>;
  /** Everything up to this version is in the store; undefined before the first list. */
  readonly version: string | undefined;
  /** What keeps the cache from being current; undefined while it is. */
  readonly failure: Error | undefined;
  /** Adds indices to the store; to be called before `run`. */
  declareIndices(indices: Indices<T>): void;
  /** Gives a function that ends it. */
  onChange(listener: (change: Change<T>) => void): () => void;
  /** After each event or list has been taken in. The listener may not throw. */
  onProgress(listener: () => void): () => void;
  /** Resolves when the first list is in; rejects with the signal's reason. */
  whenSynced(signal: AbortSignal): Promise<void>;
  /** Resolves when the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

export interface InformerOptions<T extends KubeObject> {
  readonly client: Pick<KubeClient, 'list' | 'watch'>;
  readonly resource: ResourceType<T>;
  readonly selection: Selection;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: ReflectorMetrics;
  readonly timings?: ReflectorTimings | undefined;
}

export function createInformer<T extends KubeObject>(options: InformerOptions<T>): Informer<T> {
  const { resource, selection, client, clock, metrics, timings } = options;
  const logger = options.logger.child({ resource: resourceName(resource) });
  const indexer = createIndexer<T>((index, object, err) => {
    logger.error({ err, index, key: keyString(keyOf(object)) }, 'an index function threw; the object is missing from the index');
  });
  const objects = createObjectMap(indexer);
  const listeners = new Set<(change: Change<T>) => void>();
  const progressListeners = new Set<() => void>();
  const waiting: (() => void)[] = [];
  let version: string | undefined;
  let failure: Error | undefined;

  const tell = (changes: readonly Change<T>[]): void => {
    for (const change of changes) {
      for (const listener of listeners) attempt(listener, change);
    }
  };
  const attempt = (listener: (change: Change<T>) => void, change: Change<T>): void => {
    try {
      listener(change);
    } catch (err) {
      logger.error({ err, key: keyString(keyOf(change.object)) }, 'a listener threw; it did not hear of this change');
    }
  };
  const store = storeOver(objects, () => version !== undefined);
  const sink = {
    replace: (all: readonly T[]) => tell(objects.replaceAll(all)),
    event: ({ type, object }: { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }) => {
      tell(type === 'DELETED' ? objects.remove(object) : objects.put(object));
    },
    progressed: (now: string) => {
      version = now;
      for (const resolve of waiting.splice(0)) resolve();
      for (const listener of progressListeners) listener();
    },
  };
  return {
    resource,
    selection,
    store,
    get version() {
      return version;
    },
    get failure() {
      return failure;
    },
    declareIndices: (indices) => indexer.declare(indices),
    onChange: (listener) => subscribe(listeners, listener),
    onProgress: (listener) => subscribe(progressListeners, listener),
    whenSynced: (signal) => (version === undefined ? untilResolved(waiting, signal) : Promise.resolve()),
    run: (signal) => {
      const onHealth = (now: Error | undefined): void => {
        failure = now;
      };
      return runReflector({ client, resource, selection, sink, clock, logger, metrics, timings, onHealth }, signal);
    },
  };
}

function subscribe<L>(listeners: Set<L>, listener: L): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

function storeOver<T extends KubeObject>(objects: ObjectMap<T>, synced: () => boolean): Store<T> {
  return {
    get: (key: Key) => objects.get(key),
    list: () => objects.list(),
    byIndex: (index, value) => objects.byIndex(index, value),
    get size() {
      return objects.size;
    },
    get synced() {
      return synced();
    },
  };
}

function untilResolved(waiting: (() => void)[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    waiting.push(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
  });
}
