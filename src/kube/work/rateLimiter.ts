/**
 * How long a failed key waits: the longer of its own exponential pause and a token from a bucket that all keys share, as
 * client-go's default controller rate limiter has it.
 */
import type { Clock } from '../../clock.ts';

export interface RateLimiter {
  /** Counts a failure, and says how long to wait. */
  delayMs(key: string): number;
  forget(key: string): void;
  failures(key: string): number;
}

export interface RateLimits {
  readonly baseMs: number;
  readonly capMs: number;
  readonly perSecond: number;
  readonly burst: number;
}

/** client-go's numbers, but for the cap: 1,000 s is long for a person who has just repaired the cause. */
export const DEFAULT_RATE_LIMITS: RateLimits = { baseMs: 5, capMs: 300_000, perSecond: 10, burst: 100 };

export function createRateLimiter(clock: Clock, limits: RateLimits = DEFAULT_RATE_LIMITS): RateLimiter {
  const failures = new Map<string, number>();
  const bucket = createTokenBucket(clock, limits.perSecond, limits.burst);
  return {
    delayMs: (key) => {
      const before = failures.get(key) ?? 0;
      failures.set(key, before + 1);
      return Math.max(Math.min(limits.capMs, limits.baseMs * 2 ** before), bucket.take());
    },
    forget: (key) => {
      failures.delete(key);
    },
    failures: (key) => failures.get(key) ?? 0,
  };
}

export interface TokenBucket {
  /** Takes a token, of the future if need be, and says in how many milliseconds it is there. */
  take(): number;
  /** Takes a token if there is one. */
  tryTake(): boolean;
}

export function createTokenBucket(clock: Clock, perSecond: number, burst: number): TokenBucket {
  let tokens = burst;
  let at = clock.monotonic();
  const refill = (): void => {
    const now = clock.monotonic();
    tokens = Math.min(burst, tokens + ((now - at) / 1000) * perSecond);
    at = now;
  };
  return {
    take: () => {
      refill();
      tokens -= 1;
      return tokens >= 0 ? 0 : (-tokens / perSecond) * 1000;
    },
    tryTake: () => {
      refill();
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
