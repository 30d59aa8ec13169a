/**
 * When the trouble began, by what the message says: a date that Slack was given, RFC 3339, a clock time of today, or how long ago.
 *
 * A clock time without a zone is taken as UTC, and one that has yet to come as yesterday's. Nothing further back than a week is believed.
 */
import type { Fields } from './fields.ts';
import type { PlainMessage } from './plainMessage.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const OLDEST_MS = 7 * DAY_MS;

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: MINUTE_MS, h: 60 * MINUTE_MS, d: DAY_MS };
const STAMP = /\b(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)\s?(Z|UTC|[+-]\d{2}:?\d{2})?/u;
const CLOCK = /\b(?:since|at|from|around|started|starting|about|~)\s+(?:about |around |roughly |~)?([01]?\d|2[0-3]):([0-5]\d)\b/iu;
const AGO = /\b(\d{1,4}|an?|half an)\s?(s|sec|seconds?|m|min|mins|minutes?|h|hrs?|hours?|d|days?)\s+ago\b/iu;
const FOR =
  /\b(?:for|in|over|during)(?: the)?(?: past| last)?(?: about| around)? (\d{1,4})\s?(s|sec|seconds?|m|min|mins|minutes?|h|hrs?|hours?)\b/iu;

export function timeIn({ text, dates }: PlainMessage, { startsAt }: Fields, now: number): number | undefined {
  const said = startsAt === undefined ? undefined : (stampIn(startsAt) ?? agoIn(startsAt, now) ?? clockIn(`at ${startsAt}`, now));
  const found = said ?? dates[0] ?? stampIn(text) ?? agoIn(text, now) ?? clockIn(text, now);
  return found !== undefined && found <= now && found >= now - OLDEST_MS ? found : undefined;
}

function stampIn(text: string): number | undefined {
  const [, day = '', time = '', zone = 'Z'] = STAMP.exec(text) ?? [];
  const at = Date.parse(`${day}T${time}${zone === 'UTC' ? 'Z' : zone}`);
  return Number.isNaN(at) ? undefined : at;
}

function agoIn(text: string, now: number): number | undefined {
  const [, figure = '', unit = ''] = AGO.exec(text) ?? FOR.exec(text) ?? [];
  const ms = UNITS[unit.slice(0, 1).toLowerCase()];
  if (ms === undefined) return undefined;
  const many = /^half/iu.test(figure) ? 0.5 : /^an?$/iu.test(figure) ? 1 : Number(figure);
  return now - many * ms;
}

function clockIn(text: string, now: number): number | undefined {
  const [, hours, minutes] = CLOCK.exec(text) ?? [];
  if (hours === undefined || minutes === undefined) return undefined;
  const midnight = Math.floor(now / DAY_MS) * DAY_MS;
  const at = midnight + (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
  return at > now ? at - DAY_MS : at;
}
