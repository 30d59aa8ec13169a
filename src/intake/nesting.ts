/**
 * How deep a JSON text is nested, counted while its bytes come in: a text that is too deep is refused before anything parses it.
 *
 * Counts brackets outside of strings and nothing else; whether it is JSON at all is for the parser to say. UTF-8 keeps the bytes of
 * brackets, quotes and backslashes for themselves.
 */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** Takes chunk after chunk; true once more than `limit` levels were open. */
export function createNestingGuard(limit: number): (chunk: Uint8Array) => boolean {
  let depth = 0;
  let inString = false;
  let escaped = false;
  return (chunk) => {
    for (const byte of chunk) {
      if (escaped) escaped = false;
      else if (byte === BACKSLASH) escaped = inString;
      else if (byte === QUOTE) inString = !inString;
      else if (inString) continue;
      else if (OPENING.has(byte)) depth += 1;
      else if (CLOSING.has(byte)) depth -= 1;
      if (depth > limit) return true;
    }
    return false;
  };
}
