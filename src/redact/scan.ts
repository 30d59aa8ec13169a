/**
 * The scanner: one pass over text, line by line, that writes what is not secret and a replacement for what is.
 *
 * Linear: each character is looked at a bounded number of times. That is not believed but counted; a text that would cost more
 * than its budget throws `WorkExceeded`, and the caller puts a replacement in its place.
 */

import { wordBeforeSpace } from './announced.ts';
import type { Carry } from './carry.ts';
import { ansiEnd, CLASS, DIGIT, JOINER, MARK, runEnd, UPPER, WORD } from './characters.ts';
import { forgetWords, hide, type Scan, type ScanOptions, spend } from './cursor.ts';
import { readFlag } from './flags.ts';
import { azureSecret, passwordHashEnd } from './formats.ts';
import { type Kind, replacementEnd } from './kinds.ts';
import { beginLine, documentOf } from './lines.ts';
import { readKeyed, readXml } from './pairs.ts';
import { beginPem, PEM_BEGIN } from './pem.ts';
import { findToken } from './tokens.ts';
import { readEmail, readGoDsn, readUrl } from './urls.ts';
import { readLongWord } from './words.ts';

const WORK_A_CHARACTER = 64;
const WORK_AT_LEAST = 20_000;
const SHORTEST_LONG_WORD = 14;

export interface Scanned {
  readonly text: string;
  /** Characters looked at, for showing that the cost is linear. */
  readonly work: number;
}

/** Redacts whole lines: `text` ends with a line break or is the last there is. `carry` is changed to what the next lines need. */
export function scanLines(text: string, carry: Carry, options: ScanOptions): Scanned {
  const scan: Scan = {
    text,
    options,
    carry,
    lineStart: 0,
    end: 0,
    wordStart: 0,
    wordEnd: 0,
    wordBefore: 0,
    wordBeforeEnd: 0,
    wordClasses: 0,
    identifierAt: -1,
    lookedAheadTo: 0,
    lookedBackTo: 0,
    written: 0,
    out: '',
    work: text.length,
    budget: text.length * WORK_A_CHARACTER + WORK_AT_LEAST,
  };
  const documents = documentOf(text);
  for (let start = 0; start < text.length; ) {
    const lineBreak = text.indexOf('\n', start);
    const end = lineBreak < 0 ? text.length : lineBreak;
    documents(scan, start, end);
    scanLine(scan, start, end);
    start = end + 1;
  }
  return { text: scan.out + text.slice(scan.written), work: scan.work };
}

function scanLine(scan: Scan, start: number, end: number): void {
  scan.lineStart = start;
  scan.end = end;
  forgetWords(scan, start);
  scan.identifierAt = -1;
  let at = beginLine(scan, start);
  const { text } = scan;
  while (at < end) {
    const flags = CLASS[text.charCodeAt(at)] ?? 0;
    if ((flags & WORD) !== 0) at = takeWord(scan, at, end);
    else if ((flags & MARK) === 0) at++;
    else at = takeMark(scan, at);
  }
}

function takeWord(scan: Scan, from: number, end: number): number {
  const { text } = scan;
  let classes = 0;
  let at = from;
  while (at < end) {
    const flags = CLASS[text.charCodeAt(at)] ?? 0;
    if ((flags & WORD) === 0) break;
    classes |= flags;
    at++;
  }
  if ((classes & JOINER) !== 0 && text.startsWith(PEM_BEGIN, at - PEM_BEGIN.length)) {
    at -= PEM_BEGIN.length; // what is glued to the block's beginning is a word of its own
    if (at === from) return beginPem(scan, from);
  }
  scan.wordBefore = scan.wordStart;
  scan.wordBeforeEnd = scan.wordEnd;
  scan.wordStart = from;
  scan.wordEnd = at;
  scan.wordClasses = classes;
  if (at - from >= SHORTEST_LONG_WORD || mayBePartOfMore(text, from, at, end, classes)) {
    const after = readLongWord(scan);
    if (after > at) return after;
  }
  const next = text.charCodeAt(at);
  if (text.charCodeAt(from) === 0x2d) return readFlag(scan, at);
  return next === 0x20 ? wordBeforeSpace(scan, at) : at;
}

/** A short word that a card number in groups, or base64 with `+` and `/`, begins with. */
function mayBePartOfMore(text: string, from: number, to: number, end: number, classes: number): boolean {
  if (classes === DIGIT && to - from === 4) return true;
  const next = to < end ? text.charCodeAt(to) : 0;
  return next === 0x2b || next === 0x2f;
}

function takeMark(scan: Scan, at: number): number {
  const { text, end } = scan;
  switch (text.charCodeAt(at)) {
    case 0x3a: // :
      return text.startsWith('://', at) ? readUrl(scan, at) : readKeyed(scan, at, at + 1);
    case 0x3d: // =
      return readKeyed(scan, at, at + 1);
    case 0x5c:
      return skipEscape(text, at, end);
    case 0x2e: // .
      return readDotted(scan, at);
    case 0x5b: // [
      return skipReplacement(scan, at);
    case 0x7d: // }
      scan.carry.dataBraces = false;
      return at + 1;
    case 0x3e: // >
      return readXml(scan, at);
    case 0x25: // %
      return readPercent(scan, at);
    case 0x24: // $
      return replace(scan, at, passwordHashEnd(text, at, end), 'password-hash');
    case 0x7e: // ~
      return readAzure(scan, at);
    case 0x40: // @
      return scan.options.emails && readEmail(scan, at) > at ? scan.written : readGoDsn(scan, at);
    default:
      return Math.max(at + 1, ansiEnd(text, at, end));
  }
}

function replace(scan: Scan, start: number, end: number, kind: Kind): number {
  if (end <= start) return start + 1;
  spend(scan, end - start);
  hide(scan, start, end, kind);
  return end;
}

function readAzure(scan: Scan, at: number): number {
  const found = azureSecret(scan.text, at, scan.end);
  if (found === undefined || found.start < scan.lineStart) return at + 1;
  hide(scan, found.start, found.end, found.kind);
  return found.end;
}

const SHORTEST_DOTTED_PREFIX = 2;
const LONGEST_DOTTED_PREFIX = 4;

/** Tokens such as `SG.…` and `hvs.…`, whose beginning is a short word and a dot. */
function readDotted(scan: Scan, at: number): number {
  const length = at - scan.wordStart;
  if (scan.wordEnd !== at || length < SHORTEST_DOTTED_PREFIX || length > LONGEST_DOTTED_PREFIX) return at + 1;
  const found = findToken(scan, scan.wordStart, scan.wordStart + 2, scan.end);
  if (found === undefined) return at + 1;
  return replace(scan, found.start, found.end, found.kind);
}

/** A replacement is not looked into: redacting twice is redacting once. */
function skipReplacement(scan: Scan, at: number): number {
  const end = replacementEnd(scan.text, at);
  if (end < 0 || end > scan.end) return at + 1;
  forgetWords(scan, end);
  scan.lookedBackTo = end;
  return end;
}

/** `%3D` and `%3A` stand for `=` and `:`; any other escape is a boundary. */
function readPercent(scan: Scan, at: number): number {
  const { text, end } = scan;
  if (runEnd(text, at + 1, Math.min(end, at + 3), WORD & ~JOINER) !== at + 3) return at + 1;
  const escaped = text.slice(at + 1, at + 3).toUpperCase();
  return escaped === '3D' || escaped === '3A' ? readKeyed(scan, at, at + 3) : at + 3;
}

const ESCAPED_BREAKS = 'nrtbfv0';

/** `\n` and its like in a string: what follows begins a word of its own. */
function skipEscape(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && text.charCodeAt(at) === 0x5c) at++;
  const next = text[at] ?? ' ';
  if (at >= end) return at;
  if (ESCAPED_BREAKS.includes(next)) return at + 1;
  if (next === 'u' && runEnd(text, at + 1, Math.min(end, at + 5), DIGIT | UPPER | 1) === at + 5) return at + 5;
  return at;
}
