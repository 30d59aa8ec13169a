import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { CORPUS, drawn, HARMLESS, ISSUED, NAMED, textOf } from './corpus.ts';

const redactor = createRedactor();

/** Every piece of the secret that is long enough to be of use. */
function piecesOf(secret: string): readonly string[] {
  return [secret, ...secret.split(/\s+/u)].filter((piece) => piece.length >= 5);
}

describe('text', () => {
  test.each([...CORPUS])('hides: $name', (planted) => {
    const out = redactor.text(textOf(planted));
    for (const piece of piecesOf(planted.secret)) expect(out).not.toContain(piece);
    expect(out).toContain('[redacted:');
  });

  test.each([...HARMLESS])('keeps: %s', (_name, text) => {
    expect(redactor.text(text)).toBe(text);
  });

  test('knows at least sixty realistic secrets', () => {
    expect(ISSUED.length + NAMED.length).toBeGreaterThanOrEqual(60);
  });

  test.each([
    ['a value, and nothing around it', 'user=cart password=hunter2 port=1', 'user=cart password=[redacted:password] port=1'],
    ['one pair of a query string', '/v1?a=1&api_key=hunter2&b=2', '/v1?a=1&api_key=[redacted:api-key]&b=2'],
    ['the password of a URL, not the user', 'redis://cart:hunter2@db:1/0', 'redis://cart:[redacted:url-credential]@db:1/0'],
    ['credentials, not their scheme', 'authorization: Bearer hunter2', 'authorization: Bearer [redacted:authorization]'],
    [
      'a key over lines, as one',
      `a\n-----BEGIN PRIVATE KEY-----\n${drawn('ab1', 64, 1)}\n-----END PRIVATE KEY-----\nb`,
      'a\n[redacted:private-key]\nb',
    ],
    ['an issued token by its own name, whatever its key', `password=ghp_${drawn('abC1', 36, 2)}`, 'password=[redacted:github-token]'],
    ['a value in JSON, which stays JSON', '{"token":"a\\"b","n":1}', '{"token":"[redacted:token]","n":1}'],
    ['brackets around a value stay', '(password=hunter2), next', '(password=[redacted:password]), next'],
    ['a value up to an escaped line break', '"PASSWORD=hunter2\\nUSER=cart"', '"PASSWORD=[redacted:password]\\nUSER=cart"'],
    [
      'a Secret and not the ConfigMap beside it',
      'data:\n  a: hunter2x\nkind: Secret\n---\ndata:\n  a: b\nkind: ConfigMap',
      'data:\n  a: [redacted:secret-data]\nkind: Secret\n---\ndata:\n  a: b\nkind: ConfigMap',
    ],
    [
      'a key that was cut off, and not the lines after it',
      `-----BEGIN PRIVATE KEY-----\n${drawn('ab1', 64, 3)}\nready to serve\nGET / 200`,
      '[redacted:private-key]\nready to serve\nGET / 200',
    ],
    [
      'a value in a string that was cut off, up to the end of the string',
      '{"msg":"{\\"password\\":\\"hunter2","level":"info"}',
      '{"msg":"{\\"password\\":\\"[redacted:password]","level":"info"}',
    ],
  ])('replaces %s', (_name, text, want) => {
    expect(redactor.text(text)).toBe(want);
  });

  test('does not take a look-alike of a replacement for one', () => {
    expect(redactor.text('password=[redacted:hunter2]')).not.toContain('hunter2');
    expect(redactor.text('password=[redacted:password]hunter2')).not.toContain('hunter2');
  });

  test('hides email addresses only when asked', () => {
    const text = 'mail jane.doe+ops@example.co.uk now';
    expect(redactor.text(text)).toBe(text);
    expect(createRedactor({ emails: true }).text(text)).toBe('mail [redacted:email] now');
  });

  test('replaces a text beyond its limit as a whole', () => {
    expect(createRedactor({ limits: { maxChars: 10 } }).text('twelve chars')).toBe('[redacted:unprocessable]');
  });

  test('marks equal secrets as equal under a fingerprint key, and otherwise tells nothing', () => {
    const marked = createRedactor({ fingerprintKey: new Uint8Array(32) });
    const [first, second, third] = ['hunter2', 'hunter2', 'hunter3'].map((secret) => marked.text(`password=${secret}`));
    expect(first).toMatch(/^password=\[redacted:password#[0-9a-f]{8}\]$/u);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(marked.text(first ?? '')).toBe(first);
  });
});

describe('known secrets', () => {
  const secret = 'Tr0ub4dor&3 / zażółć';
  const known = createRedactor({ secrets: [secret] });
  const forms: readonly (readonly [string, string])[] = [
    ['as it is', secret],
    ['URL-encoded', encodeURIComponent(secret)],
    ['form-encoded', encodeURIComponent(secret).replaceAll('%20', '+')],
    ['in JSON', JSON.stringify(secret).slice(1, -1)],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in base64url', Buffer.from(secret).toString('base64url')],
  ];
  test.each(forms)('are hidden %s', (_name, form) => {
    expect(known.text(`x ${form} y`)).toBe('x [redacted:known-secret] y');
  });

  test.each([0, 1, 2, 3, 4])('are hidden in base64 of a text that they stand %i bytes deep in', (shift) => {
    const encoded = Buffer.from(`${'x'.repeat(shift)}${secret}yz`).toString('base64');
    const core = encoded.slice(shift + 2, -6);
    expect(known.text(encoded)).not.toContain(core);
    expect(known.text(encoded)).toContain('[redacted:known-secret]');
  });

  test('are hidden when one is the beginning of another, and where they overlap', () => {
    const both = createRedactor({ secrets: ['abcdefgh', 'abcdefghijkl', 'ijklmnop'] });
    expect(both.text('-abcdefghijklmnop-')).toBe('-[redacted:known-secret]-');
  });

  test('are hidden inside the beginning of a longer one that does not come', () => {
    expect(createRedactor({ secrets: ['abcdefghXYZ', 'cdefgh'] }).text('abcdefghQ')).toBe('ab[redacted:known-secret]Q');
  });

  test('of several lines are hidden line by line too', () => {
    const line = drawn('abc', 40, 9);
    expect(createRedactor({ secrets: [`first\n${line}\nlast`] }).text(`log: ${line}`)).toBe('log: [redacted:known-secret]');
  });

  test('may be added later', () => {
    const later = createRedactor();
    expect(later.text('plainword')).toBe('plainword');
    later.addSecret('plainword');
    expect(later.text('a plainword b')).toBe('a [redacted:known-secret] b');
  });

  test('that are too short are refused without being said', () => {
    expect(() => createRedactor({ secrets: ['abc'] })).toThrow('a secret of 3 characters cannot be hidden in text: use one of at least 6');
  });
});
