import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, digestOf } from '../../../src/domain/canonical.ts';

describe('canonical JSON', () => {
  test.each([
    {
      name: 'sorts keys at every depth',
      value: { b: 1, a: { d: 1, c: [{ f: 1, e: 2 }] } },
      want: '{"a":{"c":[{"e":2,"f":1}],"d":1},"b":1}',
    },
    { name: 'leaves undefined members out', value: { a: undefined, b: null }, want: '{"b":null}' },
    { name: 'keeps the order of lists', value: [3, 1, 2], want: '[3,1,2]' },
    { name: 'writes an undefined item as null, as JSON does', value: [undefined], want: '[null]' },
    { name: 'knows no negative zero', value: -0, want: '0' },
    { name: 'escapes as JSON does', value: 'a"\n\u2028', want: JSON.stringify('a"\n\u2028') },
  ])('$name', ({ value, want }) => {
    expect(canonicalJson(value)).toBe(want);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, () => 1, 1n])('refuses %s, which JSON cannot hold', (value) => {
    expect(() => canonicalJson({ value })).toThrow(/canonical JSON cannot hold/u);
  });

  test('means the same value as JSON does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('does not depend on the order in which members were set', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).toReversed());
        expect(digestOf(reversed)).toBe(digestOf(value));
      }),
    );
  });
});
