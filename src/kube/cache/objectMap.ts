/**
 * The objects of one kind in memory, and what changed with each write.
 *
 * Every object that comes in is frozen to its depths: all readers share it.
 */

import { type Key, type KubeObject, keyOf, keyString } from '../object.ts';
import type { Indexer } from './indexer.ts';

export type Change<T extends KubeObject> =
  | { readonly type: 'added'; readonly object: T }
  | { readonly type: 'updated'; readonly object: T; readonly before: T }
  /** `object` is the last one that was seen; with `missed`, its deletion was found by a list and it may have changed before. */
  | { readonly type: 'deleted'; readonly object: T; readonly missed: boolean };

export interface ObjectMap<T extends KubeObject> {
  get(key: Key): T | undefined;
  list(): readonly T[];
  byIndex(index: string, value: string): readonly T[];
  readonly size: number;
  put(object: T): readonly Change<T>[];
  remove(object: T): readonly Change<T>[];
  /** Brings the content to `objects`, and says what that changed: deletions nobody told of included. */
  replaceAll(objects: readonly T[]): readonly Change<T>[];
}

export function createObjectMap<T extends KubeObject>(indexer: Indexer<T>): ObjectMap<T> {
  const objects = new Map<string, T>();

  const drop = (key: string, object: T): void => {
    objects.delete(key);
    indexer.leave(key, object);
  };
  const put = (incoming: T): readonly Change<T>[] => {
    const key = keyString(keyOf(incoming));
    const before = objects.get(key);
    const object = deepFreeze(incoming);
    if (before !== undefined) drop(key, before);
    objects.set(key, object);
    indexer.enter(key, object);
    if (before === undefined) return [{ type: 'added', object }];
    if (before.metadata.uid === object.metadata.uid) return [{ type: 'updated', object, before }];
    return [
      { type: 'deleted', object: before, missed: true },
      { type: 'added', object },
    ];
  };
  return {
    get: (key) => objects.get(keyString(key)),
    list: () => [...objects.values()],
    byIndex: (index, value) => indexer.find(index, value),
    get size() {
      return objects.size;
    },
    put,
    remove: (last) => {
      const key = keyString(keyOf(last));
      const before = objects.get(key);
      if (before === undefined) return [];
      drop(key, before);
      return [{ type: 'deleted', object: deepFreeze(last), missed: false }];
    },
    replaceAll: (incoming) => {
      const present = new Set(incoming.map((object) => keyString(keyOf(object))));
      const gone = [...objects].filter(([key]) => !present.has(key));
      for (const [key, object] of gone) drop(key, object);
      const deletions = gone.map(([, object]) => ({ type: 'deleted', object, missed: true }) as const);
      const changed = incoming.filter((object) => !isSameVersion(objects.get(keyString(keyOf(object))), object));
      return [...deletions, ...changed.flatMap(put)];
    },
  };
}

function isSameVersion(known: KubeObject | undefined, { metadata }: KubeObject): boolean {
  return known?.metadata.uid === metadata.uid && known.metadata.resourceVersion === metadata.resourceVersion;
}

function deepFreeze<V>(value: V): V {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const member of Object.values(value)) deepFreeze(member);
  return value;
}
