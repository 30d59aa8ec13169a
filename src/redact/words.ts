/** Words that are long enough to be a credential by themselves: issued tokens, JSON Web Tokens, card numbers, and randomness. */
import { ALNUM, BASE64_EXTRA, classAt, DIGIT, JOINER, LETTER, LOWER, runEnd, UPPER, WORD } from './characters.ts';
import { hide, type Scan, spend } from './cursor.ts';
import { looksLikePath, looksRandom } from './entropy.ts';
import { cardEnd, jwtEnd, telegramStart } from './formats.ts';
import { findToken } from './tokens.ts';

const SHORTEST_TOKEN_WORD = 14;

/** Judges the scanner's last word. Gives the place to go on from: beyond the word if something was replaced, else its end. */
export function readLongWord(scan: Scan): number {
  const { text, wordStart: from, wordEnd: to, end } = scan;
  spend(scan, to - from);
  if ((scan.wordClasses & ALNUM) === DIGIT) {
    const card = cardEnd(text, from, end);
    if (card > 0) return replaced(scan, from, card, 'card-number');
  }
  if (to - from >= SHORTEST_TOKEN_WORD) {
    const issued = issuedToken(scan);
    if (issued > 0) return issued;
  }
  return randomText(scan);
}

function replaced(scan: Scan, start: number, end: number, kind: Parameters<typeof hide>[3]): number {
  hide(scan, start, end, kind);
  return end;
}

function issuedToken(scan: Scan): number {
  const { text, wordStart: from, wordEnd: to, end } = scan;
  const token = findToken(scan, from, to, end);
  if (token !== undefined) {
    // a long beginning is not judged by itself any more: it goes along
    const start = token.start - from < SHORTEST_TOKEN_WORD ? token.start : from;
    return replaced(scan, start, token.end, token.kind);
  }
  const jwt = jwtEnd(text, from, end);
  if (jwt > 0) return replaced(scan, from, jwt, 'jwt');
  const telegram = telegramStart(text, from, to, scan.lineStart);
  return telegram < 0 ? 0 : replaced(scan, telegram, to, 'telegram-token');
}

/** Public keys and certificates are long and random, and tell nothing that is secret. */
const PUBLIC_BEGINNINGS = ['AAAAB3NzaC1', 'AAAAC3NzaC1', 'AAAAE2VjZHNh', 'sha256-', 'sha384-', 'sha512-'];
const ENCODED_PEM = 'LS0tLS1CRUdJTi';

function randomText(scan: Scan): number {
  const { text, wordStart: from, wordEnd: to, end } = scan;
  if (scan.carry.publicBlock) return to;
  const run = wholeRun(text, from, to, end);
  if (run > to) spend(scan, run - from);
  if (text.startsWith(ENCODED_PEM, from)) return encodedPem(scan, from, run);
  if (isIdentifier(scan) || PUBLIC_BEGINNINGS.some((beginning) => text.startsWith(beginning, from))) return run;
  if (run > to && run - from >= 32 && !looksLikePath(text, from, run) && looksRandom(text, from, run)) return hideRun(scan, from, run);
  if (!mayBeRandom(scan) || !looksRandom(text, from, to)) return to;
  const joined = classAt(text, from - 1) & BASE64_EXTRA;
  return joined !== 0 && inArn(scan, from) ? to : hideRun(scan, from, padded(text, to, end));
}

function hideRun(scan: Scan, from: number, to: number): number {
  if (inArn(scan, from)) return to;
  hide(scan, from, to, 'high-entropy');
  return to;
}

function mayBeRandom({ wordClasses, wordStart, wordEnd }: Scan): boolean {
  if (wordEnd - wordStart < 24 || (wordClasses & DIGIT) === 0) return false;
  const mixed = (wordClasses & UPPER) !== 0 && (wordClasses & LOWER) !== 0;
  return mixed || ((wordClasses & JOINER) === 0 && (wordClasses & LETTER) !== 0);
}

/** At most so many `+` and `/` stand side by side in a run: more separate. */
const MOST_EXTRAS = 4;

/** Where the run of base64 characters ends that begins with the word; the word's own end if it does not begin one. */
function wholeRun(text: string, from: number, to: number, end: number): number {
  const before = extrasBefore(text, from);
  if (before > 0 && (classAt(text, from - before - 1) & WORD) !== 0) return to;
  let at = to;
  for (let extras = extrasAt(text, at, end); extras > 0; extras = extrasAt(text, at, end)) {
    if ((classAt(text, at + extras) & WORD) === 0 || at + extras >= end) break;
    at = runEnd(text, at + extras, end, WORD);
  }
  return padded(text, at, end);
}

function extrasAt(text: string, at: number, end: number): number {
  let stop = at;
  while (stop < end && stop < at + MOST_EXTRAS && '+/'.includes(text[stop] ?? ' ')) stop++;
  return stop - at;
}

function extrasBefore(text: string, from: number): number {
  let at = from;
  while (at > 0 && at > from - MOST_EXTRAS && '+/'.includes(text[at - 1] ?? ' ')) at--;
  return from - at;
}

/** With base64's own padding; an `=` that a value follows is a separator. */
function padded(text: string, at: number, end: number): number {
  if (text[at] !== '=') return at;
  let stop = at;
  while (stop < end && stop < at + 2 && text[stop] === '=') stop++;
  return stop > at && (classAt(text, stop) & WORD) !== 0 ? at : stop;
}

function encodedPem(scan: Scan, from: number, run: number): number {
  const head = Buffer.from(scan.text.slice(from, Math.min(run, from + 64)), 'base64').toString('latin1');
  if (head.includes('PRIVATE KEY')) hide(scan, from, run, 'private-key');
  return run;
}

const LONGEST_GAP = 3;

/** The word is the value of a key such as `trace_id`, or its name says that it is one. */
function isIdentifier({ identifierAt, wordStart, text }: Scan): boolean {
  if (identifierAt >= 0 && wordStart - identifierAt <= LONGEST_GAP && wordStart >= identifierAt) return true;
  return text.startsWith('/nix/store/', wordStart - 11);
}

const ARN_LOOK_BACK = 128;

/** Names in cloud resource names end in random letters and digits. */
function inArn(scan: Scan, from: number): boolean {
  const { text, lineStart } = scan;
  const limit = Math.max(lineStart, from - ARN_LOOK_BACK);
  let at = from;
  while (at > limit && (classAt(text, at - 1) & (WORD | BASE64_EXTRA) || ':.'.includes(text[at - 1] ?? ' '))) at--;
  spend(scan, from - at);
  return text.startsWith('arn:', at);
}
