/**
 * Answers that take a while, each with a signal that ends it: its caller has left, or this server stops and has waited long enough.
 */
import type { Clock } from '../clock.ts';
import { ToolError } from '../tools/errors.ts';

export interface Streams {
  /** @param callerLeft aborts when nobody waits any more */
  readonly open: (callerLeft: AbortSignal) => OpenStream;
  /** Whoever is still being answered after the grace is told that the server stops. */
  readonly stop: () => void;
}

export interface OpenStream extends Disposable {
  readonly signal: AbortSignal;
  readonly abort: (reason: Error) => void;
}

/** Less than a process gives its servers to end (`kube/lifecycle.ts`). */
const GRACE_MS = 2000;

export function createStreams(clock: Pick<Clock, 'setTimeout'>): Streams {
  const open = new Set<AbortController>();
  return {
    open: (callerLeft) => {
      const controller = new AbortController();
      const onLeft = (): void => controller.abort(callerLeft.reason);
      if (callerLeft.aborted) onLeft();
      callerLeft.addEventListener('abort', onLeft, { once: true });
      open.add(controller);
      return {
        signal: controller.signal,
        abort: (reason) => controller.abort(reason),
        [Symbol.dispose]: () => {
          callerLeft.removeEventListener('abort', onLeft);
          open.delete(controller);
        },
      };
    },
    stop: () => {
      clock.setTimeout(() => {
        for (const controller of open) controller.abort(new ToolError('Unavailable', 'This server stops; ask again in a moment.'));
      }, GRACE_MS);
    },
  };
}
