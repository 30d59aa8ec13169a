/**
 * From changes in the caches to keys in a controller's queue.
 *
 * What a definition's own functions throw is reported; a doubtful change counts as relevant, so that it is looked at once too often
 * rather than never.
 */

import type { Informer } from '../cache/informer.ts';
import type { Change } from '../cache/objectMap.ts';
import type { ControllerDefinition, WatchedKind } from '../controller.ts';
import type { Logger } from '../logger.ts';
import { type Key, type KubeObject, keyOf, keyString } from '../object.ts';
import type { Store } from '../store.ts';

export interface TriggerParts<T extends KubeObject> {
  readonly definition: ControllerDefinition<T>;
  readonly informer: Informer<T>;
  /** In the order of `definition.watches`. */
  readonly watched: readonly Informer<KubeObject>[];
  readonly logger: Logger;
}

export function feedKeys<T extends KubeObject>(parts: TriggerParts<T>, add: (key: string) => void): void {
  const { definition, informer, watched, logger } = parts;
  informer.onChange((change) => {
    if (isRelevant(definition, change, logger)) add(keyString(keyOf(change.object)));
  });
  for (const [at, watch] of (definition.watches ?? []).entries()) {
    watched[at]?.onChange((change) => {
      for (const key of keysOf(watch, change, informer.store, logger)) add(key);
    });
  }
}

function isRelevant<T extends KubeObject>(definition: ControllerDefinition<T>, change: Change<T>, logger: Logger): boolean {
  if (change.type !== 'updated' || definition.isRelevant === undefined) return true;
  try {
    return definition.isRelevant(change.before, change.object);
  } catch (err) {
    logger.error({ err, key: keyString(keyOf(change.object)) }, 'isRelevant threw; the change counts as relevant');
    return true;
  }
}

/** Of an update both states count: a reference may have been moved from one owner to another. */
function keysOf(watch: WatchedKind, change: Change<KubeObject>, own: Store<KubeObject>, logger: Logger): ReadonlySet<string> {
  const states = change.type === 'updated' ? [change.before, change.object] : [change.object];
  try {
    return new Set(states.flatMap((state) => watch.toKeys(state, own)).map((key: Key) => keyString(key)));
  } catch (err) {
    const of = `${change.object.kind} ${keyString(keyOf(change.object))}`;
    logger.error({ err, of }, 'toKeys threw; nobody is told of this change');
    return new Set();
  }
}
