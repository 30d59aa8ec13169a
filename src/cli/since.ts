/** `--since` and `--until`: how long ago or from now on (30m, 24h, 7d), or a date or time. */
import { UsageError } from './arguments.ts';

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @returns milliseconds since the epoch */
export function sinceOf(since: string | undefined, now: number): number | undefined {
  return since === undefined ? undefined : timeOf('since', since, (ms) => now - ms);
}

/** @returns milliseconds since the epoch, later than now */
export function untilOf(until: string, now: number): number {
  const at = timeOf('until', until, (ms) => now + ms);
  if (at <= now) throw new UsageError(`--until has to be later than now; "${until}" is over`);
  return at;
}

function timeOf(option: string, text: string, at: (ms: number) => number): number {
  const [, count = '', unit = ''] = /^(\d{1,5})([mhd])$/u.exec(text) ?? [];
  if (count !== '') return at(Number(count) * (UNIT_MS[unit] ?? 0));
  const time = /^\d{4}-\d\d-\d\d/u.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new UsageError(`--${option} is a time such as 24h, 7d, or 2026-11-21, not "${text}"`);
  return time;
}
