/** Freeze windows: local times of day during which nothing is begun. A window whose end is before its start spans midnight. */
import type { RemediationPolicySpec } from '../crds/remediationPolicy.ts';

type FreezeWindow = NonNullable<RemediationPolicySpec['freezeWindows']>[number];

/** The window that is open at `now` (ms since the epoch), if any. A time zone that does not exist keeps its window open: fail closed. */
export function openFreezeWindow(windows: readonly FreezeWindow[] | undefined, now: number): FreezeWindow | undefined {
  return windows?.find((window) => isOpen(window, now));
}

function isOpen({ days, from, to, timeZone }: FreezeWindow, now: number): boolean {
  const local = localTime(now, timeZone ?? 'UTC');
  if (local === undefined) return true;
  const on = (day: string): boolean => days === undefined || days.length === 0 || (days as readonly string[]).includes(day);
  if (from < to) return on(local.day) && local.time >= from && local.time < to;
  return (on(local.day) && local.time >= from) || (on(dayBefore(local.day)) && local.time < to);
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const dayBefore = (day: string): string => DAYS[(DAYS.indexOf(day) + 6) % 7] ?? day;

function localTime(now: number, timeZone: string): { day: string; time: string } | undefined {
  try {
    const parts = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }).formatToParts(now);
    const part = (type: string): string => parts.find((p) => p.type === type)?.value ?? '';
    return { day: part('weekday'), time: `${part('hour')}:${part('minute')}` };
  } catch {
    return undefined;
  }
}
