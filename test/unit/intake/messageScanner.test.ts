import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMessageScanner, type ScannerLimits } from '../../../src/intake/messageScanner.ts';
import { Rejection } from '../../../src/intake/rejection.ts';

const LIMITS: ScannerLimits = { maxDepth: 8, maxValueBytes: 1024 };
const TOO_LARGE = 'too large';

/** What a scanner makes of a text that comes in pieces of this size: the same as `JSON.parse`, or why it is refused. */
function scanned(text: string | Uint8Array, { size = 7, limits = LIMITS }: { size?: number; limits?: ScannerLimits } = {}): unknown {
  const members: [string, unknown][] = [];
  let items: unknown[] = [];
  const scanner = createMessageScanner('items', limits, {
    listBegins: () => {
      items = [];
      members.push(['items', items]);
    },
    item: (value) => items.push(value),
    itemTooLarge: () => items.push(TOO_LARGE),
    member: (name, value) => members.push([name, value]),
  });
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  try {
    for (let at = 0; at < bytes.length; at += size) scanner.write(bytes.subarray(at, at + size));
    const other = scanner.end();
    return other === undefined ? Object.fromEntries(members) : other.foreign;
  } catch (error) {
    if (error instanceof Rejection) return `${error.status} ${error.reason}`;
    throw error;
  }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return '400 not_json';
  }
};
const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

describe('a message scanner', () => {
  test.each<{ name: string; text: string | Uint8Array; want: unknown }>([
    { name: 'an empty object', text: ' { } ', want: {} },
    { name: 'a list of values of every sort', text: '{"items": [1, "a", null, true, {"b": []}, [ ] , -2e5]}', want: undefined },
    { name: 'an empty list', text: '{"items": [ ]}', want: { items: [] } },
    { name: 'the list elsewhere', text: '{"a": {"items": [1]}, "b": 2}', want: { a: { items: [1] }, b: 2 } },
    { name: 'a list that is none', text: '{"items": {"0": 1}}', want: { items: { 0: 1 } } },
    { name: 'a list twice: the last one counts', text: '{"items": [1], "items": [2]}', want: { items: [2] } },
    { name: 'a name that is escaped', text: String.raw`{"\u0069tems": [1]}`, want: { items: [1] } },
    { name: 'brackets, quotes and backslashes in texts', text: String.raw`{"a": "]}\"[{\\", "items": ["]\"}"]}`, want: undefined },
    { name: 'a byte order mark', text: '\uFEFF{}', want: {} },
    { name: 'characters cut apart', text: '{"items": ["ä€𝄞"]}', want: { items: ['ä€𝄞'] } },
    { name: 'half a surrogate pair', text: String.raw`{"items": ["\ud800"]}`, want: { items: ['\uD800'] } },
    { name: 'another value than an object', text: '[1]', want: [1] },
    { name: 'a bare word', text: ' null ', want: null },
    { name: 'a bare word at the very end', text: '12', want: 12 },
    { name: 'nothing', text: '', want: '400 not_json' },
    { name: 'blanks alone', text: '  ', want: '400 not_json' },
    { name: 'what is not JSON', text: 'items=1', want: '400 not_json' },
    { name: 'a text that breaks off', text: '{"items": [1, ', want: '400 not_json' },
    { name: 'a comma too many', text: '{"items": [1,]}', want: '400 not_json' },
    { name: 'a comma too many at the end', text: '{"a": 1,}', want: '400 not_json' },
    { name: 'a colon that is missing', text: '{"a" 1}', want: '400 not_json' },
    { name: 'a name that is no text', text: '{1: 1}', want: '400 not_json' },
    { name: 'a value that is no JSON', text: '{"items": [{"a": hunter2}]}', want: '400 not_json' },
    { name: 'brackets that do not match', text: '{"items": [{"a": 1]]}', want: '400 not_json' },
    { name: 'two values', text: '{}{}', want: '400 not_json' },
    { name: 'what is not UTF-8', text: new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), want: '400 not_utf8' },
    { name: 'UTF-16', text: new Uint8Array([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]), want: '400 not_utf8' },
    { name: 'what is just not too deep', text: `{"items": [${deep(6)}]}`, want: undefined },
    { name: 'what is too deep', text: `{"items": [${deep(7)}]}`, want: '400 too_deep' },
    { name: 'depth that never closes', text: '{"a":'.repeat(1000), want: '400 too_deep' },
    { name: 'an item that is too large', text: `{"items": [1, "${'x'.repeat(1023)}", 2]}`, want: { items: [1, TOO_LARGE, 2] } },
    { name: 'a member that is too large, and nobody asked for', text: `{"a": "${'x'.repeat(1023)}", "items": []}`, want: { items: [] } },
    { name: 'a name that is too large', text: `{"${'x'.repeat(1023)}": 1}`, want: '400 not_json' },
  ])('reads $name', ({ text, want }) => {
    const expected = want ?? parsed(String(text));
    for (const size of [1, 2, 3, 7, 64, 100_000]) expect(scanned(text, { size })).toEqual(expected);
  });

  test('skips an item of too many parts', () => {
    const many = `[${Array.from({ length: 60_000 }, () => 1).join(',')}]`;
    expect(scanned(`{"items": [${many}, 1]}`, { size: 4096, limits: { ...LIMITS, maxValueBytes: 2 ** 20 } })).toEqual({
      items: [TOO_LARGE, 1],
    });
  });

  test('agrees with a parser of the whole text, whatever the pieces', () => {
    const value = fc.jsonValue({ maxDepth: 4 });
    const object = fc.record({ items: fc.array(value, { maxLength: 5 }), a: value, 'ö"\\': value }, { requiredKeys: [] });
    fc.assert(
      fc.property(fc.oneof(object, value), fc.integer({ min: 1, max: 40 }), fc.constantFrom(0, 2), (sent, size, indent) => {
        const text = JSON.stringify(sent, undefined, indent);
        expect(scanned(text, { size, limits: { maxDepth: 16, maxValueBytes: 2 ** 20 } })).toEqual(JSON.parse(text));
      }),
    );
  });

  test('refuses what a parser of the whole text refuses', () => {
    const valid = '{"items": [{"a": [1, "x,]}"]}, 2], "b": {"c": null}, "d": "e"}';
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ at: fc.nat(valid.length), with: fc.constantFrom('', ',', '[', ']', '{', '}', '"', ':', '\\', '1', ' ', 'ü') }),
          {
            minLength: 1,
            maxLength: 3,
          },
        ),
        fc.integer({ min: 1, max: 40 }),
        (edits, size) => {
          const text = edits.reduce((before, edit) => before.slice(0, edit.at) + edit.with + before.slice(edit.at + 1), valid);
          expect(scanned(text, { size })).toEqual(parsed(text));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
