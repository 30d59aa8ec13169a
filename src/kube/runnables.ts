/** Things that run beside the controllers, and a group of them that is started and stopped together. */
import type { Clock } from '../clock.ts';
import { withDeadline } from './deadline.ts';

/** Something that runs beside the controllers: an HTTP server, a poller. */
export interface Runnable {
  readonly name: string;
  /** `server`: first to start, last to stop. `worker`: after the caches are in. `leader`: only while this process leads. */
  readonly group: 'server' | 'worker' | 'leader';
  /** Resolves once it has ended in order after the abort; throwing ends the manager. Calls `ready` when it serves. */
  readonly run: (signal: AbortSignal, ready: () => void) => Promise<void>;
}

export interface RunningGroup {
  /** Resolves when all have called `ready` or ended. */
  readonly ready: Promise<void>;
  /** Resolves when all have ended, however. */
  readonly ended: Promise<void>;
}

export function startGroup(runnables: readonly Runnable[], signal: AbortSignal, onFailure: (error: Error) => void): RunningGroup {
  const started = runnables.map((runnable) => startOne(runnable, signal, onFailure));
  return { ready: settled(started.map(({ ready }) => ready)), ended: settled(started.map(({ ended }) => ended)) };
}

/** False if they have not ended by then. */
export async function endsWithin(clock: Clock, ms: number, ended: Promise<unknown>): Promise<boolean> {
  try {
    await withDeadline(
      clock,
      ms,
      undefined,
      () => new Error('late'),
      async () => await ended,
    );
    return true;
  } catch {
    return false;
  }
}

function startOne({ name, run }: Runnable, signal: AbortSignal, onFailure: (error: Error) => void): RunningGroup {
  let markReady = (): void => undefined;
  const serving = new Promise<void>((resolve) => {
    markReady = resolve;
  });
  const ended = (async () => {
    try {
      await run(signal, markReady);
    } catch (cause) {
      onFailure(new Error(`${name} failed`, { cause }));
    }
  })();
  return { ready: Promise.race([serving, ended]), ended };
}

async function settled(promises: readonly Promise<void>[]): Promise<void> {
  await Promise.all(promises);
}
