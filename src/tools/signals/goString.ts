/**
 * String literals of PromQL and LogQL, which follow Go's rules: in double or single quotes with escapes, or raw in backquotes.
 *
 * What Go would not take is not taken, nor are octal escapes, so that a matcher means to us exactly what it means to the source.
 */

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
};
/** By its hexadecimal digits; a byte beyond ASCII is part of a character, and nobody needs to write one so. */
const NUMBERED = /^(?:x[0-7][0-9a-fA-F]|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})/u;

/** Undefined for what is no literal: a quote that is not closed, a line break, an escape that does not exist. */
export function unquoted(literal: string): string | undefined {
  const quote = literal[0] ?? '';
  if (literal.length < 2 || literal.at(-1) !== quote) return undefined;
  const inside = literal.slice(1, -1);
  if (quote === '`') return inside.includes('`') ? undefined : inside.replaceAll('\r', '');
  if (quote !== '"' && quote !== "'") return undefined;
  let value = '';
  for (let at = 0; at < inside.length; ) {
    const character = inside[at] as string;
    if (character === '\n' || character === quote) return undefined;
    const escape = character === '\\' ? escapeAt(inside, at + 1, quote) : { text: character, length: 0 };
    if (escape === undefined) return undefined;
    value += escape.text;
    at += 1 + escape.length;
  }
  return value;
}

/** @param at behind the backslash */
function escapeAt(text: string, at: number, quote: string): { readonly text: string; readonly length: number } | undefined {
  const letter = text[at] ?? '';
  if ((letter === '"' || letter === "'") && letter !== quote) return undefined;
  const simple = SIMPLE[letter];
  if (simple !== undefined) return { text: simple, length: 1 };
  const [number] = NUMBERED.exec(text.slice(at, at + 9)) ?? [];
  if (number === undefined) return undefined;
  const code = Number.parseInt(number.slice(1), 16);
  const isCharacter = code <= 0x10_ff_ff && (code < 0xd8_00 || code > 0xdf_ff);
  return isCharacter ? { text: String.fromCodePoint(code), length: number.length } : undefined;
}
