import { describe, expect, test } from 'vitest';
import { callReadingOf } from '../../../../src/sources/signals/callReading.ts';
import type { TraceSignals } from '../../../../src/sources/signals/traceSignals.ts';
import type { Span, Trace } from '../../../../src/sources/traces.ts';

interface Leg {
  readonly service: string;
  readonly name?: string;
  readonly ms: number;
  readonly error?: boolean;
  readonly attributes?: Span['attributes'];
  readonly kind?: Span['kind'];
}

let lastId = 0;
/** Each leg calls the next one. */
function chain(...legs: readonly Leg[]): Trace {
  lastId += 1;
  const traceId = lastId.toString(16).padStart(32, '0');
  const spans = legs.map(
    ({ service, name = 'GET /', ms, error = false, attributes = {}, kind = 'server' }, index): Span => ({
      traceId,
      spanId: (index + 1).toString(16).padStart(16, '0'),
      parentId: index === 0 ? undefined : index.toString(16).padStart(16, '0'),
      service,
      name,
      startMs: index,
      durationMs: ms,
      error,
      kind,
      attributes,
    }),
  );
  return { spans, notes: [] };
}
const many = (count: number, make: (index: number) => Trace): Trace[] => Array.from({ length: count }, (_, index) => make(index));
const usual = (index: number): Trace =>
  chain({ service: 'cart', ms: 30 + index }, { service: 'stock', ms: 20 + index }, { service: 'db', name: 'SELECT', ms: 10 });
const broken = (index: number): Trace =>
  chain(
    { service: 'cart', ms: 30 + index, error: true },
    { service: 'stock', ms: 20 + index, error: true },
    { service: 'db', name: 'SELECT', ms: 10, error: true, attributes: { 'exception.message': 'disk I/O error' } },
  );
const read = (signals: Partial<TraceSignals>) =>
  callReadingOf({ source: 'tempo', service: 'cart', now: [], dayBefore: [], failed: [], ...signals });
const pairs = (calls: readonly { readonly caller: string; readonly callee: string }[] = []): string[] =>
  calls.map(({ caller, callee }) => `${caller}>${callee}`);

describe('callReadingOf', () => {
  test('tells who calls whom, and that nothing changed', () => {
    const reading = read({ now: many(15, usual), dayBefore: many(15, usual), failedDayBefore: 0 });
    expect(pairs(reading?.calls)).toEqual(['cart>stock', 'stock>db']);
    expect([reading?.failing, reading?.slower, reading?.suspects, reading?.origins, reading?.example]).toEqual([[], [], [], [], []]);
  });

  test('tells that calls fail more often, and whose errors they are', () => {
    const now = many(15, (index) => (index % 2 === 0 ? broken(index) : usual(index)));
    const reading = read({ now, dayBefore: many(15, usual), failed: now.slice(0, 1), failedDayBefore: 0 });
    expect(pairs(reading?.failing)).toEqual(['cart>stock', 'stock>db']);
    expect(reading?.suspects.map(({ kind, service, name }) => `${kind} ${service} ${name}`)).toEqual(['failing db SELECT']);
  });

  test('tells where it became slow, and not of those who wait', () => {
    const slow = (index: number): Trace =>
      chain({ service: 'cart', ms: 330 + index }, { service: 'stock', ms: 320 + index }, { service: 'db', name: 'SELECT', ms: 310 });
    const reading = read({ now: many(15, slow), dayBefore: many(15, usual), failedDayBefore: 0 });
    expect(reading?.suspects.map(({ kind, service }) => `${kind} ${service}`)).toEqual(['slower db']);
    expect(pairs(reading?.slower)).toEqual(['cart>stock', 'stock>db']);
    expect(reading?.example).toEqual([
      'cart: GET / (server, 344 ms)',
      '  stock: GET / (server, 334 ms)',
      '    db: SELECT (server, 310 ms)',
    ]);
  });

  test('of rare errors, which a sample does not hold, those that were chosen say where they begin', () => {
    const reading = read({ now: many(15, usual), dayBefore: many(15, usual), failed: many(3, broken), failedDayBefore: 0 });
    expect(pairs(reading?.failing)).toEqual(['cart>stock', 'stock>db']);
    expect(reading?.origins).toEqual([{ service: 'db', operation: 'SELECT', said: 'disk I/O error', traces: 3 }]);
    expect(reading?.example.at(-1)).toBe('    db: SELECT (server, 10 ms) failed: disk I/O error');
  });

  test.each<{ name: string; signals: Partial<TraceSignals> }>([
    { name: 'some failed yesterday too', signals: { failed: many(4, broken), failedDayBefore: 2 } },
    { name: 'yesterday could not be seen', signals: { failed: many(4, broken) } },
    { name: 'one failed', signals: { failed: many(1, broken), failedDayBefore: 0 } },
  ])('chosen failures are no news when $name', ({ signals }) => {
    const reading = read({ now: many(15, usual), dayBefore: many(15, usual), ...signals });
    expect([reading?.failing, reading?.origins]).toEqual([[], []]);
  });

  test('a callee that sends no spans is known by its address', () => {
    const attributes = { 'server.address': 'orders-db' };
    const trace = (): Trace => chain({ service: 'cart', ms: 30 }, { service: 'cart', name: 'SELECT', ms: 20, kind: 'client', attributes });
    expect(pairs(read({ now: many(2, trace) })?.calls)).toEqual(['cart>orders-db']);
  });

  test('operations that differ by an identifier are one', () => {
    const slow = (ms: number) => (index: number) => chain({ service: 'cart', name: `GET /users/${index}`, ms });
    const reading = read({ now: many(12, slow(400)), dayBefore: many(12, slow(20)) });
    expect(reading?.suspects.map(({ name }) => name)).toEqual(['GET /users/*']);
  });

  test('knows the namespaces of services that say theirs', () => {
    const trace = (): Trace => chain({ service: 'cart', ms: 30 }, { service: 'pay', ms: 20, attributes: { 'k8s.namespace.name': 'bank' } });
    expect(read({ now: many(1, trace) })?.namespaces).toEqual({ pay: 'bank' });
  });

  test('few traces are not compared, and no traces say nothing', () => {
    expect(read({ now: many(3, broken), dayBefore: many(3, usual) })?.suspects).toEqual([]);
    expect(read({ dayBefore: many(3, usual) })).toBeUndefined();
    expect(callReadingOf({ service: 'cart', now: [], dayBefore: [], failed: [] })).toBeUndefined();
  });
});
