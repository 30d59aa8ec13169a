import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quoted, selector } from '../../../src/sources/promql.ts';

/** How Prometheus reads a string literal (Go's rules, as far as `quoted` uses them). */
const read = (literal: string): string =>
  literal.slice(1, -1).replace(/\\(.)/gsu, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));

describe('PromQL selectors', () => {
  test('a value of any text stays one literal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const literal = quoted(value);
        expect(read(literal)).toBe(value);
        expect(literal.slice(1, -1).replace(/\\./gsu, '')).not.toMatch(/["\n]/u);
      }),
    );
  });

  test('names are checked', () => {
    expect(selector({ namespace: 'shop', pod: 'a"b' })).toBe('{namespace="shop",pod="a\\"b"}');
    expect(() => selector({ 'a="x"} or up{b': 'x' })).toThrow('is not a label name');
  });
});
