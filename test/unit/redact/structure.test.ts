import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { drawn } from './corpus.ts';

const redactor = createRedactor();
const jwt = `eyJ${drawn('abcD1', 30, 1)}.eyJ${drawn('abcD1', 30, 2)}.${drawn('abcD1', 30, 3)}`;

describe('value', () => {
  test.each<{ name: string; value: unknown; want: unknown }>([
    {
      name: 'takes the value of a key that names a secret',
      value: { user: 'cart', dbPassword: 'hunter2' },
      want: { user: 'cart', dbPassword: '[redacted:password]' },
    },
    { name: 'takes numbers under such a key', value: { pin: 1234 }, want: { pin: '[redacted:password]' } },
    {
      name: 'leaves booleans, null and nothing',
      value: { token: null, password: true, secret: '' },
      want: { token: null, password: true, secret: '' },
    },
    {
      name: 'takes all strings below such a key',
      value: { credentials: { user: 'u', list: ['a'] } },
      want: { credentials: { user: '[redacted:credential]', list: ['[redacted:credential]'] } },
    },
    {
      name: 'keeps where a Secret is',
      value: { secret: { secretName: 'tls', optional: false } },
      want: { secret: { secretName: 'tls', optional: false } },
    },
    {
      name: 'keeps references and paths',
      value: { secretKeyRef: { name: 'db', key: 'password' }, tokenPath: '/var/run/t', password: '${PW}' },
      want: { secretKeyRef: { name: 'db', key: 'password' }, tokenPath: '/var/run/t', password: '${PW}' },
    },
    { name: 'redacts strings anywhere', value: ['x', { note: `see ${jwt}` }], want: ['x', { note: 'see [redacted:jwt]' }] },
    {
      name: 'reads an environment',
      value: [
        { name: 'API_TOKEN', value: 'x' },
        { name: 'PORT', value: '80' },
      ],
      want: [
        { name: 'API_TOKEN', value: '[redacted:token]' },
        { name: 'PORT', value: '80' },
      ],
    },
    {
      name: 'reads a command',
      value: ['serve', '--password', 'x', '--port', '80'],
      want: ['serve', '--password', '[redacted:password]', '--port', '80'],
    },
    {
      name: 'reads a list of headers',
      value: [
        ['Authorization', 'Bearer x'],
        ['Accept', '*/*'],
      ],
      want: [
        ['Authorization', '[redacted:authorization]'],
        ['Accept', '*/*'],
      ],
    },
    {
      name: 'takes all data of a Secret',
      value: { kind: 'Secret', metadata: { name: 's' }, data: { a: 'eA==' }, stringData: { b: '/etc/x' } },
      want: { kind: 'Secret', metadata: { name: 's' }, data: { a: '[redacted:secret-data]' }, stringData: { b: '[redacted:secret-data]' } },
    },
    {
      name: 'keeps the data of a ConfigMap',
      value: { kind: 'ConfigMap', data: { level: 'info' } },
      want: { kind: 'ConfigMap', data: { level: 'info' } },
    },
    { name: 'redacts keys', value: { [`ghp_${drawn('abC1', 36, 4)}`]: 1 }, want: { '[redacted:github-token]': 1 } },
    {
      name: 'tells nothing of bytes',
      value: { body: new Uint8Array([1]), when: new Date(0) },
      want: { body: '[redacted:binary]', when: '1970-01-01T00:00:00.000Z' },
    },
    {
      name: 'reads maps and sets',
      value: new Map<string, unknown>([
        ['token', 'x'],
        ['ids', new Set(['a'])],
      ]),
      want: { token: '[redacted:token]', ids: ['a'] },
    },
    {
      name: 'survives a getter that throws by giving nothing away',
      value: Object.defineProperty({ a: 'x' }, 'b', {
        enumerable: true,
        get: () => {
          throw new Error('no');
        },
      }),
      want: '[redacted:unprocessable]',
    },
  ])('$name', ({ value, want }) => {
    expect(redactor.value(value)).toEqual(want);
  });

  test('is bounded in depth and size, and ends at a cycle', () => {
    const small = createRedactor({ limits: { maxDepth: 2, maxNodes: 8 } });
    expect(small.value({ a: { b: { c: 'x' } } })).toEqual({ a: { b: '[redacted:too-deep]' } });
    expect(JSON.stringify(small.value(Array.from({ length: 100 }, (_, i) => `n${i}`)))).not.toContain('n50');
    const cycle: Record<string, unknown> = { name: 'x' };
    cycle.self = cycle;
    expect(redactor.value(cycle)).toEqual({ name: 'x', self: '[redacted:circular]' });
  });

  test('takes __proto__ for a key like any other', () => {
    const out = redactor.value(JSON.parse('{"__proto__":{"polluted":true}}'));
    expect(Object.keys(out as object)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('changes nothing of its input, and is idempotent', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const before = JSON.stringify(value);
        const once = redactor.value(value);
        expect(JSON.stringify(value)).toBe(before);
        expect(redactor.value(once)).toEqual(once);
      }),
    );
  });
});

describe('error', () => {
  test('redacts message, stack, causes and properties, and keeps the name', () => {
    const cause = new TypeError('dial postgres://cart:hunter2@db/x');
    const error = redactor.error(Object.assign(new Error('connect with password=hunter2', { cause }), { code: 'ECONN', token: 'hunter2' }));
    expect(error.message).toBe('connect with password=[redacted:password]');
    expect(error.stack).toContain('connect with password=[redacted:password]');
    expect(error.cause).toBeInstanceOf(Error);
    expect((error.cause as Error).name).toBe('TypeError');
    expect((error.cause as Error).message).toBe('dial postgres://cart:[redacted:url-credential]@db/x');
    expect(error).toMatchObject({ code: 'ECONN', token: '[redacted:token]' });
  });

  test.each<[string, unknown, string]>([
    ['a string', 'password=x1', 'password=[redacted:password]'],
    ['an object', { password: 'x1' }, '{"password":"[redacted:password]"}'],
    ['nothing', undefined, 'undefined'],
  ])('makes an error of %s', (_name, thrown, message) => {
    expect(redactor.error(thrown).message).toBe(message);
  });

  test('ends at a cause that is its own', () => {
    const error = new Error('a');
    error.cause = error;
    expect(redactor.error(error).message).toBe('a');
  });
});
