/**
 * A controller: keys of one kind go through a work queue to `reconcile`, which makes the world fit the object.
 */
import type { KubeClient, Selection } from './client.ts';
import type { Logger } from './logger.ts';
import type { Key, KubeObject, ResourceType } from './object.ts';
import type { Indices, Store } from './store.ts';

/** When to look again though nothing changes; nothing means: when something changes. */
export type Result = { readonly requeueAfterMs?: number | undefined } | undefined;

export interface ReconcileContext<T extends KubeObject> {
  /** Remembers what it wrote: the key is not reconciled again before the caches hold it. */
  readonly client: KubeClient;
  /** The cache of the controller's own kind. */
  readonly store: Store<T>;
  /** The cache of a kind that the controller watches too. */
  readonly storeOf: <O extends KubeObject>(resource: ResourceType<O>) => Store<O>;
  readonly logger: Logger;
  /** Aborts when the manager stops, leadership is lost or the time limit is reached. */
  readonly signal: AbortSignal;
  /** Consecutive failures of this key before this attempt. */
  readonly failures: number;
}

/** Another kind whose changes concern objects of the controller's kind. Make it with `watching`. */
export interface WatchedKind extends Selection {
  readonly resource: ResourceType;
  /** @param own the cache of the controller's own kind, for what concerns all of its objects */
  readonly toKeys: (object: KubeObject, own: Store<KubeObject>) => readonly Key[];
  readonly indices?: Indices<KubeObject> | undefined;
}

export interface ControllerDefinition<T extends KubeObject = KubeObject> extends Selection {
  readonly name: string;
  readonly resource: ResourceType<T>;
  /** Keys at once; the same key never twice at once. Default 4. */
  readonly concurrency?: number | undefined;
  readonly watches?: readonly WatchedKind[] | undefined;
  readonly indices?: Indices<T> | undefined;
  /** Whether a change of the own kind is worth a reconcile; all are, by default. Not asked for the first sight of an object. */
  readonly isRelevant?: ((before: T, after: T) => boolean) | undefined;
  /** A reconcile that takes longer is aborted and counts as failed. Default 5 minutes. */
  readonly timeoutMs?: number | undefined;
  /** Failures in a row that send a key to quarantine. Default 15. */
  readonly quarantineAfter?: number | undefined;
  /** Runs on the leader only, by default. */
  readonly needsLeader?: boolean | undefined;
  readonly onQuarantine?: ((key: Key, error: Error, failures: number) => void) | undefined;
  readonly reconcile: (key: Key, context: ReconcileContext<T>) => Promise<Result>;
}

/** Thrown by `reconcile` where trying again can't help until the object changes: reported once, not retried. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
}

/** Says what a controller is; it runs once it is given to a manager. */
export function defineController<T extends KubeObject>(definition: ControllerDefinition<T>): ControllerDefinition<T> {
  return definition;
}

/** A watch of another kind, with the type of its objects forgotten after it has been checked. */
export function watching<O extends KubeObject>(
  source: Selection & {
    readonly resource: ResourceType<O>;
    readonly toKeys: (object: O, own: Store<KubeObject>) => readonly Key[];
    readonly indices?: Indices<O> | undefined;
  },
): WatchedKind {
  return source as unknown as WatchedKind;
}
