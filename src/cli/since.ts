/** `--since`, `--until` and `--for`: how long ago or from now on (30m, 24h, 7d), or a date or time. */
import { pointInTime } from '../domain/pointInTime.ts';
import { UsageError } from './arguments.ts';

/** @returns milliseconds since the epoch */
export function sinceOf(since: string | undefined, now: number): number | undefined {
  return since === undefined ? undefined : timeOf('since', since, pointInTime(since, now, 'before'));
}

/** @returns milliseconds since the epoch, later than now */
export function untilOf(until: string, now: number, option: 'until' | 'for' = 'until'): number {
  const at = timeOf(option, until, pointInTime(until, now, 'after'));
  if (at <= now) throw new UsageError(`--${option} has to be later than now; "${until}" is over`);
  return at;
}

function timeOf(option: string, text: string, time: number | undefined): number {
  if (time === undefined) throw new UsageError(`--${option} is a time such as 24h, 7d, or 2026-11-21, not "${text}"`);
  return time;
}
