import { describe, expect, test } from 'vitest';
import { durationOf, type WindowInput, windowOf } from '../../../src/tools/timeWindow.ts';

const now = Date.parse('2026-01-31T10:00:00Z');
const limits = { now, defaultMs: 3_600_000, longestMs: 7 * 86_400_000 };
const at = (time: string): number => Date.parse(time);

describe('a window of time', () => {
  test.each<{ name: string; input: WindowInput; start: string; end?: string }>([
    { name: 'is the last hour when nothing is said', input: {}, start: '2026-01-31T09:00:00Z' },
    { name: 'is as long as the duration', input: { duration: '1h30m' }, start: '2026-01-31T08:30:00Z' },
    { name: 'takes a bare number for seconds', input: { duration: 300 }, start: '2026-01-31T09:55:00Z' },
    { name: 'begins at a moment of RFC 3339', input: { start: '2026-01-31T11:00:00+02:00' }, start: '2026-01-31T09:00:00Z' },
    { name: 'takes a time without a zone for UTC', input: { start: '2026-01-31 08:00' }, start: '2026-01-31T08:00:00Z' },
    { name: 'begins at seconds since the epoch', input: { start: at('2026-01-31T09:30:00Z') / 1000 }, start: '2026-01-31T09:30:00Z' },
    { name: 'begins at milliseconds in a text', input: { start: String(at('2026-01-31T09:30:00Z')) }, start: '2026-01-31T09:30:00Z' },
    { name: 'is relative to now', input: { start: 'now-2h', end: 'now - 1h' }, start: '2026-01-31T08:00:00Z', end: '2026-01-31T09:00:00Z' },
    { name: 'is relative without a now', input: { start: '-30m' }, start: '2026-01-31T09:30:00Z' },
    {
      name: 'has its duration before its end',
      input: { end: 'now-1d', duration: '1h' },
      start: '2026-01-30T09:00:00Z',
      end: '2026-01-30T10:00:00Z',
    },
    { name: 'does not reach beyond now', input: { start: 'now-1h', end: '2026-02-01T00:00:00Z' }, start: '2026-01-31T09:00:00Z' },
  ])('$name', ({ input, start, end = '2026-01-31T10:00:00Z' }) => {
    expect(windowOf(input, limits)).toEqual({ start: at(start), end: at(end) });
  });

  test.each<{ name: string; input: WindowInput; says: string }>([
    {
      name: 'a start that is none',
      input: { start: 'yesterday' },
      says: 'start: write it as 2026-01-31T10:00:00Z, as seconds since the epoch, or as now-1h',
    },
    { name: 'an end that is none', input: { end: '10' }, says: 'end: write it as' },
    { name: 'a duration that is none', input: { duration: '1 fortnight' }, says: 'duration: write it as 15m, 1h30m or 7d' },
    { name: 'a start after the end', input: { start: 'now', end: 'now-1h' }, says: 'start: it has to be before end' },
    { name: 'what is too long', input: { duration: '30d' }, says: 'duration: the window may be 7 days long at most' },
  ])('names $name', ({ input, says }) => {
    expect(() => windowOf(input, limits)).toThrow(says);
  });

  test.each([['0s'], [''], ['1x'], ['-1h'], [0]])('has no duration of %j', (value) => {
    expect(durationOf(value)).toBeUndefined();
  });
});
