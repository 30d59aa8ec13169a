/**
 * Windows of time as callers write them: `start` and `end` as RFC 3339, seconds or milliseconds since the epoch, `now-1h` or `-1h`; or a `duration` such as
 * `90s`, `15m`, `1h30m`, `7d` up to `end`, or up to now. What is wrong is named by its field.
 */
import { z } from 'zod';
import type { TimeWindow } from '../sources/window.ts';
import { type FieldProblem, ToolError } from './errors.ts';

const moment = z.union([z.string().max(40), z.number()]).optional();

/** The fields of a tool's input. */
export const windowFields = {
  start: moment.describe('Begin of the window: RFC 3339, seconds or milliseconds since the epoch, or relative as in now-1h.'),
  end: moment.describe('End of the window, written as start is. Absent: now.'),
  duration: z
    .union([z.string().max(40), z.number()])
    .optional()
    .describe('Length of the window where start is absent, such as 15m, 1h30m or 7d; a number is seconds.'),
} as const;

export interface WindowInput {
  readonly start?: string | number | undefined;
  readonly end?: string | number | undefined;
  readonly duration?: string | number | undefined;
}

export interface WindowLimits {
  readonly now: number;
  /** Where neither a start nor a duration is given. */
  readonly defaultMs: number;
  readonly longestMs: number;
}

/** Throws a ToolError `Invalid`. */
export function windowOf({ start, end, duration }: WindowInput, { now, defaultMs, longestMs }: WindowLimits): TimeWindow {
  const to = end === undefined ? now : momentOf(end, now);
  if (to === undefined) throw wrong('end', MOMENT_FORMS);
  const length = duration === undefined ? defaultMs : durationOf(duration);
  if (length === undefined) throw wrong('duration', 'write it as 15m, 1h30m or 7d, or as a number of seconds');
  const from = start === undefined ? to - length : momentOf(start, now);
  if (from === undefined) throw wrong('start', MOMENT_FORMS);
  if (from >= to) throw wrong('start', `it has to be before end (${iso(from)} is not before ${iso(to)})`);
  if (to - from > longestMs) throw wrong(start === undefined ? 'duration' : 'start', `the window may be ${inDays(longestMs)} long at most`);
  return { start: from, end: Math.min(to, Math.max(now, from + 1)) };
}

const MOMENT_FORMS = 'write it as 2026-01-31T10:00:00Z, as seconds since the epoch, or as now-1h';

function wrong(field: string, problem: string): ToolError {
  const problems: readonly FieldProblem[] = [{ field, problem }];
  return new ToolError('Invalid', `${field}: ${problem}`, { problems });
}

const RELATIVE = /^(?:now|(?=-))(?:\s{0,4}-\s{0,4}(\S{1,20}))?$/iu;
const DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/iu;

function momentOf(value: string | number, now: number): number | undefined {
  if (typeof value === 'number' || /^\d{9,13}(?:\.\d{1,9})?$/u.test(value)) return sinceEpoch(Number(value));
  const text = value.trim();
  const relative = RELATIVE.exec(text);
  if (relative !== null) {
    const back = relative[1] === undefined ? 0 : durationOf(relative[1]);
    return back === undefined ? undefined : now - back;
  }
  if (!DATE.test(text)) return undefined;
  const isLocal = !/(?:Z|[+-]\d{2}:?\d{2})$/iu.test(text.slice(10));
  const at = Date.parse(`${text.replace(' ', 'T')}${isLocal && text.length > 10 ? 'Z' : ''}`);
  return Number.isNaN(at) ? undefined : at;
}

const sinceEpoch = (value: number): number | undefined => {
  if (!Number.isFinite(value) || value <= 0) return undefined;
  return Math.round(value < 1e11 ? value * 1000 : value);
};

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const DURATION = /^(?:\d{1,9}(?:ms|s|m|h|d|w)){1,6}$/u;

/** In milliseconds; undefined for what is none. A number is seconds. */
export function durationOf(value: string | number): number | undefined {
  if (typeof value === 'number' || /^\d{1,9}$/u.test(value)) return Number(value) > 0 ? Number(value) * 1000 : undefined;
  const text = value.trim().toLowerCase();
  if (!DURATION.test(text)) return undefined;
  const total = [...text.matchAll(/(\d{1,9})(ms|[smhdw])/gu)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (UNITS[unit] ?? 0),
    0,
  );
  return total > 0 ? total : undefined;
}

const iso = (at: number): string => new Date(at).toISOString();
const inDays = (ms: number): string => (ms >= 172_800_000 ? `${Math.round(ms / 86_400_000)} days` : `${Math.round(ms / 3_600_000)} hours`);
