/** A list in pages: the cursor names the last entry that was sent, so that what comes and goes between two pages moves nothing else. */
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor?: string;
}

/** @param idOf is unique, and the list stays in the order that it has */
export function pageOf<Item>(items: readonly Item[], idOf: (item: Item) => string, cursor: string | undefined, size: number): Page<Item> {
  const from = cursor === undefined ? 0 : after(items.map(idOf), cursor);
  const part = items.slice(from, from + size);
  const last = part.at(-1);
  if (last === undefined || from + size >= items.length) return { items: part };
  return { items: part, nextCursor: Buffer.from(JSON.stringify([from + size, idOf(last)])).toString('base64url') };
}

/** Where the named entry is; where it was, if it has gone meanwhile. */
function after(ids: readonly string[], cursor: string): number {
  const [position, id] = read(cursor);
  const index = ids.indexOf(id);
  return index === -1 ? Math.min(position, ids.length) : index + 1;
}

function read(cursor: string): readonly [number, string] {
  try {
    const [position, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as readonly unknown[];
    if (Number.isSafeInteger(position) && (position as number) >= 0 && typeof id === 'string') return [position as number, id];
  } catch {
    // told below
  }
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'That is no cursor of this list; ask for its first page without one.');
}
