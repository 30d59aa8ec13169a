/** Names and what belongs to them: `key=value`, `key: value`, `<key>value</key>`, and the entries of manifests and environments. */

import { readAuthorization } from './authorization.ts';
import { classAt, LETTER, QUOTE, SPACE, skipBlank } from './characters.ts';
import { forgetWords, hide, lastWord, type Scan, spend } from './cursor.ts';
import { isBasicCredential, jwtEnd } from './formats.ts';
import type { Kind } from './kinds.ts';
import { isBlockIndicator, isSecretData } from './lines.ts';
import { findToken } from './tokens.ts';
import { type Extent, isHarmless, readValue } from './values.ts';

const LONGEST_GAP = 12;

/** At a separator: hides the value if the word before it names a secret. Gives the place to go on from. */
export function readKeyed(scan: Scan, separator: number, after: number): number {
  const { text, wordStart, wordEnd, wordClasses } = scan;
  if ((wordClasses & LETTER) === 0 || wordEnd === wordStart || !isGap(text, wordEnd, separator)) return after;
  if (text[separator] === ':' && text[after] === ':') return after + 1; // a path in C++ or Rust
  const name = lastWord(scan);
  const meaning = scan.options.keyMeaning(name);
  const at = afterSeparator(text, after);
  const secret = meaning.secret ?? compoundName(scan, name) ?? escapedName(scan);
  if (secret !== undefined) return mentionsOnly(scan, name) ? after : hideValue(scan, secret, separator, at);
  if (meaning.role !== undefined) {
    const done = readRole(scan, meaning.role, separator, at);
    if (done > after || meaning.role === 'data') return Math.max(done, after);
  }
  if (scan.carry.dataBraces) return readDataEntry(scan, at);
  if (meaning.identifier === true) scan.identifierAt = at;
  return after;
}

/** `=>`, `==`, `:=`. */
function afterSeparator(text: string, after: number): number {
  let at = after;
  while (at < after + 2 && (text[at] === '=' || text[at] === '>')) at++;
  return at;
}

/** Between a name and its separator stand quotes, spaces, a bracket or a change of colour. */
function isGap(text: string, from: number, to: number): boolean {
  if (to - from > LONGEST_GAP) return false;
  for (let at = from; at < to; at++) {
    const plain = (classAt(text, at) & (QUOTE | SPACE)) !== 0 || '\\]'.includes(text[at] ?? ' ');
    if (!plain && !inColour(text, at)) return false;
  }
  return true;
}

const inColour = (text: string, at: number): boolean => '\u001b[;m'.includes(text[at] ?? ' ') || '0123456789'.includes(text[at] ?? ' ');

/** `API key: …`, `secret key = …`: a name of two words. */
function compoundName(scan: Scan, name: string): Kind | undefined {
  if (name.length !== 3 || name.toLowerCase() !== 'key' || scan.wordStart - scan.wordBeforeEnd !== 1) return undefined;
  if (scan.wordBeforeEnd - scan.wordBefore > 16) return undefined;
  return scan.options.keyMeaning(`${scan.text.slice(scan.wordBefore, scan.wordBeforeEnd)}key`).secret;
}

/** `\token=` in a path or a string: the `t` may have been taken for an escape. */
function escapedName(scan: Scan): Kind | undefined {
  const { text, wordStart, wordEnd } = scan;
  return text[wordStart - 2] === '\\' ? scan.options.keyMeaning(text.slice(wordStart - 1, wordEnd)).secret : undefined;
}

/** A parser that complains about a token has no secret to tell. */
function mentionsOnly(scan: Scan, name: string): boolean {
  const { text, wordBefore, wordBeforeEnd } = scan;
  return name === 'token' && text.slice(wordBefore, wordBeforeEnd).toLowerCase() === 'unexpected';
}

function readRole(scan: Scan, role: 'name' | 'value' | 'data' | 'kind', separator: number, at: number): number {
  const { carry, text, end } = scan;
  if (role === 'value') {
    if (carry.named?.by !== 'name') return 0;
    const { kind } = carry.named;
    carry.named = undefined;
    return hideValue(scan, kind, separator, at);
  }
  const start = skipBlank(text, at, end);
  spend(scan, start - at);
  if (role === 'data') {
    if (text[start] === '{') carry.dataBraces = true;
    else if (start === end && beginsLine(scan)) carry.dataIndent = keyColumn(scan);
    return 0;
  }
  const word = valueWord(scan, start);
  if (role === 'kind') {
    if (word === 'Secret') carry.document = 'secret';
    else if (carry.document === 'unknown' && beginsLine(scan)) carry.document = 'other';
    return 0;
  }
  const { secret } = scan.options.keyMeaning(word);
  if (secret !== undefined) carry.named = { kind: secret, by: 'name', lines: 2 };
  else if (carry.named?.by === 'name') carry.named = undefined;
  return 0;
}

const LONGEST_NAME = 100;

function valueWord(scan: Scan, start: number): string {
  const { text, end } = scan;
  const value = readValue(text, start, Math.min(end, start + LONGEST_NAME), { toLineEnd: false });
  const word = value === undefined ? '' : text.slice(value.start, value.end);
  spend(scan, word.length);
  return word;
}

function readDataEntry(scan: Scan, at: number): number {
  const { text, end, carry } = scan;
  const value = readValue(text, at, end, { toLineEnd: false });
  if (value === undefined || !value.quoted) {
    if (text[skipBlank(text, at, end)] === '{') carry.dataBraces = false;
    return at;
  }
  spend(scan, value.end - at);
  if (isHarmless(text, value) || !isSecretData(scan, value.start, value.end)) return at;
  hide(scan, value.start, value.end, 'secret-data');
  forgetWords(scan, value.end);
  return value.end;
}

const keyColumn = ({ text, wordStart, lineStart }: Scan): number =>
  wordStart - lineStart - ((classAt(text, wordStart - 1) & QUOTE) === 0 ? 0 : 1);

/** Whether only indentation, a list dash and a quote stand before the name. */
function beginsLine(scan: Scan): boolean {
  const { text, lineStart, wordStart } = scan;
  const limit = Math.max(lineStart, wordStart - 200);
  let at = wordStart;
  while (at > limit && ((classAt(text, at - 1) & (SPACE | QUOTE)) !== 0 || text[at - 1] === '-')) at--;
  return at === lineStart;
}

function hideValue(scan: Scan, kind: Kind, separator: number, at: number): number {
  const { text, end } = scan;
  if (kind === 'authorization' || kind === 'cookie') return readAuthorization(scan, kind, at);
  const quotedKey = (classAt(text, scan.wordEnd) & QUOTE) !== 0; // then it is JSON, whose bare values are one word
  const yaml = text[separator] === ':' && !quotedKey && ((classAt(text, at) & SPACE) !== 0 || at === end) && beginsLine(scan);
  const value = readValue(text, at, end, { toLineEnd: yaml });
  if (value === undefined) return at;
  spend(scan, value.end - at);
  if (yaml && isBlockIndicator(text, value.start, end)) scan.carry.blockIndent = keyColumn(scan);
  else if (isHarmless(text, value) || isNoSecret(scan, value)) return at;
  hide(scan, value.start, value.end, preciseKind(scan, value, kind));
  forgetWords(scan, value.end);
  return value.end;
}

/** Values that some names have by right: where a Secret is, where a shell is, how many passed, which method is used. */
function isNoSecret(scan: Scan, { start, end }: Extent): boolean {
  const name = lastWord(scan).toLowerCase();
  if (end - start > 320) return false;
  const value = scan.text.slice(start, end);
  switch (name) {
    case 'secret':
      return /^[a-z0-9][a-z0-9-]{0,62}\/[a-z0-9][a-z0-9.-]{0,252}$/u.test(value);
    case 'pwd':
    case 'oldpwd':
      return value.startsWith('/');
    case 'pass':
    case 'pw':
    case 'pin':
      return /^\d{1,3}$/u.test(value);
    case 'auth':
      return !isBasicCredential(value);
    default:
      return false;
  }
}

/** An issued token is called by its own name, whatever the key was. */
function preciseKind(scan: Scan, { start, end }: Extent, kind: Kind): Kind {
  if (jwtEnd(scan.text, start, end) === end) return 'jwt';
  const token = findToken(scan, start, Math.min(end, start + 2), end);
  return token !== undefined && token.start === start && token.end === end ? token.kind : kind;
}

/** `<password>…</password>`. */
export function readXml(scan: Scan, at: number): number {
  const { text, wordStart, wordEnd, end } = scan;
  if (wordEnd !== at || text[wordStart - 1] !== '<') return at + 1;
  const { secret } = scan.options.keyMeaning(lastWord(scan));
  if (secret === undefined) return at + 1;
  let stop = at + 1;
  while (stop < end && text.charCodeAt(stop) !== 0x3c) stop++;
  spend(scan, stop - at);
  if (isHarmless(text, { start: at + 1, end: stop, quoted: false })) return at + 1;
  hide(scan, at + 1, stop, secret);
  return stop;
}
