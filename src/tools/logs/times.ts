/**
 * The time that a line of a log begins with, in milliseconds since the epoch: ISO 8601 and its relatives, syslog, klog, access logs, Redis, ctime,
 * numbers since the epoch, a time of day.
 *
 * What a line leaves out is taken from `now`: without a year, a month or a day it is the latest such time that is not ahead. Without a zone it is
 * taken as UTC. Every expression is anchored and linear.
 */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY_MS = 86_400_000;
/** Clocks differ: what is ahead by less than this is now. */
const AHEAD_MS = DAY_MS;

const DATE_TIME = /(\d{4})[-/.](\d{2})[-/.](\d{2})[T ]{1,2}(\d{2}):(\d{2}):(\d{2})(?:[.,:](\d{1,9}))?(?: ?(Z|UTC|GMT|[+-]\d{2}:?\d{2}))?/u;
const ACCESS = /(\d{1,2})[/ ]([A-Z][a-z]{2})[/ ](\d{4})[: ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?(?: ([+-]\d{4}))?/u;
/** Of syslog, and of `date`: with the year behind it, or none. */
const MONTH_DAY = /([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?(?: (?:UTC )?(\d{4}))?/u;
const KLOG = /^[IWEF](\d{2})(\d{2}) (\d{2}):(\d{2}):(\d{2})\.(\d{1,9})/u;
const TIME_OF_DAY = /(?:^|\[)(\d{2}):(\d{2}):(\d{2})(?:[.,:](\d{1,9}))?/u;
const SINCE_EPOCH = /(?:^|[[ ])(1\d{9})(?:\.(\d{1,9})|(\d{3}))?(?=[\s\]]|$)/u;

/** @param header what stands before the message of a line */
export function timeInHeader(header: string, now: number): number | undefined {
  if (header === '') return undefined;
  const iso = DATE_TIME.exec(header);
  if (iso !== null) return timeOf({ year: iso[1], month: Number(iso[2]), day: iso[3], clock: iso.slice(4, 8), zone: iso[8] });
  const klog = KLOG.exec(header);
  if (klog !== null) return withYear({ month: Number(klog[1]), day: klog[2], clock: klog.slice(3, 7) }, now);
  const access = ACCESS.exec(header);
  if (access !== null)
    return timeOf({ year: access[3], month: monthOf(access[2]), day: access[1], clock: access.slice(4, 8), zone: access[8] });
  const dated = MONTH_DAY.exec(header);
  if (dated !== null) {
    const parts = { year: dated[7], month: monthOf(dated[1]), day: dated[2], clock: dated.slice(3, 7) };
    return parts.year === undefined ? withYear(parts, now) : timeOf(parts);
  }
  return sinceEpoch(header) ?? ofDay(header, now);
}

/** The value of a field such as `ts` or `@timestamp`. */
export function timeInField(value: unknown, now: number): number | undefined {
  if (typeof value === 'number') return fromNumber(value);
  if (typeof value !== 'string') return undefined;
  const parsed = /^\d{9,19}(?:\.\d{1,9})?$/u.test(value) ? fromNumber(Number(value)) : timeInHeader(value.slice(0, 40), now);
  return parsed;
}

/** Seconds, milliseconds, microseconds or nanoseconds since the epoch, told by their size. */
function fromNumber(value: number): number | undefined {
  for (const [below, factor] of UNITS) if (value >= below.from && value < below.to) return Math.round(value * factor);
  return undefined;
}

const UNITS: readonly (readonly [{ readonly from: number; readonly to: number }, number])[] = [
  [{ from: 5e8, to: 5e9 }, 1000],
  [{ from: 5e11, to: 5e12 }, 1],
  [{ from: 5e14, to: 5e15 }, 1e-3],
  [{ from: 5e17, to: 5e18 }, 1e-6],
];

function sinceEpoch(header: string): number | undefined {
  const found = SINCE_EPOCH.exec(header);
  if (found === null) return undefined;
  return Number(found[1]) * 1000 + (found[3] === undefined ? milliseconds(found[2]) : Number(found[3]));
}

interface Parts {
  readonly year?: string | undefined;
  /** From 1. */
  readonly month: number;
  readonly day: string | undefined;
  /** Hours, minutes, seconds, and the digits of a fraction. */
  readonly clock: readonly (string | undefined)[];
  readonly zone?: string | undefined;
}

function timeOf({ year, month, day, clock: [hours, minutes, seconds, fraction], zone }: Parts): number | undefined {
  const at = Date.UTC(Number(year), month - 1, Number(day), Number(hours), Number(minutes), Number(seconds));
  return Number.isNaN(at) ? undefined : at + milliseconds(fraction) - offset(zone);
}

function withYear(parts: Parts, now: number): number | undefined {
  const year = new Date(now).getUTCFullYear();
  const at = timeOf({ ...parts, year: String(year) });
  return at !== undefined && at > now + AHEAD_MS ? timeOf({ ...parts, year: String(year - 1) }) : at;
}

function ofDay(header: string, now: number): number | undefined {
  const found = TIME_OF_DAY.exec(header);
  if (found === null) return undefined;
  const [, hours, minutes, seconds, fraction] = found;
  const ofDayMs = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000 + milliseconds(fraction);
  const at = Math.floor(now / DAY_MS) * DAY_MS + ofDayMs;
  return at > now ? at - DAY_MS : at;
}

const monthOf = (name: string | undefined): number => MONTHS.indexOf(name ?? '') + 1 || Number.NaN;
const milliseconds = (fraction: string | undefined): number => (fraction === undefined ? 0 : Math.floor(Number(`0.${fraction}`) * 1000));

function offset(zone: string | undefined): number {
  const found = zone === undefined ? null : /^([+-])(\d{2}):?(\d{2})$/u.exec(zone);
  if (found === null) return 0;
  return (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3])) * 60_000;
}
