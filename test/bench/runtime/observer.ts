/** The driver's own eyes on the objects: a watch past all proxies, which notes when each status reached its spec. */
import { systemClock } from '../../../src/clock.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { type Item, isDone, items } from './items.ts';

export interface Observer {
  /** Monotonic milliseconds at which the object was last seen done; undefined while it is not. */
  doneAt(name: string): number | undefined;
  readonly present: ReadonlyMap<string, Item>;
  stop(): Promise<void>;
}

export async function observe(client: KubeClient, namespace: string): Promise<Observer> {
  const present = new Map<string, Item>();
  const done = new Map<string, number>();
  const stopped = new AbortController();
  const take = (item: Item): void => {
    const { name } = item.metadata;
    present.set(name, item);
    if (!isDone(item)) done.delete(name);
    else if (!done.has(name)) done.set(name, systemClock.monotonic());
  };
  const { items: first, resourceVersion } = await client.list(items, { namespace });
  for (const item of first) take(item);
  let at = resourceVersion;
  const watching = (async () => {
    while (!stopped.signal.aborted) {
      for await (const event of client.watch(items, { namespace, resourceVersion: at, signal: stopped.signal })) {
        at = event.type === 'BOOKMARK' ? event.resourceVersion : event.object.metadata.resourceVersion;
        if (event.type === 'BOOKMARK') continue;
        if (event.type === 'DELETED') {
          present.delete(event.object.metadata.name);
          done.delete(event.object.metadata.name);
        } else take(event.object);
      }
    }
  })().catch((error: unknown) => {
    if (!stopped.signal.aborted) throw error;
  });
  return {
    doneAt: (name) => done.get(name),
    present,
    stop: async () => {
      stopped.abort(new Error('observed enough'));
      await watching;
    },
  };
}
