/**
 * Windows in which nothing is begun, or trouble is expected: local times of day. A window whose end is before its start spans midnight.
 *
 * What counts is what a clock on the wall shows in the window's own time zone: an hour that a change to summer time leaves out is not frozen, one that
 * comes twice is frozen twice.
 */
import type { RemediationPolicySpec } from '../crds/remediationPolicy.ts';

export type FreezeWindow = NonNullable<RemediationPolicySpec['freezeWindows']>[number];

export interface Open<Window = FreezeWindow> {
  /** A window that is open now. */
  readonly window: Window;
  /** Milliseconds since the epoch: when none of the windows is open any more. Undefined: not within `HORIZON_DAYS`. */
  readonly until: number | undefined;
}

const MINUTE_MS = 60_000;
/** Windows come back every week; the hour that a change of time adds is well within the eighth day. */
const HORIZON_DAYS = 8;

/** Whether one of them is open at `now` (ms since the epoch). A time zone that does not exist keeps its window open: fail closed. */
export function openWindow<Window extends FreezeWindow>(windows: readonly Window[], now: number): Open<Window> | undefined {
  const clocks = windows.map((window) => ({ window, clock: wallClock(window.timeZone ?? 'UTC') }));
  const openAt = (at: number): Window | undefined => clocks.find(({ window, clock }) => isOpen(window, clock?.(at)))?.window;
  const window = openAt(now);
  if (window === undefined) return undefined;
  if (clocks.some(({ clock }) => clock === undefined)) return { window, until: undefined };
  const first = Math.floor(now / MINUTE_MS) + 1;
  for (let minute = first; minute < first + HORIZON_DAYS * 24 * 60; minute += 1) {
    if (openAt(minute * MINUTE_MS) === undefined) return { window, until: minute * MINUTE_MS };
  }
  return { window, until: undefined };
}

export const isTimeZone = (name: string): boolean => wallClock(name) !== undefined;

interface LocalTime {
  /** `Mon` */
  readonly day: string;
  /** `07:05` */
  readonly time: string;
}

function isOpen({ days = [], from, to }: FreezeWindow, local: LocalTime | undefined): boolean {
  if (local === undefined) return true;
  const { day, time } = local;
  const on = (name: string): boolean => days.length === 0 || days.some((one) => one === name);
  if (from < to) return on(day) && time >= from && time < to;
  return (on(day) && time >= from) || (on(dayBefore(day)) && time < to);
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const dayBefore = (day: string): string => DAYS[(DAYS.indexOf(day) + 6) % 7] ?? day;

/** Undefined: there is no such time zone. */
function wallClock(timeZone: string): ((at: number) => LocalTime) | undefined {
  try {
    const format = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    return (at) => {
      const [day = '', time = ''] = format.format(at).split(/,? /u);
      return { day, time };
    };
  } catch {
    return undefined;
  }
}
