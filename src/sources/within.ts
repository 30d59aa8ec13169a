/** A piece of work with a time limit of its own: it gets a signal, and is left behind when it does not heed it. */
import type { Clock } from '../clock.ts';

/** Why the signal of a piece of work was aborted. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

/** Rejects with `OutOfTime` after `ms`, or with the reason of `outer` when that aborts first. */
export async function within<T>(
  clock: Pick<Clock, 'setTimeout'>,
  ms: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  outer?.throwIfAborted();
  const limit = new AbortController();
  const cancel = clock.setTimeout(() => limit.abort(new OutOfTime(`no end within ${ms} ms`)), ms);
  const signal = outer === undefined ? limit.signal : AbortSignal.any([limit.signal, outer]);
  try {
    return await new Promise<T>((resolve, reject) => {
      const leave = (): void => reject(signal.reason as Error);
      // Work that heeds the signal ends by itself, with what it has to say about that; the rest is left a moment later.
      signal.addEventListener('abort', () => void setImmediate(leave), { once: true });
      work(signal).then(resolve, reject);
    });
  } finally {
    cancel();
  }
}
