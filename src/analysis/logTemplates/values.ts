/**
 * What type of value a piece of a line is, by its form alone: address, number, time, identifier and so on.
 *
 * Every function reads each character a bounded number of times and none uses a regular expression, so that hostile text costs what any
 * text costs. Pieces are given by their place in the line: most are words, and a word should not cost a copy before it is known to be one.
 */
import { ALNUM, ALPHA, COLON, classAt, DIGIT, DOT, HEX_LETTER, runEnd } from './characters.ts';
import { DURATION_UNITS, FILE_ENDINGS, HOST_ENDINGS, SIZE_UNITS } from './vocabulary.ts';

const HEX = DIGIT | HEX_LETTER;

/** An IPv4 address, with a port or a prefix length or without. */
export function isIpv4(text: string, from: number, to: number): boolean {
  let at = from;
  for (let part = 0; part < 4; part++) {
    const stop = runEnd(text, at, Math.min(to, at + 4), DIGIT);
    if (stop === at || stop - at > 3) return false;
    at = stop;
    if (part < 3 && (at >= to || text[at] !== '.')) return false;
    if (part < 3) at++;
  }
  if (at === to) return true;
  return (text[at] === ':' || text[at] === '/') && at + 1 < to && runEnd(text, at + 1, to, DIGIT) === to;
}

/** Hexadecimal groups between colons: `mac` when six pairs, `ip` when four groups or more (IPv6). */
export function colonGroups(text: string, from: number, to: number): '<mac>' | '<ip>' | undefined {
  let groups = 0;
  let pairs = true;
  for (let at = from; at <= to; at++) {
    const stop = runEnd(text, at, to, HEX);
    if (stop - at > 4 || (stop < to && (classAt(text, stop) & COLON) === 0)) return undefined;
    if (stop - at !== 2) pairs = false;
    groups++;
    at = stop;
  }
  if (groups === 6 && pairs) return '<mac>';
  return groups > 3 ? '<ip>' : undefined;
}

/** `10:59`, `10:59:53`, with a fraction or a zone or without. */
export function isTimeOfDay(text: string, from: number, to: number): boolean {
  let at = from;
  for (let parts = 1; parts <= 3; parts++) {
    const stop = runEnd(text, at, Math.min(to, at + 3), DIGIT);
    if (stop === at || stop - at > 2) return false;
    if (stop === to) return parts > 1;
    if (text[stop] !== ':') return parts > 1 && isTimeEnd(text, stop, to);
    at = stop + 1;
  }
  return false;
}

/** A fraction of seconds, or a zone. */
function isTimeEnd(text: string, at: number, to: number): boolean {
  if (text[at] === '.' || text[at] === ',') {
    const stop = runEnd(text, at + 1, to, DIGIT);
    return stop === to || isTimeEnd(text, stop, to);
  }
  if (text[at] === 'Z') return at + 1 === to;
  return (text[at] === '+' || text[at] === '-') && runEnd(text, at + 1, to, DIGIT | COLON) === to;
}

/** Begins with year, month and day: `2026-01-31…`, `2026/01/31…`, `2026.01.31…`. */
export function beginsWithDate(text: string, from: number, to: number): boolean {
  const separator = text[from + 4];
  return (
    to - from >= 10 &&
    (separator === '-' || separator === '/' || separator === '.') &&
    text[from + 7] === separator &&
    runEnd(text, from, from + 4, DIGIT) === from + 4 &&
    runEnd(text, from + 5, from + 7, DIGIT) === from + 7 &&
    runEnd(text, from + 8, from + 10, DIGIT) === from + 10
  );
}

/** `0x1f`; or six hexadecimal digits and more, of which the caller knows that one is a decimal digit: hashes, addresses. */
export function isHex(text: string, from: number, to: number): boolean {
  const prefixed = text[from] === '0' && (text[from + 1] === 'x' || text[from + 1] === 'X');
  const digits = prefixed ? from + 2 : from;
  return to - digits >= (prefixed ? 1 : 6) && runEnd(text, digits, to, HEX) === to;
}

const UUID_LENGTH = 36;
const UUID_DASHES = new Set([8, 13, 18, 23]);

export function isUuid(text: string, from: number, to: number): boolean {
  if (to - from !== UUID_LENGTH) return false;
  for (let place = 0; place < UUID_LENGTH; place++) {
    const dash = text[from + place] === '-';
    if (dash !== UUID_DASHES.has(place) || (!dash && (classAt(text, from + place) & HEX) === 0)) return false;
  }
  return true;
}

/** A number with its unit, glued: `10ms`, `1h2m3.5s`, `200Mi`. */
export function quantity(text: string, from: number, to: number): '<duration>' | '<size>' | undefined {
  let unit: '<duration>' | '<size>' | undefined;
  for (let at = from; at < to; ) {
    const digits = runEnd(text, at, to, DIGIT | DOT);
    const letters = runEnd(text, digits, to, ALPHA);
    if (digits === at || letters === digits) return undefined;
    unit = unitType(text.slice(digits, letters));
    if (unit === undefined) return undefined;
    at = letters;
  }
  return unit;
}

export function unitType(word: string): '<duration>' | '<size>' | undefined {
  if (DURATION_UNITS.has(word)) return '<duration>';
  return SIZE_UNITS.has(word) ? '<size>' : undefined;
}

/** A dotted name that ends as host names do. */
export function isHost(text: string, from: number, to: number): boolean {
  const dots = dotsOfName(text, from, to);
  if (dots === 0) return false;
  const ending = lastLabel(text, from, to);
  return HOST_ENDINGS.has(ending) || (dots > 1 && ending.length === 2 && isLower(ending));
}

/** A dotted name of which the caller knows that a port follows, where for a source file it would be a line. */
export function isHostOfPort(text: string, from: number, to: number): boolean {
  if (dotsOfName(text, from, to) === 0) return false;
  const ending = lastLabel(text, from, to);
  return ending.length >= 2 && ending.length <= LONGEST_HOST_ENDING && isLower(ending) && !FILE_ENDINGS.has(ending);
}

const LONGEST_HOST_ENDING = 8;

/** None as well when a character is not one of a host name. */
function dotsOfName(text: string, from: number, to: number): number {
  let dots = 0;
  for (let at = from; at < to; at++) {
    if (text[at] === '.') dots++;
    else if ((classAt(text, at) & ALNUM) === 0 && text[at] !== '-') return 0;
  }
  return dots;
}

const lastLabel = (text: string, from: number, to: number): string => text.slice(Math.max(from, text.lastIndexOf('.', to - 1) + 1), to);

function isLower(label: string): boolean {
  for (const character of label) if (character < 'a' || character > 'z') return false;
  return true;
}
