/**
 * Creates an object whose name is a function of what it is for, exactly once over any number of crashes.
 *
 * AlreadyExists is answered by a live read, as a cache may lag behind: an object that is ours is the success of an earlier
 * attempt, any other one is reported and never adopted.
 */

import type { KubeClient } from './client.ts';
import { isAlreadyExists } from './errors.ts';
import { type KubeObject, keyString, type NewObject, type ResourceType } from './object.ts';

export type Creation<T> = { readonly kind: 'created' | 'found'; readonly object: T } | { readonly kind: 'foreign'; readonly object: T };

export interface CreateOnceOptions<T> {
  readonly isOurs: (found: T) => boolean;
  readonly signal?: AbortSignal | undefined;
}

export async function createOnce<T extends KubeObject>(
  client: KubeClient,
  resource: ResourceType<T>,
  wanted: NewObject<T> & { readonly metadata: { readonly name: string; readonly namespace?: string } },
  { isOurs, signal }: CreateOnceOptions<T>,
): Promise<Creation<T>> {
  const { namespace, name } = wanted.metadata;
  const key = namespace === undefined ? { name } : { namespace, name };
  try {
    return { kind: 'created', object: await client.create(resource, wanted, { signal }) };
  } catch (error) {
    if (!isAlreadyExists(error)) throw new Error(`create ${resource.kind} ${keyString(key)}`, { cause: error });
  }
  const found = await client.get(resource, key, { signal });
  if (found === undefined) throw new Error(`create ${resource.kind} ${keyString(key)}: it existed and was deleted just now`);
  return { kind: isOurs(found) ? 'found' : 'foreign', object: found };
}
