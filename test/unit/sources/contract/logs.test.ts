/** The contract of the port of logs, kept by Loki's adapter and by SigNoz'. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { createRedactor } from '../../../../src/redact/redactor.ts';
import { createHttpSource, type HttpSource } from '../../../../src/sources/http.ts';
import type { LogQuery, LogsPort } from '../../../../src/sources/logs.ts';
import { createLoki } from '../../../../src/sources/loki.ts';
import { createSignoz } from '../../../../src/sources/signoz.ts';
import { createCleaner } from '../../../../src/sources/text.ts';
import { type AnsweringServer, json, startAnsweringServer } from '../../../support/answeringServer.ts';
import { failsAsASourceShould, INSTANCE } from './failures.ts';

interface WireLine {
  readonly at: number;
  readonly line: string;
}

interface Adapter {
  readonly name: string;
  readonly create: (http: HttpSource, url: string) => LogsPort;
  readonly serve: (lines: readonly WireLine[]) => AnsweringServer['answer'];
}

const cleaner = createCleaner(createRedactor().text);

const adapters: readonly Adapter[] = [
  {
    name: 'Loki',
    create: (http, url) => createLoki(http, { name: INSTANCE, url }, cleaner),
    serve: (lines) => (request, response) => {
      const isLabels = request.url?.startsWith('/loki/api/v1/labels') === true;
      const result = [{ stream: { namespace: 'shop', pod: 'cart' }, values: lines.map(({ at, line }) => [`${at}000000`, line]) }];
      const data = isLabels ? ['namespace', 'pod', 'container'] : { resultType: 'streams', result };
      json({ status: 'success', data })(request, response);
    },
  },
  {
    name: 'SigNoz',
    create: (http, url) => createSignoz({ http, cleaner, clock: { now: () => 0 } }, { name: INSTANCE, url }).logs,
    serve: (lines) => {
      const resource = { 'k8s.namespace.name': 'shop', 'k8s.pod.name': 'cart' };
      const rows = lines.map(({ at, line }) => ({
        timestamp: new Date(at).toISOString(),
        data: { body: line, resources_string: resource },
      }));
      return json({
        status: 'success',
        data: { type: 'raw', data: { results: [{ queryName: 'A', nextCursor: '', rows: rows.length === 0 ? null : rows }] } },
      });
    },
  },
];

const query: LogQuery = { namespace: 'shop', pods: ['cart'], window: { start: 1_000_000, end: 2_000_000 } };

describe.each(adapters)('the port of logs: $name', ({ name, create, serve }) => {
  failsAsASourceShould(name, [
    { name: 'lines', ask: (http, url, signal) => create(http, url).lines(query, {}, signal) },
    { name: 'counts', ask: (http, url, signal) => create(http, url).counts(query, signal) },
  ]);

  let server: AnsweringServer;
  let http: HttpSource;
  beforeEach(async () => {
    server = await startAnsweringServer();
    http = createHttpSource({ clock: systemClock });
  });
  afterEach(async () => {
    await http.close();
    await server.close();
  });
  const linesOf = async (lines: readonly WireLine[], limit?: number) => {
    server.answer = serve(lines);
    return create(http, server.url).lines(query, { limit });
  };

  test('an empty answer is one', async () => {
    expect(await linesOf([])).toMatchObject({ lines: [], truncated: false });
  });

  test('lines come oldest first, with their labels', async () => {
    const { lines } = await linesOf([
      { at: 1_500_000, line: 'second' },
      { at: 1_400_000, line: 'first' },
    ]);
    expect(lines.map(({ at, line }) => [at, line])).toEqual([
      [1_400_000, 'first'],
      [1_500_000, 'second'],
    ]);
    expect(Object.values(lines[0]?.labels ?? {})).toContain('shop');
  });

  test.each<{ name: string; line: string; want: string | number }>([
    { name: 'terminal escapes', line: '\u001b[31mERROR\u001b[0m \u001b]0;title\u0007boom', want: 'ERROR boom' },
    { name: 'binary', line: 'a\u0000\u0001\u0002b\u009f\u202ec', want: 'abc' },
    { name: 'a secret', line: 'password=hunter2hunter2', want: 'password=[redacted:password]' },
    { name: 'a megabyte', line: 'x '.repeat(500_000), want: 1_000 },
    { name: 'a stack of many lines', line: Array.from({ length: 100 }, (_, index) => `at f${index}`).join('\n'), want: 61 },
  ])('$name in a line does no harm', async ({ line, want }) => {
    const { lines } = await linesOf([{ at: 1_500_000, line }]);
    const found = lines[0]?.line ?? '';
    if (typeof want === 'string') expect(found).toBe(want);
    else expect([found.length, found.split('\n').length]).toContain(want);
  });

  test('an entry that is cut does not end in half a secret', async () => {
    const entry = `${`${'x'.repeat(299)}\n`.repeat(54)}${'y'.repeat(176)}AKIAIOSFODNN7EXAMPLE`;
    const { lines } = await linesOf([{ at: 1_500_000, line: entry }]);
    expect(lines[0]?.line).not.toContain('AKIA');
  });

  test('of many large entries the newest are taken, and that is said', async () => {
    const many = Array.from({ length: 300 }, (_, index) => ({ at: 1_500_000 + index, line: `line ${index} ${'x y '.repeat(4_096)}` }));
    const { lines, truncated } = await linesOf(many);
    expect(lines.length).toBeLessThan(140);
    expect([lines.at(-1)?.line.slice(0, 8), truncated]).toEqual(['line 299', true]);
  });

  test('more lines than are wanted are cut to the newest, and that is said', async () => {
    const many = Array.from({ length: 11 }, (_, index) => ({ at: 1_500_000 + index, line: `line ${index}` }));
    const { lines, truncated } = await linesOf(many, 10);
    expect([lines.length, lines[0]?.line, truncated]).toEqual([10, 'line 1', true]);
  });
});
