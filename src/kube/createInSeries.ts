/**
 * Creates the next object of a numbered series, unless the last one is not over yet: `thing-1`, and once that is over `thing-2`.
 *
 * Any number of processes may do the same at the same time, with caches that lag behind: the names are a function of the number, so that of two creates
 * one fails and finds the other's, and the next number is taken only after a live read has shown the one before to be over.
 */
import type { KubeClient } from './client.ts';
import { createOnce } from './createOnce.ts';
import type { KubeObject, NewObject, ResourceType } from './object.ts';

export interface Series<T extends KubeObject> {
  readonly resource: ResourceType<T>;
  readonly at: (ordinal: number) => NewObject<T> & { readonly metadata: { readonly name: string; readonly namespace?: string } };
  /** Whether what is there is what is wanted. */
  readonly isSame: (found: T) => boolean;
  readonly isOver: (found: T) => boolean;
  /** From here on; those before are known to be over. */
  readonly first: number;
  readonly last: number;
}

export type NextOfSeries<T> =
  | { readonly kind: 'created' | 'found'; readonly object: T }
  /** One that is not over, and is another. */
  | { readonly kind: 'taken'; readonly object: T }
  /** All up to the last are over. */
  | { readonly kind: 'exhausted' };

export async function createInSeries<T extends KubeObject>(
  client: KubeClient,
  { resource, at, isSame, isOver, first, last }: Series<T>,
  signal?: AbortSignal,
): Promise<NextOfSeries<T>> {
  for (let ordinal = first; ordinal <= last; ordinal += 1) {
    const made = await createOnce<T>(client, resource, at(ordinal), { isOurs: isSame, signal });
    if (made.kind === 'created') return made;
    if (!isOver(made.object)) return made.kind === 'found' ? made : { kind: 'taken', object: made.object };
  }
  return { kind: 'exhausted' };
}
