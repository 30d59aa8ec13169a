import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutMiddle } from '../../../src/evidence/cut.ts';
import { type Evidence, pack, unpack, uriOf } from '../../../src/evidence/document.ts';
import { fit } from '../../../src/evidence/fit.ts';

const seen = (content: string, change: Partial<Evidence> = {}): Evidence => ({
  source: 'kubernetes',
  query: 'logs shop/cart-1',
  mediaType: 'text/plain',
  content,
  cutBytes: 0,
  ...change,
});

/** Lines that do not compress to nothing. */
const lines = (count: number): string =>
  Array.from({ length: count }, (_, i) => `line ${i} ${((i * 2_654_435_761) % 2 ** 32).toString(36)}`).join('\n');

describe('document', () => {
  test('has the same digest whenever the same was seen', () => {
    expect(pack(seen('a')).digest).toBe(
      pack({ cutBytes: 0, content: 'a', mediaType: 'text/plain', query: 'logs shop/cart-1', source: 'kubernetes' }).digest,
    );
  });

  test.each<[string, Partial<Evidence>]>([
    ['content', { content: 'b' }],
    ['query', { query: 'logs shop/cart-2' }],
    ['source', { source: 'git' }],
    ['cut', { cutBytes: 1 }],
  ])('has another digest for another %s', (_name, change) => {
    expect(pack(seen('a', change)).digest).not.toBe(pack(seen('a')).digest);
  });

  test('is read back only under its own digest', () => {
    const { digest, gzipped } = pack(seen('zażółć \ud800 🙂'));
    expect(unpack(gzipped, digest)?.query).toBe('logs shop/cart-1');
    expect(unpack(gzipped, pack(seen('other')).digest)).toBeUndefined();
    expect(unpack(gzipped.subarray(0, 20), digest)).toBeUndefined();
    expect(unpack(gzipSync('{}'), digest)).toBeUndefined();
  });

  test('does not unpack to more than memory should hold', () => {
    const bomb = pack(seen('a'.repeat(20 * 2 ** 20)));
    expect(unpack(bomb.gzipped, bomb.digest)).toBeUndefined();
  });

  test('has an address that holds its digest', () => {
    expect(uriOf(`sha256:${'a'.repeat(64)}`)).toBe(`evidence://sha256/${'a'.repeat(64)}`);
  });
});

describe('cutMiddle', () => {
  test('leaves what is short enough', () => {
    expect(cutMiddle('abc', 3)).toEqual({ text: 'abc', cutBytes: 0 });
  });

  test('keeps whole lines of head and tail, and says how much is missing', () => {
    const text = Array.from({ length: 100 }, (_, i) => `line ${i}`).join('\n');
    expect(cutMiddle(text, 60)).toEqual({
      text: 'line 0\nline 1\nline 2\nline 3\n[738 bytes, 93 lines, cut here]\nline 97\nline 98\nline 99',
      cutBytes: 738,
    });
  });

  test('cuts a text without lines where it must, and never through a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 50, maxLength: 200 }), fc.integer({ min: 2, max: 40 }), (text, chars) => {
        const cut = cutMiddle(text, chars);
        expect(cut.text.isWellFormed()).toBe(true);
        const [head = '', tail = ''] = cut.text.split(/\n?\[\d+ bytes(?:, \d+ lines,)? cut here\]\n?/u);
        expect(Buffer.byteLength(head) + Buffer.byteLength(tail) + cut.cutBytes).toBeLessThanOrEqual(Buffer.byteLength(text) + 2);
      }),
    );
  });
});

describe('fit', () => {
  test('packs what fits as it is', () => {
    const whole = seen(lines(100));
    expect(fit(whole, 100_000)?.digest).toBe(pack(whole).digest);
  });

  test('keeps as much of both ends as the bytes allow', () => {
    const fitted = fit(seen(lines(20_000)), 8_000);
    expect(fitted?.gzipped.length).toBeLessThanOrEqual(8_000);
    expect(fitted?.gzipped.length).toBeGreaterThan(4_000);
    expect(fitted?.evidence.content).toMatch(/^line 0 [^]*\n\[\d+ bytes, \d+ lines, cut here\]\n[^]*\nline 19999 /u);
    expect(fitted?.evidence.cutBytes).toBeGreaterThan(0);
  });

  test('adds to what was cut before', () => {
    const fitted = fit(seen(lines(20_000), { cutBytes: 1_000_000 }), 8_000);
    expect(fitted?.evidence.cutBytes).toBeGreaterThan(1_000_000);
  });

  test('gives up when not even an excerpt fits', () => {
    expect(fit(seen(lines(1000)), 100)).toBeUndefined();
  });
});
