/**
 * A short-lived cache of answers: who asks what somebody asked a moment ago gets that answer, who asks what is being asked waits for it.
 *
 * Bounded by the size of what it holds; the longest unused goes first. Failures are kept for a shorter time, so that a source that is
 * down is not asked by everybody at once. A caller that gives up ends the call only if nobody else waits for it. What is given out is
 * shared: nobody may change it.
 */
import type { Clock } from '../clock.ts';

export interface Cache<T> {
  /** @param ask gets a signal that aborts when nobody waits any more */
  get(key: string, ask: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Of what it holds. */
  readonly size: () => number;
}

export interface CacheOptions<T> {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly ttlMs: number;
  readonly errorTtlMs: number;
  /** Sum of the sizes of what is held. An answer of more than a quarter of it is not kept. */
  readonly maxSize: number;
  readonly sizeOf: (value: T) => number;
}

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

interface Held<T> {
  readonly outcome: Outcome<T>;
  readonly until: number;
  readonly size: number;
}

interface Flight<T> {
  readonly answer: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
}

/** What a failure, or the least answer, takes. */
const LEAST_SIZE = 256;

export function createCache<T>(options: CacheOptions<T>): Cache<T> {
  const shelf = createShelf(options);
  const flights = new Map<string, Flight<T>>();

  const depart = (key: string, ask: (signal: AbortSignal) => Promise<T>): Flight<T> => {
    const controller = new AbortController();
    const finish = (outcome: Outcome<T>): void => {
      if (flights.get(key) === flight) flights.delete(key);
      if (!controller.signal.aborted) shelf.keep(key, outcome);
    };
    const flight: Flight<T> = { controller, waiting: 0, answer: ask(controller.signal) };
    flight.answer.then(
      (value) => finish({ value }),
      (error: unknown) => finish({ error }),
    );
    flights.set(key, flight);
    return flight;
  };

  return {
    size: shelf.size,
    async get(key, ask, signal) {
      signal?.throwIfAborted();
      const known = shelf.fresh(key);
      if (known !== undefined) {
        if ('error' in known) throw known.error;
        return known.value;
      }
      const flight = flights.get(key) ?? depart(key, ask);
      flight.waiting += 1;
      try {
        return await untilAborted(flight.answer, signal);
      } finally {
        flight.waiting -= 1;
        if (flight.waiting === 0 && flights.get(key) === flight) {
          flights.delete(key);
          flight.controller.abort();
        }
      }
    },
  };
}

interface Shelf<T> {
  fresh(key: string): Outcome<T> | undefined;
  keep(key: string, outcome: Outcome<T>): void;
  readonly size: () => number;
}

/** Outcomes with their times and sizes, the longest unused first. */
function createShelf<T>({ clock, ttlMs, errorTtlMs, maxSize, sizeOf }: CacheOptions<T>): Shelf<T> {
  const held = new Map<string, Held<T>>();
  let total = 0;
  const take = (key: string): Held<T> | undefined => {
    const found = held.get(key);
    total -= found?.size ?? 0;
    held.delete(key);
    return found;
  };
  const put = (key: string, one: Held<T>): void => {
    held.set(key, one);
    total += one.size;
  };
  return {
    size: () => total,
    fresh(key) {
      const found = take(key);
      if (found === undefined || found.until <= clock.monotonic()) return undefined;
      put(key, found);
      return found.outcome;
    },
    keep(key, outcome) {
      take(key);
      const size = 'value' in outcome ? Math.max(LEAST_SIZE, sizeOf(outcome.value)) : LEAST_SIZE;
      if (size > maxSize / 4) return;
      put(key, { outcome, size, until: clock.monotonic() + ('value' in outcome ? ttlMs : errorTtlMs) });
      for (const oldest of held.keys()) {
        if (total <= maxSize) return;
        take(oldest);
      }
    },
  };
}

function untilAborted<T>(answer: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return answer;
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason }));
    signal.addEventListener('abort', giveUp, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}
