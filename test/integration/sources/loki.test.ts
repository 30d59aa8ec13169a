import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { gapReason } from '../../../src/sources/gap.ts';
import { createHttpSource, type HttpSource } from '../../../src/sources/http.ts';
import type { LogQuery, LogsPort } from '../../../src/sources/logs.ts';
import { createLoki } from '../../../src/sources/loki.ts';
import { createCleaner } from '../../../src/sources/text.ts';
import { startLoki } from '../../cluster/addons/loki.ts';
import { openWorkspace, type Workspace } from '../../cluster/workspace/workspace.ts';

/** A name that nobody should glue into a query. */
const AWKWARD = 'a"b\\c{d=~"e.*"} or `f`';
const NOW = Date.now();
const MINUTE = 60_000;
const window = { start: NOW - 60 * MINUTE, end: NOW };

describe('the real Loki', () => {
  let workspace: Workspace;
  let second: Workspace;
  let http: HttpSource;
  let loki: LogsPort;
  /** A Loki whose pods are no label. */
  let only: LogsPort;

  beforeAll(async () => {
    workspace = await openWorkspace({ description: 'Loki source test' });
    const server = await startLoki(workspace, { limits: { max_query_length: '12h', max_line_size: '2MB' } });
    const pod = (name: string) => ({ namespace: 'shop', pod: name, container: 'app' });
    await server.push([
      {
        labels: pod('cart-1'),
        entries: [
          { at: NOW - 50 * MINUTE, line: 'started' },
          { at: NOW - 9 * MINUTE, line: '\u001b[31mERROR\u001b[0m cannot reach database, password=hunter2hunter2' },
          { at: NOW - 8 * MINUTE, line: 'panic: boom\n\tat main.go:12' },
          { at: NOW - 7 * MINUTE, line: `huge ${'x'.repeat(1_000_000)}` },
        ],
      },
      { labels: pod('cart-2'), entries: [{ at: NOW - 5 * MINUTE, line: 'error of another pod' }] },
      { labels: pod(AWKWARD), entries: [{ at: NOW - 4 * MINUTE, line: 'awkward.*line (it says)' }] },
    ]);
    second = await openWorkspace({ description: 'Loki source test, second Loki' });
    const other = await startLoki(second);
    const metadata = { pod: 'm-1' };
    await other.push([{ labels: { namespace: 'meta' }, entries: [{ at: NOW - 3 * MINUTE, line: 'by metadata', metadata }] }]);
    http = createHttpSource({ clock: systemClock });
    const cleaner = createCleaner(createRedactor().text);
    loki = createLoki(http, { name: 'loki', url: server.url }, cleaner);
    only = createLoki(http, { name: 'other', url: other.url }, cleaner);
  });
  afterAll(async () => {
    await http?.close();
    await workspace?.stop();
    await second?.stop();
  });

  const linesOf = async (query: Partial<LogQuery>, limit?: number): Promise<readonly string[]> => {
    const { lines } = await loki.lines({ namespace: 'shop', window, ...query }, { limit });
    return lines.map(({ line }) => line);
  };

  test('gives the lines of pods, oldest first, cleaned, redacted and cut', async () => {
    const lines = await linesOf({ pods: ['cart-1'] });
    expect(lines.slice(0, 3)).toEqual([
      'started',
      'ERROR cannot reach database, password=[redacted:password]',
      'panic: boom\n\tat main.go:12',
    ]);
    expect(lines[3]?.length).toBe(1_000);
  });

  test.each<{ name: string; query: Partial<LogQuery>; want: readonly string[] }>([
    { name: 'two pods by name', query: { pods: ['cart-2', AWKWARD] }, want: ['error of another pod', 'awkward.*line (it says)'] },
    {
      name: 'words, whatever their case',
      query: { pods: ['cart-1', 'cart-2'], containing: ['PANIC', 'Error of'] },
      want: ['panic: boom\n\tat main.go:12', 'error of another pod'],
    },
    { name: 'words that look like a pattern, as they are', query: { containing: ['AWKWARD.*line ('] }, want: ['awkward.*line (it says)'] },
    { name: 'pods by a pattern', query: { podPattern: 'cart-[2-9]' }, want: ['error of another pod'] },
    { name: 'a container that is not there', query: { container: 'sidecar' }, want: [] },
    { name: 'a pod whose name would be a query', query: { pods: ['x"} or {namespace="shop'] }, want: [] },
    { name: 'a window without lines', query: { window: { start: NOW - 40 * MINUTE, end: NOW - 30 * MINUTE } }, want: [] },
  ])('is asked for $name', async ({ query, want }) => {
    expect(await linesOf(query)).toEqual(want);
  });

  test('keeps the newest when more match than are wanted, and says so', async () => {
    const { lines, truncated } = await loki.lines({ namespace: 'shop', pods: ['cart-1'], window }, { limit: 2 });
    expect([lines[0]?.line, lines.length, truncated]).toEqual(['panic: boom\n\tat main.go:12', 2, true]);
    expect((await loki.lines({ namespace: 'shop', pods: ['cart-1'], window })).truncated).toBe(false);
  });

  test('counts lines over time', async () => {
    const { points, stepMs } = await loki.counts({ namespace: 'shop', pods: ['cart-1', 'cart-2'], window, containing: ['error', 'panic'] });
    expect(points.reduce((sum, [, count]) => sum + count, 0)).toBe(3);
    expect(stepMs).toBe(30_000);
  });

  test('finds pods that are no label, but structured metadata, and says how it looked', async () => {
    const { lines, notes } = await only.lines({ namespace: 'meta', pods: ['m-1'], window });
    expect(lines.map(({ line }) => line)).toEqual(['by metadata']);
    expect(notes).toEqual(['it has no label pod; lines were looked for by structured metadata of that name']);
  });

  test('a window that is longer than its limit is TooLarge', async () => {
    const error: unknown = await loki
      .lines({ namespace: 'shop', window: { start: NOW - 100 * 60 * MINUTE, end: NOW } })
      .catch((failure: unknown) => failure);
    expect(gapReason(error)).toBe('TooLarge');
  });
});
