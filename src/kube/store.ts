/**
 * What a cache offers to readers: the objects of one kind as last seen, by key and by named indices.
 *
 * Objects are frozen and shared by all readers. Reads never wait; `synced` says whether the first list is in.
 */
import type { Key, KubeObject } from './object.ts';

/** The values under which an object is found in an index; none when it is not in it. */
export type IndexFunction<T extends KubeObject> = (object: T) => readonly string[];
export type Indices<T extends KubeObject> = Readonly<Record<string, IndexFunction<T>>>;

export interface Store<T extends KubeObject> {
  get(key: Key): T | undefined;
  list(): readonly T[];
  /** Throws for an index that was never declared: a silent empty answer would be taken for "none". */
  byIndex(index: string, value: string): readonly T[];
  readonly size: number;
  readonly synced: boolean;
}
