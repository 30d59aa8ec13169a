/**
 * How much one caller may ask, as token buckets: a quota that fills up again evenly over its window.
 *
 * Told in the fields of draft-ietf-httpapi-ratelimit-headers-10: `RateLimit-Policy` (`q` a `w` seconds), `RateLimit` (`r` left, all of it
 * back in `t` seconds). Each replica counts for itself. Memory is bounded: who has asked for nothing in a while is forgotten.
 */
import type { Clock } from '../clock.ts';

export interface RatePolicy {
  readonly name: string;
  readonly quota: number;
  readonly windowSeconds: number;
}

export interface Taken {
  readonly isAllowed: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

export type TakeFromRate = (caller: string, policy: RatePolicy) => Taken;

interface Bucket {
  readonly left: number;
  readonly at: number;
}

const MAX_CALLERS = 10_000;

export function createRateLimits(clock: Pick<Clock, 'monotonic'>): TakeFromRate {
  const buckets = new Map<string, Bucket>();
  return (caller, policy) => {
    const { name, quota, windowSeconds } = policy;
    const key = `${name} ${caller}`;
    const now = clock.monotonic();
    const { left: before, at } = buckets.get(key) ?? { left: quota, at: now };
    const filled = Math.min(quota, before + ((now - at) / 1000) * (quota / windowSeconds));
    const isAllowed = filled >= 1;
    const left = isAllowed ? filled - 1 : filled;
    // in the order of last use, so that the first is the one to forget
    buckets.delete(key);
    const [oldest] = buckets.keys();
    if (buckets.size >= MAX_CALLERS && oldest !== undefined) buckets.delete(oldest);
    buckets.set(key, { left, at: now });
    return { isAllowed, headers: headersOf(policy, left, isAllowed) };
  };
}

function headersOf({ name, quota, windowSeconds }: RatePolicy, left: number, isAllowed: boolean): Readonly<Record<string, string>> {
  const secondsFor = (missing: number): number => Math.ceil((missing / quota) * windowSeconds);
  return {
    'ratelimit-policy': `"${name}";q=${quota};w=${windowSeconds}`,
    ratelimit: `"${name}";r=${Math.floor(left)};t=${secondsFor(quota - left)}`,
    ...(isAllowed ? {} : { 'retry-after': String(Math.max(1, secondsFor(1 - left))) }),
  };
}
