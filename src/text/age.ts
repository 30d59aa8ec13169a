/** How long ago, as kubectl says it: `12s`, `4m`, `3h`, `5d`. */
export function age(then: string | undefined, now: number): string {
  const at = then === undefined ? Number.NaN : Date.parse(then);
  if (!Number.isFinite(at)) return '?';
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 120 * 60) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** `2026-11-21 12:00:03 UTC` */
export function moment(time: string): string {
  const at = Date.parse(time);
  return Number.isFinite(at) ? `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC` : time;
}

/** `90 s`, `5 min`, `2 h` */
export function duration(seconds: number): string {
  if (seconds <= 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
