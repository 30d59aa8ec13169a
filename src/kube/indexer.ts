/**
 * Finds objects by what an index function says of them.
 *
 * A function that throws leaves that object out of that index, and is reported: a poison object must not stop the cache.
 */
import type { KubeObject } from './object.ts';
import type { Indices } from './store.ts';

export interface Indexer<T extends KubeObject> {
  enter(key: string, object: T): void;
  leave(key: string, object: T): void;
  find(index: string, value: string): readonly T[];
}

export function createIndexer<T extends KubeObject>(
  indices: Indices<T>,
  onError: (index: string, object: T, error: unknown) => void,
): Indexer<T> {
  const entries = new Map(Object.keys(indices).map((name) => [name, new Map<string, Map<string, T>>()]));

  const valuesIn = (index: string, object: T): readonly string[] => {
    try {
      return indices[index]?.(object) ?? [];
    } catch (error) {
      onError(index, object, error);
      return [];
    }
  };
  return {
    enter: (key, object) => {
      for (const [index, byValue] of entries) {
        for (const value of valuesIn(index, object)) {
          const found = byValue.get(value);
          if (found === undefined) byValue.set(value, new Map([[key, object]]));
          else found.set(key, object);
        }
      }
    },
    leave: (key, object) => {
      for (const [index, byValue] of entries) {
        for (const value of valuesIn(index, object)) {
          const found = byValue.get(value);
          found?.delete(key);
          if (found?.size === 0) byValue.delete(value);
        }
      }
    },
    find: (index, value) => {
      const byValue = entries.get(index);
      if (byValue === undefined) throw new Error(`there is no index "${index}"; declared are: ${[...entries.keys()].join(', ') || 'none'}`);
      return [...(byValue.get(value)?.values() ?? [])];
    },
  };
}
