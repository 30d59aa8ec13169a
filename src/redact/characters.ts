/**
 * Character classes of the scanners: one table look-up a UTF-16 code unit.
 *
 * A word is a run of ASCII letters, digits, `-` and `_`. A mark is a character at which a scanner stops to look around.
 */
import { PREFIX } from './kinds.ts';

export const LOWER = 1;
export const UPPER = 2;
export const DIGIT = 4;
export const JOINER = 8;
export const LETTER = LOWER | UPPER;
export const ALNUM = LETTER | DIGIT;
export const WORD = ALNUM | JOINER;
/** `+`, `/` and `=`: with word characters, the alphabets of base64. */
export const BASE64_EXTRA = 16;
export const SPACE = 32;
export const QUOTE = 64;
export const MARK = 128;

const MARKS = ':=%$~@.>\\}[\u001b';

export const CLASS: Uint8Array = buildTable();

function buildTable(): Uint8Array {
  const table = new Uint8Array(65_536);
  const add = (characters: string, flag: number): void => {
    for (const character of characters) table[character.charCodeAt(0)] = (table[character.charCodeAt(0)] ?? 0) | flag;
  };
  add('abcdefghijklmnopqrstuvwxyz', LOWER);
  add('ABCDEFGHIJKLMNOPQRSTUVWXYZ', UPPER);
  add('0123456789', DIGIT);
  add('-_', JOINER);
  add('+/=', BASE64_EXTRA);
  add(' \t\r\u000b\f\u00a0', SPACE);
  add('"\'`', QUOTE);
  add(MARKS, MARK);
  return table;
}

/** The class of the character at `at`; 0 before the beginning and after the end. */
export function classAt(text: string, at: number): number {
  return at >= 0 && at < text.length ? (CLASS[text.charCodeAt(at)] ?? 0) : 0;
}

/** Where the run of characters of the class `mask` that begins at `from` ends, at most `end`. */
export function runEnd(text: string, from: number, end: number, mask: number): number {
  let at = from;
  while (at < end && ((CLASS[text.charCodeAt(at)] ?? 0) & mask) !== 0) at++;
  return at;
}

/** The union of the classes that occur in [from, to). */
export function classesIn(text: string, from: number, to: number): number {
  let classes = 0;
  for (let at = from; at < to; at++) classes |= CLASS[text.charCodeAt(at)] ?? 0;
  return classes;
}

const isCsiEnd = (code: number): boolean => code >= 0x40 && code <= 0x7e;

/** Where an ANSI control sequence that begins at `at` (an ESC) ends. */
export function ansiEnd(text: string, at: number, end: number): number {
  if (text[at + 1] !== '[' || text.startsWith(PREFIX, at + 1)) return at + 1;
  let i = at + 2;
  const limit = Math.min(end, at + 32);
  while (i < limit && !isCsiEnd(text.charCodeAt(i))) i++;
  return Math.min(i + 1, limit);
}

/** Skips spaces and ANSI sequences. */
export function skipBlank(text: string, from: number, end: number): number {
  let at = from;
  while (at < end) {
    if ((classAt(text, at) & SPACE) !== 0) at++;
    else if (text.charCodeAt(at) === 0x1b) at = ansiEnd(text, at, end);
    else break;
  }
  return at;
}
