/**
 * The work queue of client-go (k8s.io/client-go/util/workqueue): keys that need attention, each handed out to one worker at a
 * time, and never lost.
 *
 * A key that is added while it waits is there once; one that is added while it is in work is handed out again after `done`.
 * Of several delays for one key the earliest wins. Failures slow a key down exponentially, and all retries share a token bucket.
 */
import type { Clock } from '../../clock.ts';
import type { QueueMetrics } from '../metrics.ts';
import { createDelays } from './delays.ts';
import type { RateLimiter } from './rateLimiter.ts';

export interface WorkQueue {
  add(key: string): void;
  addAfter(key: string, delayMs: number): void;
  /** Adds the key after the pause that its failures, and the shared bucket, ask for. */
  addRateLimited(key: string): void;
  /** The key is well: its next failure counts as the first. */
  forget(key: string): void;
  failures(key: string): number;
  /** The next key, to be given back by `done`; undefined after the shutdown. */
  get(): Promise<string | undefined>;
  done(key: string): void;
  /** Hands out nothing more. What waits is dropped: it is found again in the cluster. */
  shutDown(): void;
  /** Keys that wait, without those that wait for their time. */
  readonly depth: number;
}

export function createWorkQueue(clock: Clock, limiter: RateLimiter, metrics: QueueMetrics): WorkQueue {
  const keys = createKeySet(clock, metrics);
  const delays = createDelays(clock, keys.add);
  const addAfter = (key: string, delayMs: number): void => {
    if (keys.isShut()) return;
    if (delayMs <= 0) keys.add(key);
    else delays.add(key, delayMs);
  };
  return {
    add: keys.add,
    addAfter,
    addRateLimited: (key) => {
      metrics.retried();
      addAfter(key, limiter.delayMs(key));
    },
    forget: (key) => limiter.forget(key),
    failures: (key) => limiter.failures(key),
    get: keys.get,
    done: keys.done,
    shutDown: () => {
      delays.clear();
      keys.shutDown();
    },
    get depth() {
      return keys.depth();
    },
  };
}

interface KeySet extends Pick<WorkQueue, 'add' | 'get' | 'done' | 'shutDown'> {
  isShut(): boolean;
  depth(): number;
}

/** The queue without its delays: what waits, what is in work, and what was added while in work. */
function createKeySet(clock: Clock, metrics: QueueMetrics): KeySet {
  /** In the order in which they will be handed out, with the time of the add. */
  const waiting = new Map<string, number>();
  const inWork = new Map<string, number>();
  const again = new Set<string>();
  const takers: ((key: string | undefined) => void)[] = [];
  let shut = false;
  const secondsSince = (at: number): number => (clock.monotonic() - at) / 1000;
  metrics.observe(() => [...inWork.values()].map(secondsSince));

  const handOut = (): void => {
    const [first] = waiting;
    const taker = first === undefined ? undefined : takers.shift();
    if (first === undefined || taker === undefined) return;
    const [key, since] = first;
    waiting.delete(key);
    inWork.set(key, clock.monotonic());
    metrics.taken(waiting.size, secondsSince(since));
    taker(key);
  };
  const enqueue = (key: string): void => {
    waiting.set(key, clock.monotonic());
    metrics.added(waiting.size);
    handOut();
  };
  return {
    add: (key) => {
      if (shut || waiting.has(key)) return;
      if (inWork.has(key)) again.add(key);
      else enqueue(key);
    },
    get: () => {
      if (shut) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        takers.push(resolve);
        handOut();
      });
    },
    done: (key) => {
      const since = inWork.get(key);
      if (since === undefined) return;
      inWork.delete(key);
      metrics.done(secondsSince(since));
      if (again.delete(key)) enqueue(key);
    },
    shutDown: () => {
      shut = true;
      waiting.clear();
      again.clear();
      for (const taker of takers.splice(0)) taker(undefined);
    },
    isShut: () => shut,
    depth: () => waiting.size,
  };
}
