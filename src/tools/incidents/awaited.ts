/** An object that was just made, once another process has answered to it; or as it is when the patience is over: it stands, and can be asked for later. */
import type { Clock } from '../../clock.ts';
import type { KubeClient } from '../../kube/client.ts';
import { type KubeObject, keyOf, type ResourceType } from '../../kube/object.ts';

const LOOK_EVERY_MS = 250;
const TIMEOUT_MS = 2_000;

export interface Awaiting<T extends KubeObject> {
  readonly resource: ResourceType<T>;
  readonly isAnswered: (object: T) => boolean;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

export async function awaited<T extends KubeObject>(
  { client, clock }: { readonly client: Pick<KubeClient, 'get'>; readonly clock: Clock },
  made: T,
  { resource, isAnswered, seconds, signal }: Awaiting<T>,
): Promise<T> {
  const until = clock.monotonic() + seconds * 1000;
  let found = made;
  while (!isAnswered(found) && clock.monotonic() < until) {
    await clock.sleep(LOOK_EVERY_MS, signal);
    found = (await client.get(resource, keyOf(made), { signal, timeoutMs: TIMEOUT_MS }).catch(() => undefined)) ?? found;
  }
  return found;
}
