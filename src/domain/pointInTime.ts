/** A time as people type it: how long before or after now (`30m`, `24h`, `7d`), or a date or time (`2026-11-21`, RFC 3339). */

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @param direction which way a length of time points. @returns milliseconds since the epoch; undefined: it is no time */
export function pointInTime(text: string, now: number, direction: 'before' | 'after'): number | undefined {
  const [, count = '', unit = ''] = /^(\d{1,5})([mhd])$/u.exec(text) ?? [];
  if (count !== '') return now + (direction === 'before' ? -1 : 1) * Number(count) * (UNIT_MS[unit] ?? 0);
  const time = /^\d{4}-\d\d-\d\d/u.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
