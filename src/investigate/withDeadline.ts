/** A piece of work with a time limit: it gets a signal, heeds it, and ends with what it has by then. */
import type { Clock } from '../clock.ts';
import { SourceError } from '../sources/gap.ts';

/** Runs `work` with a signal that aborts when the time is up or the caller gives up. @param whose what the time was given to */
export async function withDeadline<T>(
  clock: Pick<Clock, 'setTimeout'>,
  signal: AbortSignal,
  ms: number,
  work: (limit: AbortSignal) => Promise<T>,
  whose = 'this investigation',
): Promise<T> {
  const deadline = new AbortController();
  const cancel = clock.setTimeout(() => deadline.abort(new SourceError('TimedOut', `the time of ${whose} was up`)), ms);
  try {
    return await work(AbortSignal.any([deadline.signal, signal]));
  } finally {
    cancel();
  }
}

/** A source that does not heed its signal is left behind. */
export function untilAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void =>
      reject(signal.reason instanceof SourceError ? signal.reason : new SourceError('TimedOut', 'the time of this investigation was up'));
    if (signal.aborted) late();
    signal.addEventListener('abort', late, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', late));
  });
}
