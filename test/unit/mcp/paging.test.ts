import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pageOf } from '../../../src/mcp/paging.ts';

const idOf = (item: string): string => item;

function all(items: readonly string[], size: number): readonly string[] {
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = pageOf(items, idOf, cursor, size);
    seen.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return seen;
}

describe('pages', () => {
  test('are all of it, in its order, whatever their size', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string()), fc.integer({ min: 1, max: 7 }), (items, size) => {
        expect(all(items, size)).toEqual(items);
      }),
    );
  });

  test('miss and double nothing when what was before the cursor goes or comes', () => {
    const { nextCursor } = pageOf(['a', 'b', 'c', 'd'], idOf, undefined, 2);
    expect(pageOf(['b', 'c', 'd'], idOf, nextCursor, 2).items).toEqual(['c', 'd']);
    expect(pageOf(['z', 'a', 'b', 'c', 'd'], idOf, nextCursor, 2).items).toEqual(['c', 'd']);
  });

  test.each(['', 'nonsense', Buffer.from('[-1, "a"]').toString('base64url'), Buffer.from('{}').toString('base64url')])(
    'refuse the cursor %o in words',
    (cursor) => {
      expect(() => pageOf(['a'], idOf, cursor, 1)).toThrow('That is no cursor of this list; ask for its first page without one.');
    },
  );
});
