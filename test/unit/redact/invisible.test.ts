import { describe, expect, test } from 'vitest';
import { stripInvisible } from '../../../src/redact/invisible.ts';

describe('stripInvisible', () => {
  test.each([
    ['bidirectional overrides and isolates', 'a\u202Eb\u2066c\u2069d\u200F', 'abcd'],
    ['zero-width characters', 'pass\u200Bwo\u200Drd\uFEFF=\u2060x', 'password=x'],
    ['tag characters', `hi${String.fromCodePoint(0xe0001, 0xe0068, 0xe0069)}`, 'hi'],
    ['variation selectors, which can carry bytes', `a\uFE0F${String.fromCodePoint(0xe0100)}`, 'a'],
    ['soft hyphens and fillers', 'a\u00ADb\u3164c\u115F', 'abc'],
  ])('removes %s', (_name, text, want) => {
    expect(stripInvisible(text)).toBe(want);
  });

  test.each([
    ['line breaks, tabs and colours', 'a\n\tb\u001b[31mc\r\n'],
    ['letters of any script, emoji', 'zażółć 日本 עברית 🙂'],
  ])('keeps %s', (_name, text) => {
    expect(stripInvisible(text)).toBe(text);
  });
});
