import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bounded, boundedText } from '../../../src/mcp/bounded.ts';

describe('a text', () => {
  test('that fits is left alone', () => {
    expect(boundedText('a\nb', 3)).toBe('a\nb');
  });

  test('ends at a line, and says how much is left out', () => {
    expect(boundedText('first line\nsecond line\nthird line', 25)).toMatch(
      /^first line\nsecond line\n\n… 11 more characters \(2 lines\) are left out/u,
    );
  });

  test('keeps whole characters', () => {
    expect(boundedText('😀'.repeat(10), 5)).toMatch(/^😀😀\n/u);
  });
});

describe('what programs read', () => {
  const limits = { text: 1000, data: 200 };

  test('has its longest list shortened, whichever that is, its first entries kept', () => {
    const data = { total: 100, few: ['a', 'b'], rows: Array.from({ length: 100 }, (_, index) => ({ index })) };
    const { data: kept, text } = bounded({ text: 'rows', data }, limits);
    const rows = (kept as typeof data).rows;
    expect(kept).toEqual({ total: 100, few: ['a', 'b'], rows: data.rows.slice(0, rows.length) });
    expect(text).toBe(
      `rows\n\n${100 - rows.length} entries of the structured content are left out; narrow the question, or ask for a part of it.`,
    );
  });

  test('is left out where no list makes it small', () => {
    expect(bounded({ text: 'x', data: { log: 'y'.repeat(500) } }, limits)).toEqual({
      text: 'x\n\nThe structured content is too large to send; narrow the question, or ask for a part of it.',
      data: undefined,
    });
  });

  test('always fits or is left out, and what was given is not touched', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 4 }), { maxKeys: 8 }), (data) => {
        const before = JSON.stringify(data);
        const { data: kept } = bounded({ text: '', data }, limits);
        expect(kept === undefined || JSON.stringify(kept).length <= limits.data).toBe(true);
        expect(JSON.stringify(data)).toBe(before);
      }),
    );
  });
});
