/**
 * Pauses after failures. Decorrelated jitter (M. Brooker, "Exponential Backoff And Jitter", 2015): each pause is drawn
 * between the base and three times the last one, so that clients which failed together do not come back together.
 */
export interface Backoff {
  /** Milliseconds to wait after this failure. */
  next(): number;
  reset(): void;
}

/** @param random uniform in [0, 1) */
export function decorrelatedBackoff(baseMs: number, capMs: number, random: () => number): Backoff {
  let last = baseMs;
  return {
    next: () => {
      last = Math.min(capMs, baseMs + random() * (last * 3 - baseMs));
      return last;
    },
    reset: () => {
      last = baseMs;
    },
  };
}
