import { describe, expect, test } from 'vitest';
import type { ObjectRef } from '../../../../src/crds/common.ts';
import type { Bundle } from '../../../../src/sources/frozen/bundle.ts';
import { frozenErrorLines, frozenLogs, logText } from '../../../../src/sources/frozen/logs.ts';
import { frozenCalls, frozenChecks, frozenDaemons, frozenSeries } from '../../../../src/sources/frozen/telemetry.ts';
import { createCleaner } from '../../../../src/sources/text.ts';

const cleaner = createCleaner((text) => text);
const known = new Set(['web', 'cart', 'redis', 'cart-1', 'n1']);
const ownerOf = (name: string): ObjectRef | undefined =>
  known.has(name) ? { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: name === 'cart-1' ? 'cart' : name } : undefined;
const bundle = (evidence: Bundle['evidence']): Bundle => ({
  query: '',
  namespace: 'shop',
  collectedAt: '2026-01-01T12:00:00Z',
  objects: { items: [] },
  evidence,
});
const of = (name: string): string => JSON.stringify({ service_name: name });

describe('frozenLogs', () => {
  const read = (value: unknown) => frozenErrorLines(frozenLogs(bundle({ errorLogs: { [of('cart')]: value } })), ownerOf, cleaner);
  const texts = (value: unknown): string[] =>
    read(value).flatMap(({ lines, container = '-' }) => lines.map(({ text, count }) => `${container} ${count} ${text}`));
  test.each([
    { name: 'a list of lines', value: ['a', 'b\n\n  at c'], want: ['- 1 a', '- 1 b', '- 1 at c'] },
    { name: 'one text', value: 'a\nb', want: ['- 1 a', '- 1 b'] },
    { name: 'lines by container', value: { app: ['a'], proxy: ['p'] }, want: ['- 1 a', 'proxy 1 p'] },
    { name: 'patterns with a count', value: { patterns: [{ sample: 'a', count: 9 }, { sample: 'b' }] }, want: ['- 9 a', '- 1 b'] },
    { name: 'JSON within a text', value: '{"app": ["a"]}', want: ['- 1 a'] },
    { name: 'a text that only looks like JSON', value: '{"app": [', want: ['- 1 {"app": ['] },
    { name: 'nothing', value: {}, want: [] },
    { name: 'null', value: null, want: [] },
    { name: 'a number', value: 7, want: [] },
    { name: 'patterns that are none', value: { patterns: [null, 7, 'x', { count: 2 }] }, want: [] },
    { name: 'entries that are no text', value: ['a', 7, null], want: ['- 1 a'] },
  ])('$name', ({ value, want }) => {
    expect(texts(value)).toEqual(want);
  });

  test('is bounded in lines and in their length', () => {
    const [found] = read(Array.from({ length: 5_000 }, () => 'x'.repeat(10_000)));
    expect(found?.lines.length).toBeLessThanOrEqual(400);
    expect(found?.lines[0]?.text.length).toBeLessThanOrEqual(2_000);
  });

  test('the log of a container is its own part, the program’s for the first, and the run before for the first alone', () => {
    const logs = frozenLogs(bundle({ recentLogs: { [of('cart')]: { app: ['now'], previous: ['before'], proxy: ['p'] } } }));
    expect(logText(logs, 'cart', { container: 'server', isFirst: true, previous: false, waits: false })).toBe('now');
    expect(logText(logs, 'cart', { container: 'server', isFirst: true, previous: true, waits: false })).toBe('before');
    expect(logText(logs, 'cart', { container: 'proxy', isFirst: false, previous: false, waits: false })).toBe('p');
    expect(logText(logs, 'cart', { container: 'proxy', isFirst: false, previous: true, waits: false })).toBeUndefined();
    expect(logText(logs, 'other', { container: 'server', isFirst: true, previous: false, waits: false })).toBeUndefined();
  });

  test('what a container that waits to be started again said last is of the run before', () => {
    const logs = frozenLogs(bundle({ errorLogs: { [of('cart')]: { app: ['crashed'] } } }));
    expect(logText(logs, 'cart', { container: 'server', isFirst: true, previous: true, waits: true })).toBe('crashed');
    expect(logText(logs, 'cart', { container: 'server', isFirst: true, previous: true, waits: false })).toBeUndefined();
  });

  test('lines of nobody are left out', () => {
    expect(frozenErrorLines(frozenLogs(bundle({ errorLogs: { [of('ghost')]: ['a'], 'no json': ['b'] } })), ownerOf, cleaner)).toEqual([]);
  });
});

describe('frozenCalls', () => {
  const pairs = (text: unknown): string[] =>
    frozenCalls(bundle({ dependencies: { [of('web')]: text } }), ownerOf).map(({ caller, callee }) => `${caller.name}>${callee.name}`);
  test.each([
    {
      name: 'a tree',
      text: '[Service]: web\n[Upstream (Called By)]: none\n[Downstream (Calls)]:\n├── cart\n│   └── redis\n└── redis',
      want: ['web>cart', 'cart>redis', 'web>redis'],
    },
    { name: 'a leaf', text: '[Service]: web\n[Downstream (Calls)]:\n(None - Leaf Service)', want: [] },
    { name: 'who is not known is passed over', text: '[Downstream (Calls)]:\n├── ghost\n└── cart', want: ['web>cart'] },
    { name: 'callers alone are no callees', text: '[Service]: web\n[Upstream (Called By)]:\n├── cart', want: [] },
    { name: 'no text', text: { web: ['cart'] }, want: [] },
  ])('$name', ({ text, want }) => {
    expect(pairs(text)).toEqual(want);
  });
});

describe('frozenChecks', () => {
  const outcomes = (text: unknown): string[] =>
    frozenChecks(bundle({ connectivity: { '{"service_name":"cart","port":8080}': text } }), cleaner).map(
      ({ outcome, fromNode = '-', service, port, namespace }) => `${namespace}/${service}:${port} ${fromNode} ${outcome}`,
    );
  test.each([
    { text: 'cart (10.96.0.9:8080) open\nConnection Succeeded', want: ['shop/cart:8080 - open'] },
    { text: 'nc: cart (10.96.0.9:8080): Connection refused', want: ['shop/cart:8080 - refused'] },
    { text: 'cart [10.96.0.9] 8080 (http-alt) : Connection timed out', want: ['shop/cart:8080 - timedOut'] },
    { text: "nc: bad address 'cart'", want: ['shop/cart:8080 - unresolved'] },
    { text: 'Connection failed: cannot open socket', want: ['shop/cart:8080 - failed'] },
    {
      text: 'Debug Pod test results deployed on n1: cart (10.96.0.9:8080) open\nDebug Pod test results deployed on n2: nc: timed out\n',
      want: ['shop/cart:8080 n1 open', 'shop/cart:8080 n2 timedOut'],
    },
    { text: { not: 'text' }, want: [] },
  ])('$text', ({ text, want }) => {
    expect(outcomes(text)).toEqual(want);
  });
});

describe('frozenDaemons', () => {
  const states = (text: string): string[] =>
    frozenDaemons(bundle({ nodeServices: { '{"node_name":"n1","service_name":"kubelet"}': text } }), cleaner).map(
      ({ node, name, running }) => `${node} ${name} ${running ? 'runs' : 'does not run'}`,
    );
  test.each([
    { text: '     Active: active (running) since Tue 2026-01-01', want: ['n1 kubelet runs'] },
    { text: '     Active: inactive (dead) since Tue 2026-01-01', want: ['n1 kubelet does not run'] },
    { text: '     Active: failed (Result: exit-code)', want: ['n1 kubelet does not run'] },
    { text: '     Active: activating (start) since Tue', want: ['n1 kubelet runs'] },
    { text: '     Active: activating (auto-restart) (Result: exit-code)', want: ['n1 kubelet does not run'] },
    { text: 'Unit kubelet.service could not be found.', want: [] },
    { text: '     Loaded: not-found (Reason: Unit kubelet.service not found.)\n     Active: inactive (dead)', want: [] },
    { text: '', want: [] },
  ])('$text', ({ text, want }) => {
    expect(states(text)).toEqual(want);
  });
});

describe('frozenSeries', () => {
  const read = (...rows: readonly string[]) => frozenSeries(bundle({ metricsCsv: rows.join('\n') }), ownerOf);

  test('columns become series, in our units; cells that are no number are left out', () => {
    const found = read(
      'time,cart-p50latency,cart-1-cpu,ghost-cpu,cart-unknown',
      '2026-01-01 12:00:00,20,0.5,1,1',
      '2026-01-01 12:01:00,NaN,,1,1',
    );
    expect(found.map(({ object, metric, instance, points }) => [object.name, metric, instance, points.map(([, value]) => value)])).toEqual([
      ['cart', 'latencyP50Seconds', undefined, [0.02]],
      ['cart', 'cpuCores', 'cart-1', [0.5]],
    ]);
    expect(found[0]?.points[0]?.[0]).toBe(Date.parse('2026-01-01T04:00:00Z'));
  });

  test.each([
    { name: 'nothing', rows: [''] },
    { name: 'a head alone', rows: ['time,cart-cpu'] },
    { name: 'HTML', rows: ['<html>', '<body>'] },
    { name: 'times that are none', rows: ['time,cart-cpu', 'noon,1'] },
    { name: 'infinity', rows: ['time,cart-cpu', '2026-01-01 12:00:00,Infinity'] },
  ])('$name gives none', ({ rows }) => {
    expect(read(...rows)).toEqual([]);
  });

  test('a byte order mark and Windows lines do not matter', () => {
    expect(read('\ufefftime,cart-cpu\r', '2026-01-01 12:00:00,1\r').map(({ points }) => points.length)).toEqual([1]);
  });
});
