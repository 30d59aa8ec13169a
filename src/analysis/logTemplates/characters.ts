/** Classes of characters, as bits: what the scanner asks of each character of a line, answered by one table. */

export const DIGIT = 1;
/** a-f and A-F: a letter that a hexadecimal number may have. */
export const HEX_LETTER = 2;
/** The other letters, and everything beyond ASCII. */
const LETTER = 4;
export const DOT = 8;
export const SLASH = 16;
export const COLON = 32;
/** `-` and `_`, which join the parts of a name. */
export const JOINER = 64;
export const AT = 128;
/** What a word may have besides: `+`, `$`, `\`. */
export const ODD = 256;
/** Blanks and control characters. */
export const SPACE = 512;
/** Brackets, quotes, `=`, `,` and so on: always a token of their own. */
export const MARK = 1024;

export const ALPHA = HEX_LETTER | LETTER;
export const ALNUM = ALPHA | DIGIT;

const TABLE: Uint16Array = buildTable();

/** The class of the character code, beyond ASCII as well. */
export function classOf(code: number): number {
  return code < 128 ? (TABLE[code] ?? 0) : beyondAscii(code);
}

export function classAt(text: string, at: number): number {
  return at < text.length ? classOf(text.charCodeAt(at)) : 0;
}

/** Where a run of characters of `classes` that begins at `from` ends. */
export function runEnd(text: string, from: number, to: number, classes: number): number {
  let at = from;
  while (at < to && (classOf(text.charCodeAt(at)) & classes) !== 0) at++;
  return at;
}

function buildTable(): Uint16Array {
  const table = new Uint16Array(128).fill(MARK);
  for (let code = 0; code <= 0x20; code++) table[code] = SPACE;
  table[0x7f] = SPACE;
  set(table, '0123456789', DIGIT);
  set(table, 'abcdefABCDEF', HEX_LETTER);
  set(table, 'ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ', LETTER);
  set(table, '.', DOT);
  set(table, '/', SLASH);
  set(table, ':', COLON);
  set(table, '-_', JOINER);
  set(table, '@', AT);
  set(table, '+$\\', ODD);
  return table;
}

function set(table: Uint16Array, characters: string, value: number): void {
  for (const character of characters) table[character.charCodeAt(0)] = value;
}

/** No-break spaces, separators of lines and paragraphs, and the mark of the byte order are blanks too. */
function beyondAscii(code: number): number {
  return (code >= 0x80 && code <= 0xa0) || (code >= 0x2000 && code <= 0x200b) || code === 0x2028 || code === 0x2029 || code === 0xfeff
    ? SPACE
    : LETTER;
}
