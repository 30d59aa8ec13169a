/** Secrets that a word announces with a mere space: `Bearer …`, `Basic …`, SQL's `PASSWORD '…'` and `IDENTIFIED BY '…'`, .netrc. */
import { BASE64_EXTRA, classAt, WORD } from './characters.ts';
import { hide, type Scan, spend } from './cursor.ts';
import { COMMAND_LOOK_BACK, readArgument } from './flags.ts';
import { isBasicCredential, jwtEnd } from './formats.ts';
import { isHarmless, readValue } from './values.ts';

/** Words that say, with a space and no separator, that a secret follows. */
export function wordBeforeSpace(scan: Scan, at: number): number {
  const { text, wordStart } = scan;
  const first = text.charCodeAt(wordStart) | 0x20;
  const length = at - wordStart;
  if (first !== 0x62 && first !== 0x70) return at; // b, p
  if (length === 6 && isWord(text, wordStart, 'bearer')) return readBearer(scan, at);
  if (length === 5 && isWord(text, wordStart, 'basic')) return readBasic(scan, at);
  if (length === 2 && isWord(text, wordStart, 'by')) return isWord(text, scan.wordBefore, 'identified') ? readQuoted(scan, at) : at;
  return length === 8 && isWord(text, wordStart, 'password') ? readPasswordWord(scan, at) : at;
}

const isWord = (text: string, at: number, word: string): boolean => text.slice(at, at + word.length).toLowerCase() === word;

const CREDENTIAL_CHARACTERS = WORD | BASE64_EXTRA;

function credentialEnd(scan: Scan, from: number): number {
  const { text, end } = scan;
  let at = from;
  while (at < end && ((classAt(text, at) & CREDENTIAL_CHARACTERS) !== 0 || text[at] === '.' || text[at] === '~')) at++;
  spend(scan, at - from);
  return at;
}

function readBearer(scan: Scan, at: number): number {
  const from = at + 1;
  const stop = credentialEnd(scan, from);
  const long = stop - from >= 20 || (stop - from >= 8 && /\d/u.test(scan.text.slice(from, stop)));
  if (!long) return at;
  hide(scan, from, stop, jwtEnd(scan.text, from, stop) === stop ? 'jwt' : 'authorization');
  return stop;
}

function readBasic(scan: Scan, at: number): number {
  const from = at + 1;
  const stop = credentialEnd(scan, from);
  if (stop - from > 4096 || !isBasicCredential(scan.text.slice(from, stop))) return at;
  hide(scan, from, stop, 'authorization');
  return stop;
}

/** `password 'x'` of SQL, and `login a password b` of .netrc. */
function readPasswordWord(scan: Scan, at: number): number {
  const { text, lineStart, wordStart } = scan;
  if (text[at + 1] === "'") return readQuoted(scan, at);
  const from = Math.max(lineStart, scan.lookedBackTo, wordStart - COMMAND_LOOK_BACK);
  scan.lookedBackTo = at;
  spend(scan, wordStart - from);
  return /\blogin \S+ $/u.test(text.slice(from, wordStart)) ? readArgument(scan, 'password', at) : at;
}

function readQuoted(scan: Scan, at: number): number {
  const { text, end } = scan;
  const value = readValue(text, at + 1, end, { toLineEnd: false });
  if (value?.quoted !== true || isHarmless(text, value)) return at;
  spend(scan, value.end - at);
  hide(scan, value.start, value.end, 'password');
  return value.end;
}
