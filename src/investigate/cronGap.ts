/**
 * The longest time that may pass between two runs of a cron schedule, in milliseconds; never shorter than it is.
 *
 * From the coarsest field that is restricted: a schedule that names a month may rest for a year. Undefined for what is no schedule.
 */
import { ownMember } from '../domain/ownMember.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const MACROS: Readonly<Record<string, number>> = {
  '@hourly': HOUR_MS,
  '@daily': DAY_MS,
  '@midnight': DAY_MS,
  '@weekly': 7 * DAY_MS,
  '@monthly': 31 * DAY_MS,
  '@yearly': 366 * DAY_MS,
  '@annually': 366 * DAY_MS,
};

export function longestGap(schedule: string): number | undefined {
  const text = schedule.trim();
  const macro = ownMember(MACROS, text);
  if (macro !== undefined) return macro;
  const [minute, hour, day, month, weekday, more] = text.split(/\s+/u);
  if (minute === undefined || hour === undefined || day === undefined || month === undefined || weekday === undefined) return undefined;
  if (more !== undefined) return undefined;
  if (!isAny(month)) return 366 * DAY_MS;
  if (!isAny(day)) return 31 * DAY_MS;
  if (!isAny(weekday)) return 7 * DAY_MS;
  if (!isAny(hour)) return gapOf(hour, HOUR_MS, DAY_MS);
  return gapOf(minute, MINUTE_MS, HOUR_MS);
}

const isAny = (field: string): boolean => field === '*' || field === '?';

/** Of `*`, and of steps over the whole range, the step; of anything else the whole range. */
function gapOf(field: string, unit: number, range: number): number {
  if (isAny(field)) return unit;
  const step = Number(/^\*\/(\d{1,2})$/u.exec(field)?.[1]);
  return step > 0 ? Math.min(range, step * unit) : range;
}
