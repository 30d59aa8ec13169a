/** Bounds a piece of work in time, by a clock and by the caller's signal, whether or not the work looks at a signal itself. */
import type { Clock } from '../clock.ts';

/**
 * Runs `work` with a signal that aborts with `late()` after `ms`, or with the caller's reason. Rejects at that instant.
 */
export async function withDeadline<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal | undefined,
  late: () => Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  const cancel = clock.setTimeout(() => controller.abort(late()), ms);
  try {
    return await untilAborted(work(controller.signal), controller.signal);
  } finally {
    cancel();
    signal?.removeEventListener('abort', onAbort);
  }
}

/** The promise's outcome, or the signal's reason if it aborts first. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
