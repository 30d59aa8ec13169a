/**
 * Work of one key goes one after the other, work of different keys side by side, at most `limit` at once in all. What comes in for a key while it
 * is waited for is done together, in order: a storm about one thing is a few writes, however many messages it has.
 */
export type Merged<Item, Result> = (key: string, item: Item) => Promise<Result>;

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

export function createMerged<Item, Result>(
  limit: number,
  work: (key: string, items: readonly Item[]) => Promise<Result>,
): Merged<Item, Result> {
  /** A key is in here while it waits or runs. */
  const pending = new Map<string, Waiting<Item, Result>[]>();
  const ready: string[] = [];
  let running = 0;

  const run = async (key: string): Promise<void> => {
    const batch = pending.get(key) ?? [];
    pending.set(key, []);
    try {
      const result = await work(
        key,
        batch.map(({ item }) => item),
      );
      for (const { resolve } of batch) resolve(result);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    if (pending.get(key)?.length === 0) pending.delete(key);
    else ready.push(key);
  };
  const start = (): void => {
    while (running < limit) {
      const key = ready.shift();
      if (key === undefined) return;
      running += 1;
      void run(key).finally(() => {
        running -= 1;
        start();
      });
    }
  };

  return (key, item) =>
    new Promise((resolve, reject) => {
      const waiting = { item, resolve, reject };
      const known = pending.get(key);
      if (known !== undefined) known.push(waiting);
      else {
        pending.set(key, [waiting]);
        ready.push(key);
        start();
      }
    });
}
