/** `--since`: how long ago (30m, 24h, 7d), or a date or time. */
import { UsageError } from './arguments.ts';

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @returns milliseconds since the epoch */
export function sinceOf(since: string | undefined, now: number): number | undefined {
  if (since === undefined) return undefined;
  const [, count = '', unit = ''] = /^(\d{1,5})([mhd])$/u.exec(since) ?? [];
  if (count !== '') return now - Number(count) * (UNIT_MS[unit] ?? 0);
  const at = /^\d{4}-\d\d-\d\d/u.test(since) ? Date.parse(since) : Number.NaN;
  if (Number.isNaN(at)) throw new UsageError(`--since is a time such as 24h, 7d, or 2026-11-21, not "${since}"`);
  return at;
}
