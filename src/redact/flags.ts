/** Secrets on command lines: a flag whose value is the next argument, `-psecret` of MySQL, `-u user:password` of curl. */
import { classAt, DIGIT, QUOTE, runEnd, SPACE, skipBlank, WORD } from './characters.ts';
import { hide, lastWord, type Scan, spend } from './cursor.ts';
import type { Kind } from './kinds.ts';
import { isHarmless, readValue } from './values.ts';

/** After a word that begins with `-`: a flag whose value is the next argument, or a password glued to its flag. */
export function readFlag(scan: Scan, at: number): number {
  const { text, wordStart, end } = scan;
  const first = text[wordStart + 1];
  if (first === 'p' && at - wordStart > 1) return readPasswordFlag(scan, at);
  if ((first === 'u' && at - wordStart === 2) || text.startsWith('--user', wordStart)) return readUserFlag(scan, at);
  const next = at < end ? (text[at] ?? '') : '\n';
  if (first === undefined || !' \t"\',\n'.includes(next) || at - wordStart < 4) return at;
  const { secret } = scan.options.keyMeaning(lastWord(scan));
  return secret === undefined ? at : readArgument(scan, secret, at);
}

/** The next argument, on a command line or in a list. */
export function readArgument(scan: Scan, kind: Kind, at: number): number {
  const { text, end, carry } = scan;
  let from = at;
  while (from < Math.min(end, at + 8) && '"\',\\'.includes(text[from] ?? ' ')) from++;
  from = skipBlank(text, from, end);
  spend(scan, from - at);
  if (from >= end) {
    carry.named = { kind, by: 'flag', lines: 1 };
    return at;
  }
  const value = readValue(text, from, end, { toLineEnd: false });
  if (value === undefined || text[value.start] === '-') return at;
  spend(scan, value.end - from);
  if (isHarmless(text, value)) return at;
  hide(scan, value.start, value.end, kind);
  return value.end;
}

export const COMMAND_LOOK_BACK = 160;

/** `mysql -psecret`, `sshpass -p secret`: the letter means so many things that the command has to be there. */
function readPasswordFlag(scan: Scan, at: number): number {
  const { text, wordStart, lineStart, lookedBackTo } = scan;
  const { secret } = scan.options.keyMeaning(lastWord(scan));
  if (secret !== undefined && (classAt(text, at) & (SPACE | QUOTE)) !== 0) return readArgument(scan, secret, at);
  const from = Math.max(lineStart, lookedBackTo, wordStart - COMMAND_LOOK_BACK);
  scan.lookedBackTo = at;
  spend(scan, wordStart - from);
  const command = text.slice(from, wordStart);
  if (at - wordStart === 2) return command.includes('sshpass') && text[at] === ' ' ? readArgument(scan, 'password', at) : at;
  if (!/mysql|mariadb|sshpass/u.test(command)) return at;
  const value = readValue(text, wordStart + 2, scan.end, { toLineEnd: false });
  if (value === undefined || isHarmless(text, value)) return at;
  spend(scan, value.end - wordStart);
  hide(scan, value.start, value.end, 'password');
  return value.end;
}

const LONGEST_USER = 64;
const LONGEST_PLAIN_USER = 14;

/** `curl -u user:password`; not `docker run -u 1000:1000`. */
function readUserFlag(scan: Scan, at: number): number {
  const { text, end } = scan;
  if (text[at] !== ' ' && text[at] !== '=') return at;
  const from = (classAt(text, at + 1) & QUOTE) === 0 ? at + 1 : at + 2;
  let colon = from;
  while (colon < Math.min(end, from + LONGEST_USER) && ((classAt(text, colon) & WORD) !== 0 || '.@+'.includes(text[colon] ?? ' '))) colon++;
  spend(scan, colon - at);
  if (text[colon] !== ':') return at;
  const value = readValue(text, at + 1, end, { toLineEnd: false });
  if (value === undefined) return at;
  spend(scan, value.end - at);
  const password = { ...value, start: colon + 1 };
  if (isHarmless(text, password) || runEnd(text, password.start, password.end, DIGIT) === password.end) return at;
  // a long user name may be a token: it goes along
  hide(scan, colon - from < LONGEST_PLAIN_USER ? password.start : from, password.end, 'password');
  return value.end;
}
