/**
 * What a line means because of the lines around it: the inside of a private key, of a block scalar, of a Secret's data, or the
 * value of a name that stands above.
 */

import type { Carry } from './carry.ts';
import { BASE64_EXTRA, classAt, QUOTE, runEnd, SPACE, WORD } from './characters.ts';
import { drop, hide, type Scan, spend } from './cursor.ts';
import { isHarmless, readValue } from './values.ts';

/** Does what the lines above ask for. Gives the place where ordinary scanning goes on. */
export function beginLine(scan: Scan, start: number): number {
  const { carry } = scan;
  if (carry.pemLines > 0) return insideKey(scan, start);
  if (carry.publicBlock && lineOf(scan, start).includes('-----END')) carry.publicBlock = false;
  if (carry.blockIndent >= 0 && insideBlock(scan, start)) return scan.end;
  if (carry.dataIndent >= 0) return insideData(scan, start);
  if (carry.named !== undefined) return afterName(scan, carry, carry.named, start);
  return start;
}

function lineOf(scan: Scan, start: number): string {
  spend(scan, scan.end - start);
  return scan.text.slice(start, scan.end);
}

/** Longer than any key that is in use. */
const MOST_KEY_LINES = 512;

function insideKey(scan: Scan, start: number): number {
  const { carry, end } = scan;
  const line = lineOf(scan, start);
  const marker = line.indexOf('-----END');
  if (marker >= 0) {
    carry.pemLines = 0;
    const close = line.indexOf('-----', marker + 8);
    const stop = close < 0 ? end : start + close + 5;
    drop(scan, start, stop === end ? Math.min(end + 1, scan.text.length) : stop);
    return stop;
  }
  if (carry.pemLines >= MOST_KEY_LINES || !isKeyLine(line)) {
    carry.pemLines = 0;
    return start;
  }
  carry.pemLines++;
  drop(scan, start, Math.min(end + 1, scan.text.length));
  return end;
}

const KEY_HEADER = /^\s*(?:Proc-Type|DEK-Info|Version|Comment|Hash):/u;

/** A line of base64, alone or behind a log's prefix; a header of an encrypted key; an empty line. */
function isKeyLine(line: string): boolean {
  const trimmed = line.trim().replace(/["',\\]{1,8}n?$/u, '');
  if (trimmed === '' || KEY_HEADER.test(trimmed)) return true;
  const space = Math.max(trimmed.lastIndexOf(' '), trimmed.lastIndexOf('\t'));
  const from = space + 1;
  const whole = runEnd(trimmed, from, trimmed.length, WORD | BASE64_EXTRA) === trimmed.length;
  return whole && (from === 0 || trimmed.length - from >= 40);
}

/** True while the block goes on; its lines are left out. */
function insideBlock(scan: Scan, start: number): boolean {
  const { carry, end, text } = scan;
  const first = runEnd(text, start, end, SPACE);
  spend(scan, first - start);
  if (first < end && first - start <= carry.blockIndent) {
    carry.blockIndent = -1;
    return false;
  }
  drop(scan, start, Math.min(end + 1, text.length));
  return true;
}

/** `data:` of a manifest in YAML: one entry a line. */
function insideData(scan: Scan, start: number): number {
  const { carry, end, text } = scan;
  const key = runEnd(text, start, end, SPACE);
  if (key === end) return end;
  if (key - start <= carry.dataIndent) {
    carry.dataIndent = -1;
    return start;
  }
  let colon = key;
  while (colon < end && text.charCodeAt(colon) !== 0x3a) colon++;
  spend(scan, colon - start);
  return hideEntry(scan, key - start, colon + 1) ? end : start;
}

/** An entry's value, if it is a Secret's, or looks like one where the kind is not known. */
function hideEntry(scan: Scan, indent: number, valueAt: number): boolean {
  const { carry, end, text } = scan;
  const value = valueAt < end ? readValue(text, valueAt, end, { toLineEnd: true }) : undefined;
  if (value === undefined || isHarmless(text, value)) return false;
  spend(scan, value.end - valueAt);
  if (!isSecretData(scan, value.start, value.end)) return false;
  if (isBlockIndicator(text, value.start, end)) carry.blockIndent = indent;
  hide(scan, value.start, value.end, 'secret-data');
  return true;
}

/** `|`, `>-` and the like, to the end of the line. */
export function isBlockIndicator(text: string, at: number, end: number): boolean {
  if (text[at] !== '|' && text[at] !== '>') return false;
  let i = at + 1;
  while (i < end && '+-0123456789'.includes(text[i] ?? ' ')) i++;
  i = runEnd(text, i, end, SPACE);
  return i >= end || text[i] === '#';
}

/**
 * Whether a value in `data` is a Secret's: certainly, when the document says so; where nothing says what the document is, when
 * it is canonical base64 of printable text, as an ordinary word hardly ever is.
 */
export function isSecretData(scan: Scan, start: number, end: number): boolean {
  if (scan.carry.document !== 'unknown') return scan.carry.document === 'secret';
  const length = end - start;
  if (length < 8 || length % 4 !== 0 || runEnd(scan.text, start, end, WORD | BASE64_EXTRA) !== end) return false;
  spend(scan, length);
  const encoded = scan.text.slice(start, end);
  const bytes = Buffer.from(encoded, 'base64');
  return bytes.toString('base64') === encoded && bytes.every((byte) => byte >= 0x20 || byte === 0x0a || byte === 0x09 || byte === 0x0d);
}

function afterName(scan: Scan, carry: Carry, named: NonNullable<Carry['named']>, start: number): number {
  if (named.lines <= 0) {
    carry.named = undefined;
    return start;
  }
  named.lines--;
  if (named.by === 'name') return start;
  carry.named = undefined;
  const { text, end } = scan;
  const first = runEnd(text, start, end, SPACE);
  const at = text.startsWith('- ', first) ? first + 2 : first;
  if (at === first && (classAt(text, first) & QUOTE) === 0) return start;
  const value = readValue(text, at, end, { toLineEnd: false });
  if (value === undefined || text[value.start] === '-' || isHarmless(text, value)) return start;
  spend(scan, value.end - start);
  hide(scan, value.start, value.end, named.kind);
  return value.end;
}

/** Says, at the beginning of each document of `text`, what kind of object it holds: a Secret's data may stand above its kind. */
export function documentOf(text: string): (scan: Scan, start: number, end: number) => void {
  if (!text.includes('Secret') && !text.includes('ConfigMap')) return resetOnly;
  const secret = finder(text, 'Secret', (at) => isSecretKind(text, at));
  const config = finder(text, 'ConfigMap', () => true);
  return (scan, start, end) => {
    const separator = isSeparator(text, start, end);
    if (start > 0 && !separator) return;
    if (separator) resetDocument(scan.carry);
    const next = text.indexOf('\n---', start);
    const stop = next < 0 ? text.length : next;
    if (secret(start) < stop) scan.carry.document = 'secret';
    else if (config(start) < stop && scan.carry.document === 'unknown') scan.carry.document = 'other';
  };
}

function resetOnly({ carry, text }: Scan, start: number, end: number): void {
  if (isSeparator(text, start, end)) resetDocument(carry);
}

function resetDocument(carry: Carry): void {
  carry.document = 'unknown';
  carry.dataIndent = -1;
  carry.dataBraces = false;
}

function isSeparator(text: string, start: number, end: number): boolean {
  return (
    text.charCodeAt(start) === 0x2d && text.startsWith('---', start) && (end === start + 3 || (classAt(text, start + 3) & SPACE) !== 0)
  );
}

/** Where an accepted `needle` next occurs at or after a place; places must not go back, so that all calls together are one pass. */
function finder(text: string, needle: string, accept: (at: number) => boolean): (from: number) => number {
  let at = -1;
  return (from) => {
    while (at < from) {
      let found = text.indexOf(needle, from);
      while (found >= 0 && !accept(found)) found = text.indexOf(needle, found + 1);
      at = found < 0 ? Number.POSITIVE_INFINITY : found;
    }
    return at;
  };
}

const LONGEST_KIND_GAP = 24;

/** `kind: Secret`, `"kind":"Secret"`, escaped or not, and their lists. */
function isSecretKind(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - LONGEST_KIND_GAP), at);
  return /kind[\\"'\s]{0,10}:[\\"'\s]{0,10}$/u.test(before) && /^Secret(?:List)?(?![A-Za-z0-9])/u.test(text.slice(at, at + 11));
}
