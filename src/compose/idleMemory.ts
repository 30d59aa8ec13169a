/**
 * Gives memory back once a burst is over. V8 collects when it allocates: a process that took ten thousand alerts and then has nothing to do
 * would hold what they left for hours.
 *
 * It collects only when little is going on, so that nobody waits for it, and only when there is something to gain.
 */
import { performance } from 'node:perf_hooks';
import type { Clock } from '../clock.ts';

export interface Heap {
  /** Collects all that is not in use any more. Absent: Node was started without `--expose-gc`, and nothing is done. */
  readonly collect?: (() => void) | undefined;
  /** In bytes. */
  readonly used: () => number;
  /** The part of the time since the last call in which the event loop was busy, 0 to 1. */
  readonly busy: () => number;
}

const EVERY_MS = 5_000;
const IDLE = 0.05;
const WORTHWHILE_BYTES = 16 * 1024 * 1024;

export async function giveMemoryBack(heap: Heap, clock: Pick<Clock, 'sleep'>, signal: AbortSignal): Promise<void> {
  const { collect, used, busy } = heap;
  if (collect === undefined) return;
  let kept = 0;
  for (;;) {
    await clock.sleep(EVERY_MS, signal).catch(() => undefined);
    if (signal.aborted) return;
    if (busy() > IDLE || used() - kept < WORTHWHILE_BYTES) continue;
    collect();
    kept = used();
  }
}

/** A regular collection keeps the pages that it has emptied for the next burst. */
const THOROUGHLY = { type: 'major', execution: 'sync', flavor: 'last-resort' } as const;

export function processHeap(): Heap {
  let last = performance.eventLoopUtilization();
  const collect = globalThis.gc;
  return {
    collect: collect === undefined ? undefined : () => collect(THOROUGHLY),
    used: () => process.memoryUsage().heapUsed,
    busy: () => {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, last);
      last = now;
      return utilization;
    },
  };
}
