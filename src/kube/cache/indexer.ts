/**
 * Finds objects by what an index function says of them.
 *
 * A function that throws leaves that object out of that index, and is reported: a poison object must not stop the cache.
 */
import type { KubeObject } from '../object.ts';
import type { IndexFunction, Indices } from '../store.ts';

export interface Indexer<T extends KubeObject> {
  /** Adds indices, before the first object is entered. */
  declare(indices: Indices<T>): void;
  enter(key: string, object: T): void;
  leave(key: string, object: T): void;
  find(index: string, value: string): readonly T[];
}

export function createIndexer<T extends KubeObject>(onError: (index: string, object: T, error: unknown) => void): Indexer<T> {
  const functions = new Map<string, IndexFunction<T>>();
  const entries = new Map<string, Map<string, Map<string, T>>>();

  const valuesIn = (index: string, object: T): readonly string[] => {
    try {
      return functions.get(index)?.(object) ?? [];
    } catch (error) {
      onError(index, object, error);
      return [];
    }
  };
  return {
    declare: (indices) => {
      for (const [name, value] of Object.entries(indices)) {
        const known = functions.get(name);
        if (known !== undefined && known !== value)
          throw new Error(`index "${name}" is declared twice, with different functions; rename one`);
        functions.set(name, value);
        entries.set(name, new Map());
      }
    },
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
