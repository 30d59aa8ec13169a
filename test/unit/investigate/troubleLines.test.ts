import { describe, expect, test } from 'vitest';
import { LOOKUP_FAILS, linesOf, timeOf, troubleWith } from '../../../src/investigate/troubleLines.ts';
import { ago, log } from './builders.ts';
import { app, deployment, says, world } from './surroundingsBuilders.ts';

const cart = { ref: deployment('cart') };
const found = (...texts: readonly string[]): string[] =>
  troubleWith(world(app('cart'), says('cart', ...texts)), cart, 'redis').map(({ text }) => text);

describe('troubleWith', () => {
  test.each([
    { line: 'dial tcp: lookup redis on 10.96.0.10:53: no such host', is: true },
    { line: 'could not connect to redis:6379', is: true },
    { line: 'redis.shop: connection refused', is: true },
    { line: 'connected: redis is well', is: true },
    { line: 'error: redis-cart is unreachable', is: false },
    { line: 'error: my-redis is unreachable', is: false },
    { line: 'error: predis is unreachable', is: false },
    { line: 'redis answered in 3 ms', is: false },
  ])('$line: $is', ({ line, is }) => {
    // "connect" is a word of trouble, of success as well: a line that names the other is enough to point at it.
    expect(found(line)).toEqual(is ? [line] : []);
  });

  test('a name with signs of its own is taken literally', () => {
    expect(troubleWith(world(app('cart'), says('cart', 'error: aXb')), cart, 'a.b')).toEqual([]);
  });

  test('at most five lines', () => {
    expect(found(...Array.from({ length: 20 }, (_, index) => `error ${index}: redis`))).toHaveLength(5);
  });
});

describe('linesOf', () => {
  test('those of crashed runs come first, and with the container that wrote them', () => {
    const seen = world(app('cart', { container: { logs: { current: log('now'), previous: log('before') } } }), says('cart', 'kept'));
    expect(linesOf(seen, cart).map(({ text, container = '-' }) => `${container} ${text}`)).toEqual(['cart before', 'cart now', '- kept']);
  });

  test('lines of long before the window are old news; lines without a time, or without its zone, are not', () => {
    const old = new Date(ago(600)).toISOString();
    const seen = world(app('cart'), says('cart', `${old} a`, `${old.replace('Z', '')} b`, 'c'));
    expect(linesOf(seen, cart).map(({ text }) => text.slice(-1))).toEqual(['b', 'c']);
  });
});

test.each([
  { text: '2026-01-01T12:00:00Z x', want: '2026-01-01T12:00:00.000Z' },
  { text: '2026-01-01 12:00:00.5+02:00 x', want: '2026-01-01T10:00:00.500Z' },
  { text: '2026-01-01T12:00:00 x', want: undefined },
  { text: '2026-99-01T12:00:00Z x', want: undefined },
  { text: 'x 2026-01-01T12:00:00Z', want: undefined },
])('the time of "$text"', ({ text, want }) => {
  const at = timeOf(text);
  expect(at && new Date(at).toISOString()).toBe(want);
});

test.each([
  'dial tcp: lookup redis on 10.96.0.10:53: no such host',
  'dial tcp: lookup redis: i/o timeout',
  'getaddrinfo ENOTFOUND redis',
  'getaddrinfo EAI_AGAIN redis',
  'java.net.UnknownHostException: redis',
  'Temporary failure in name resolution',
  'curl: (6) Could not resolve host: redis',
  "wget: bad address 'redis:80'",
])('a lookup that fails: %s', (line) => {
  expect(LOOKUP_FAILS.test(line)).toBe(true);
});
