import { describe, expect, test } from 'vitest';
import type { LogLine, LogLines } from '../../../../src/sources/logs.ts';
import { complaintsOf, isNews } from '../../../../src/sources/signals/complaints.ts';

const END = Date.parse('2026-01-02T12:00:00Z');
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const window = { start: END - 70 * MINUTE, end: END };

/** So many lines, evenly over so many minutes up to `end`. */
const lines = (count: number, text: (index: number) => string, { minutes = 70, end = END } = {}): LogLine[] =>
  Array.from({ length: count }, (_, index) => ({
    at: end - minutes * MINUTE + Math.floor((index * minutes * MINUTE) / count),
    line: text(index),
    labels: {},
  }));
const seen = (...all: readonly (readonly LogLine[])[]): Pick<LogLines, 'lines' | 'truncated'> => ({
  lines: all.flat().toSorted((a, b) => a.at - b.at),
  truncated: false,
});
const yesterday = { end: END - DAY };
const timeout = (index: number): string => `2026-01-02T11:00:00Z ERROR upstream ${index % 3} timed out after ${index + 100} ms`;
const refused = (index: number): string => `2026-01-02T11:00:00Z ERROR connect to db:5432 from port ${30_000 + index}: connection refused`;

const told = (...[signals]: [Parameters<typeof complaintsOf>[0]]): string[] =>
  complaintsOf(signals, window).map(({ change, template, now, dayBefore }) => `${change} ${now}/${dayBefore ?? '?'} ${template}`);

describe('complaintsOf', () => {
  test('tells what is new from what is as ever', () => {
    const now = seen(lines(60, timeout), lines(40, refused, { minutes: 20 }));
    expect(told({ now, dayBefore: seen(lines(55, timeout, yesterday)) })).toEqual([
      'new 40/0 connect to db:<num> from port <num>: connection refused',
      'steady 60/55 upstream <num> timed out after <duration>',
    ]);
  });

  test('tells what surges, and what is gone', () => {
    const past = seen(lines(6, timeout, yesterday), lines(70, refused, yesterday));
    expect(told({ now: seen(lines(90, timeout, { minutes: 15 })), dayBefore: past }).map((one) => one.split(' ', 2).join(' '))).toEqual([
      'surging 90/6',
      'vanished 0/70',
    ]);
  });

  test('says since when, about, and shows a line without its head', () => {
    const [first] = complaintsOf({ now: seen(lines(40, refused, { minutes: 20 })), dayBefore: seen() }, window);
    expect(Math.abs((first?.since ?? 0) - (END - 20 * MINUTE))).toBeLessThanOrEqual(3 * MINUTE);
    expect(first?.sample).toBe('connect to db:5432 from port 30039: connection refused');
  });

  test('takes the first line of a stack trace, and leaves where it happened', () => {
    const trace = (): string => 'java.lang.IllegalStateException: pool is closed\n\tat a.B.c(B.java:12)\n\tat d.E.f(E.java:1)';
    expect(told({ now: seen(lines(12, trace)), dayBefore: seen() })).toEqual(['new 12/0 java.lang.IllegalStateException: pool is closed']);
  });

  test('where yesterday could not be seen nothing is new, and all may matter', () => {
    const complaints = complaintsOf({ now: seen(lines(40, refused)) }, window);
    expect(complaints).toMatchObject([{ change: 'steady', now: 40, dayBefore: undefined }]);
    expect(complaints.map(isNews)).toEqual([true]);
  });

  test('of lines that were cut, rates count over the time that is left of them', () => {
    // A thousand lines in seven minutes now, and all seventy minutes yesterday: it is ten times as often, though there are as many.
    const now = { lines: lines(1000, timeout, { minutes: 7 }), truncated: true };
    expect(told({ now, dayBefore: seen(lines(1000, timeout, yesterday)) })).toEqual([expect.stringMatching(/^surging 1000\/1000 /u)]);
  });

  test('more traffic makes nothing a surge by itself', () => {
    const kinds = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta', 'iota', 'kappa'];
    const all = (count: number, how = {}): LogLine[] => kinds.flatMap((kind) => lines(count, () => `${kind} failed to ${kind}`, how));
    expect(told({ now: seen(all(60)), dayBefore: seen(all(20, yesterday)) }).filter((one) => !one.startsWith('steady'))).toEqual([]);
  });

  test('gives twenty at most, the most frequent of the news first', () => {
    const text = (kind: number): string => `error: ${'very '.repeat(kind)}bad`;
    const now = seen(...Array.from({ length: 30 }, (_, kind) => lines(kind + 1, () => text(kind))));
    const complaints = complaintsOf({ now, dayBefore: seen() }, window);
    expect(complaints.length).toBe(20);
    expect(complaints.map(({ now: count }) => count)).toEqual(complaints.map(({ now: count }) => count).toSorted((a, b) => b - a));
  });

  test('no lines are no complaints', () => {
    expect(complaintsOf({ now: seen() }, window)).toEqual([]);
  });
});
