/**
 * A line to its tokens, in one pass: blanks separate, marks are tokens of their own, and what is between them is a word or a variable
 * whose type its form gives away.
 *
 * Finer than the blanks that Drain splits at, so that `flags=0x10,uid=1000` has its words and its values apart with no rule for a format.
 * Colour codes and control characters count as blanks. Time is linear in the length; the number of tokens is bounded.
 */
import { ALNUM, ALPHA, AT, COLON, classAt, classOf, DIGIT, DOT, JOINER, MARK, ODD, SLASH, SPACE } from './characters.ts';
import { pushTime, pushWordOrUnit } from './phrases.ts';
import { pushMark, pushNumbered, pushVariable, type Tokens, textFromEnd, WORD } from './tokens.ts';
import { beginsWithDate, colonGroups, isHex, isHost, isHostOfPort, isIpv4, isTimeOfDay, isUuid, quantity } from './values.ts';

const ESCAPE = 0x1b;
const COMMA = 0x2c;
const APOSTROPHE = 0x27;

/** Fills `out` with the tokens of `text`; stops soon after `most` of them. */
export function scan(text: string, most: number, out: Tokens): void {
  const end = text.length;
  out.count = 0;
  let spaced = false;
  for (let at = 0; at < end && out.count < most; ) {
    const code = text.charCodeAt(at);
    const kind = classOf(code);
    if (kind === SPACE) {
      at = code === ESCAPE ? colourEnd(text, at, end) : at + 1;
      spaced = true;
      continue;
    }
    at = kind === MARK ? takeMark(text, at, end, spaced, out) : takeChunk(text, at, end, spaced, out);
    spaced = false;
  }
}

/** Of `ESC [ 31 m` and its like. */
function colourEnd(text: string, from: number, end: number): number {
  if (text[from + 1] !== '[') return from + 1;
  let at = from + 2;
  while (at < end && text.charCodeAt(at) >= 0x20 && text.charCodeAt(at) < 0x40) at++;
  return Math.min(end, at + 1);
}

/** A run of the same mark is one token, as rulers of `***` have any length. Brackets count one by one. */
function takeMark(text: string, at: number, end: number, spaced: boolean, out: Tokens): number {
  const mark = text.charAt(at);
  if (mark === ')') return closeBracket(at, spaced, out);
  if (mark === '%' && !spaced && textFromEnd(out, 1) === '<num>') return at + 1;
  let to = at + 1;
  if (mark !== '(') while (to < end && text.charAt(to) === mark) to++;
  pushMark(out, mark, spaced);
  if (mark === '=' && out.kinds[out.count - 2] === WORD && !spaced && endsValue(text, to, end)) pushVariable(out, '<empty>', false);
  return to;
}

/** "1234 bytes (1.2 KB)" is one size, said twice; brackets after a blank with nothing in them lack a value. */
function closeBracket(at: number, spaced: boolean, out: Tokens): number {
  const last = textFromEnd(out, 1);
  if (last === '<size>' && textFromEnd(out, 2) === '(' && textFromEnd(out, 3) === '<size>') {
    out.count -= 2;
    return at + 1;
  }
  if (last === '(' && out.spaced[out.count - 1] === true) pushVariable(out, '<empty>', false);
  pushMark(out, ')', spaced);
  return at + 1;
}

/** After `key=`: nothing follows. */
const endsValue = (text: string, at: number, end: number): boolean =>
  at >= end || classAt(text, at) === SPACE || text.charCodeAt(at) === COMMA;

function takeChunk(text: string, from: number, end: number, spaced: boolean, out: Tokens): number {
  let bits = classAt(text, from);
  let to = from + 1;
  for (; to < end; to++) {
    const kind = classAt(text, to);
    if (kind === SPACE || (kind === MARK && !isInsideWord(text, to, end))) break;
    if (kind === DOT && text.charAt(to - 1) === '.') break; // rows of dots lead to a value
    bits |= kind;
  }
  if ((bits & COLON) !== 0 && (bits & SLASH) !== 0) {
    const scheme = text.slice(from, to).indexOf('://');
    if (scheme > 0) {
      pushVariable(out, '<url>', spaced);
      return urlEnd(text, from + scheme + 3, end);
    }
  }
  pushChunk({ text, from, to, bits, spaced }, out);
  const query = to < end && text.charAt(to) === '?' && textFromEnd(out, 1) === '<path>';
  return query ? urlEnd(text, to, end) : to;
}

/** The apostrophe of "can't" and the comma of "1,234". */
function isInsideWord(text: string, at: number, end: number): boolean {
  const code = text.charCodeAt(at);
  if (code === APOSTROPHE) return at + 1 < end && (classAt(text, at - 1) & ALPHA) !== 0 && (classAt(text, at + 1) & ALPHA) !== 0;
  if (code !== COMMA || at + 3 >= end || classAt(text, at - 1) !== DIGIT) return false;
  const three = classAt(text, at + 1) === DIGIT && classAt(text, at + 2) === DIGIT && classAt(text, at + 3) === DIGIT;
  return three && (at + 4 >= end || classAt(text, at + 4) !== DIGIT);
}

function urlEnd(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && classAt(text, at) !== SPACE && !'"\'<>`])}'.includes(text.charAt(at))) at++;
  while (at > from && '.,:;!?'.includes(text.charAt(at - 1))) at--;
  return at;
}

/** A piece of a line without blanks and marks, with all the classes of its characters. */
interface Chunk {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly bits: number;
  readonly spaced: boolean;
}

/** Punctuation before and behind becomes marks; a run of the same character is one. */
function pushChunk(chunk: Chunk, out: Tokens): void {
  const { text, bits } = chunk;
  let { from, to, spaced } = chunk;
  while (from < to && isLeading(text, from)) {
    const mark = text.charAt(from);
    while (from < to && text.charAt(from) === mark) from++;
    pushMark(out, mark, spaced);
    spaced = false;
  }
  while (to > from && (text.charAt(to - 1) === ':' || text.charAt(to - 1) === '.')) to--;
  if (from < to) pushPart({ text, from, to, bits, spaced }, out);
  for (let at = to; at < chunk.to; at++) {
    if (at === to || text.charAt(at) !== text.charAt(at - 1)) pushMark(out, text.charAt(at), spaced && from === to && at === to);
  }
}

function isLeading(text: string, at: number): boolean {
  const mark = text.charAt(at);
  if (mark === '.') return (classAt(text, at + 1) & (SLASH | ALNUM)) === 0;
  return mark === ':' || mark === '@';
}

function pushPart(part: Chunk, out: Tokens): void {
  const { text, from, to, bits, spaced } = part;
  if ((bits & ~(ALPHA | JOINER | ODD)) === 0) return pushWordOrUnit(out, text.slice(from, to), spaced);
  if (beginsPath(text, from)) return pushPath(part, out);
  if ((bits & COLON) !== 0) return pushColons(part, out);
  pushSimple(part, out);
}

function beginsPath(text: string, at: number): boolean {
  const first = text.charAt(at);
  return first === '/' || ((first === '.' || first === '~') && text.charAt(at + 1) === '/');
}

/** Java prints addresses with a slash before. */
function pushPath({ text, from, to, spaced }: Chunk, out: Tokens): void {
  if (to - from === 1) pushMark(out, '/', spaced);
  else pushVariable(out, isIpv4(text, from + 1, to) ? '<ip>' : '<path>', spaced);
}

function pushColons(part: Chunk, out: Tokens): void {
  const { text, from, to, spaced } = part;
  if (isIpv4(text, from, to)) return pushVariable(out, '<ip>', spaced);
  if (isTimeOfDay(text, from, to) || beginsWithDate(text, from, to)) return pushTime(out, spaced);
  if (text.charAt(from + 1) === ':' && text.charAt(from + 2) === '\\') return pushVariable(out, '<path>', spaced);
  const groups = colonGroups(text, from, to);
  if (groups !== undefined) return pushVariable(out, groups, spaced);
  if (isHostAndPort(part)) return pushVariable(out, '<host>', spaced);
  splitAt(':', part, out, pushPart);
}

const SHORTEST_PORT = 2;
const LONGEST_PORT = 5;

function isHostAndPort({ text, from, to }: Chunk): boolean {
  let colon = to;
  while (colon > from && classAt(text, colon - 1) === DIGIT) colon--;
  const digits = to - colon;
  colon--;
  if (digits < SHORTEST_PORT || digits > LONGEST_PORT || colon <= from || text.charAt(colon) !== ':') return false;
  return isHostOfPort(text, from, colon);
}

/** The parts between the separators as tokens, each by `push`; a run of separators is one mark. */
function splitAt(separator: string, { text, from, to, spaced }: Chunk, out: Tokens, push: (part: Chunk, out: Tokens) => void): void {
  let first = spaced;
  for (let at = from; at < to; first = false) {
    if (text.charAt(at) === separator) {
      pushMark(out, separator, first);
      while (at < to && text.charAt(at) === separator) at++;
      continue;
    }
    const start = at;
    let bits = 0;
    for (; at < to && text.charAt(at) !== separator; at++) bits |= classAt(text, at);
    push({ text, from: start, to: at, bits, spaced: first }, out);
  }
}

function pushSimple(part: Chunk, out: Tokens): void {
  const { text, from, to, bits, spaced } = part;
  if ((bits & AT) !== 0) return pushAt(part, out);
  if ((bits & SLASH) !== 0) return pushSlashes(part, out);
  if ((bits & DIGIT) !== 0) return pushNumeric(part, out);
  if ((bits & DOT) !== 0 && isHost(text, from, to)) return pushVariable(out, '<host>', spaced);
  pushWordOrUnit(out, text.slice(from, to), spaced);
}

/** `user@host`, or the identity of a Java object: `Thing@8a2a501`. */
function pushAt(part: Chunk, out: Tokens): void {
  const { text, from, to, spaced } = part;
  const name = text.slice(from, to);
  const after = name.lastIndexOf('@') + 1;
  const hash = after < name.length && isHex(name, after, name.length);
  pushVariable(out, hash ? '<id>' : '<email>', spaced);
}

const DATE_PARTS = 3;

function pushSlashes(part: Chunk, out: Tokens): void {
  const { text, from, to, bits, spaced } = part;
  if (isIpv4(text, from, to)) return pushVariable(out, '<ip>', spaced);
  let parts = 1;
  for (let at = from; at < to; at++) if (text.charAt(at) === '/') parts++;
  if (parts === DATE_PARTS && (bits & ~(DIGIT | SLASH)) === 0) return pushTime(out, spaced);
  if (parts > 2) return pushVariable(out, '<path>', spaced);
  splitAt('/', part, out, pushSimple);
}

function pushNumeric(part: Chunk, out: Tokens): void {
  const { text, from, to, bits, spaced } = part;
  const start = text.charAt(from) === '-' || text.charAt(from) === '+' ? from + 1 : from;
  if (beginsWithDate(text, start, to)) return pushTime(out, spaced);
  if ((bits & ALPHA) === 0 && isYearAfterTime(part, out)) return;
  if ((bits & ALPHA) === 0) return pushVariable(out, isIpv4(text, start, to) ? '<ip>' : numberType(part), spaced);
  if (isHex(text, start, to)) return pushVariable(out, '<hex>', spaced);
  if (isUuid(text, start, to)) return pushVariable(out, '<uuid>', spaced);
  const type = quantity(text, start, to);
  if (type !== undefined) return pushVariable(out, type, spaced);
  if ((bits & DOT) !== 0 && isHost(text, from, to)) return pushVariable(out, '<host>', spaced);
  pushMixed(part, out);
}

/** "Wed Jul 27 10:59:53 2005": part of the time. */
const isYearAfterTime = ({ bits, from, to }: Chunk, out: Tokens): boolean =>
  bits === DIGIT && to - from === 4 && textFromEnd(out, 1) === '<timestamp>';

function numberType({ text, from, to }: Chunk): '<version>' | '<num>' {
  let dots = 0;
  for (let at = from; at < to; at++) if (text.charAt(at) === '.') dots++;
  return dots > 1 ? '<version>' : '<num>';
}

/** Letters with one run of digits are a word with a number in it: `node-17`, `ipv6`, `blk_-38`. With more runs they are an identifier. */
function pushMixed({ text, from, to, spaced }: Chunk, out: Tokens): void {
  let first = from;
  while (classAt(text, first) !== DIGIT) first++;
  let last = first;
  while (last < to && classAt(text, last) === DIGIT) last++;
  for (let at = last; at < to; at++) if (classAt(text, at) === DIGIT) return pushVariable(out, '<id>', spaced);
  const signed = first - from > 1 && text.charAt(first - 1) === '-' && text.charAt(first - 2) === '_';
  const masked = `${text.slice(from, signed ? first - 1 : first)}<num>${text.slice(last, to)}`;
  pushNumbered(out, masked, spaced, text.slice(from, to), from);
}
