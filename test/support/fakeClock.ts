/**
 * A clock that stands still until a test moves it. Timers fire in the order of their time, and whatever they set in motion
 * gets to run before the next one fires.
 */
import { type Cancel, type Clock, sleepOn } from '../../src/clock.ts';

export interface FakeClock extends Clock {
  /** Lets this much time pass. */
  advance(ms: number): Promise<void>;
  /** Moves the wall clock alone, as an administrator or NTP does. */
  jumpWall(ms: number): void;
  /** Lets everything run that is ready, without time passing. */
  settle(): Promise<void>;
  readonly pendingTimers: number;
}

export function createFakeClock(startMs = Date.parse('2026-01-01T00:00:00Z')): FakeClock {
  let elapsed = 0;
  let wall = startMs;
  let order = 0;
  const timers = new Map<number, { readonly due: number; readonly callback: () => void }>();

  const setTimeout = (callback: () => void, ms: number): Cancel => {
    const id = order++;
    timers.set(id, { due: elapsed + Math.max(0, ms), callback });
    return () => timers.delete(id);
  };
  const next = (until: number): [number, { readonly due: number; readonly callback: () => void }] | undefined => {
    const due = [...timers].filter(([, timer]) => timer.due <= until);
    return due.toSorted(([a, x], [b, y]) => x.due - y.due || a - b)[0];
  };
  const moveTo = (to: number): void => {
    wall += to - elapsed;
    elapsed = to;
  };
  return {
    now: () => wall,
    monotonic: () => elapsed,
    setTimeout,
    sleep: (ms, signal) => sleepOn({ setTimeout }, ms, signal),
    advance: async (ms) => {
      const until = elapsed + ms;
      await settle();
      for (let timer = next(until); timer !== undefined; timer = next(until)) {
        const [id, { due, callback }] = timer;
        timers.delete(id);
        moveTo(due);
        callback();
        await settle();
      }
      moveTo(until);
    },
    jumpWall: (ms) => {
      wall += ms;
    },
    settle,
    get pendingTimers() {
      return timers.size;
    },
  };
}

/** A turn of the event loop runs all promise callbacks that are ready, and those that they make ready. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
