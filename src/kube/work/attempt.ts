/**
 * Runs a handler that can't be trusted to end.
 *
 * At its time limit its signal aborts; if it does not come back soon after that it is abandoned: the caller goes on without
 * it, and is told when it ends after all.
 */
import type { Clock } from '../../clock.ts';

export type Outcome<R> =
  | { readonly kind: 'returned'; readonly result: R }
  | { readonly kind: 'threw'; readonly error: Error; readonly late: boolean }
  /** `ended` resolves when the handler comes back after all, which may be never. */
  | { readonly kind: 'abandoned'; readonly ended: Promise<void> };

/** What a handler gets to clean up after its signal has aborted. */
const GRACE_MS = 5000;

export function attempt<R>(
  clock: Clock,
  timeoutMs: number,
  outer: AbortSignal,
  handler: (signal: AbortSignal) => Promise<R>,
): Promise<Outcome<R>> {
  const controller = new AbortController();
  let late = false;
  return new Promise((resolve) => {
    const running = start(handler, controller.signal);
    let cancel = clock.setTimeout(() => {
      late = true;
      stop(new Error(`not done within ${timeoutMs} ms`));
    }, timeoutMs);
    const stop = (reason: unknown): void => {
      controller.abort(reason);
      cancel();
      cancel = clock.setTimeout(() => {
        const ended = running.then(
          () => undefined,
          () => undefined,
        );
        settle({ kind: 'abandoned', ended });
      }, GRACE_MS);
    };
    const onAbort = (): void => stop(outer.reason);
    const settle = (outcome: Outcome<R>): void => {
      cancel();
      outer.removeEventListener('abort', onAbort);
      resolve(outcome);
    };
    if (outer.aborted) onAbort();
    else outer.addEventListener('abort', onAbort, { once: true });
    running.then(
      (result) => settle({ kind: 'returned', result }),
      (error: unknown) => settle({ kind: 'threw', error: error instanceof Error ? error : new Error(String(error)), late }),
    );
  });
}

/** A handler that throws before its first await counts like one that rejects. */
async function start<R>(handler: (signal: AbortSignal) => Promise<R>, signal: AbortSignal): Promise<R> {
  return await handler(signal);
}
