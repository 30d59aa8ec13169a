/**
 * Whether one thing's beginning fits another one's as its cause.
 *
 * Rules wait between one and thirty minutes before they fire (`for`), and causes often longer than their effects: a node counts as lost after a
 * quarter of an hour, its callers' errors after one minute. So order says little, and nearness something.
 */
import { type FailureMode, PROGRESSIVE } from './failureMode.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** From 0, not by that cause, to 1. A time that is not known fits. */
export function timeFits(
  cause: { readonly start: number | undefined; readonly mode: FailureMode },
  effectStart: number | undefined,
): number {
  if (cause.start === undefined || effectStart === undefined) return 1;
  const delay = effectStart - cause.start;
  if (delay < -40 * MINUTE_MS) return 0;
  if (delay < -20 * MINUTE_MS) return 0.6;
  if (delay <= 30 * MINUTE_MS) return 1;
  if (PROGRESSIVE.has(cause.mode)) return delay <= 24 * HOUR_MS ? 0.85 : 0;
  return delay <= 2 * HOUR_MS ? 0.6 : 0;
}
