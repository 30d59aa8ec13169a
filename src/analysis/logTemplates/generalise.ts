/**
 * What is a value by where it stands in its line, whatever it looks like, and lists of any length: applied to the tokens in place.
 *
 * - What stands after `key=` is a value, to the end of its quotes or to the next blank or separator. Not after keys such as `status`,
 *   whose value says what happened.
 * - Variables between commas are one variable, and so are three or more of a kind in a row: a list has no length of its own.
 */
import { MARKER, moveToken, type Tokens, textFromEnd, VARIABLE, WORD } from './tokens.ts';
import { TELLING_KEYS } from './vocabulary.ts';

export function generalise(tokens: Tokens): void {
  const { count } = tokens;
  tokens.count = 0;
  for (let at = 0; at < count; ) {
    const end = isAfterKey(tokens) ? valueEnd(tokens, at, count) : at;
    moveToken(tokens, at, tokens.count++);
    if (end > at) markValue(tokens, end - at);
    at = Math.max(end, at + 1);
    if (joinsCommaList(tokens)) tokens.count -= 2;
    else if (joinsRun(tokens)) at = skipRun(tokens, at, count);
  }
}

function isAfterKey(tokens: Tokens): boolean {
  if (textFromEnd(tokens, 1) !== '=' || tokens.kinds[tokens.count - 2] !== WORD) return false;
  return !TELLING_KEYS.has(textFromEnd(tokens, 2));
}

/** The value has been moved to the last place: of several tokens, it has no type of its own. */
function markValue(tokens: Tokens, length: number): void {
  const last = tokens.count - 1;
  if (length > 1) tokens.texts[last] = tokens.kinds[last] === MARKER ? '<str>' : '<value>';
  else if (tokens.kinds[last] !== VARIABLE) tokens.texts[last] = '<value>';
  tokens.kinds[last] = VARIABLE;
  tokens.raws[last] = undefined;
}

/** Where the value that begins at `from` ends; `from` when it is none. */
function valueEnd(tokens: Tokens, from: number, count: number): number {
  const opening = tokens.texts[from];
  if (opening === '"' || opening === "'") {
    const close = tokens.texts.indexOf(opening, from + 1);
    return close < 0 || close >= count ? from : close + 1;
  }
  return tokens.kinds[from] === MARKER ? from : bareValueEnd(tokens, from, count);
}

/** To the next blank or separator; brackets that open in it belong to it. */
function bareValueEnd(tokens: Tokens, from: number, count: number): number {
  let depth = 0;
  let at = from + 1;
  for (; at < count && tokens.spaced[at] !== true; at++) {
    if (tokens.kinds[at] !== MARKER) continue;
    const mark = tokens.texts[at] ?? '';
    if ('([{'.includes(mark)) depth++;
    else if (')]}'.includes(mark)) depth--;
    if (depth < 0 || ',;&"\'='.includes(mark)) break;
    if (mark === '.' && (at + 1 >= count || tokens.spaced[at + 1] === true)) break; // the end of the sentence
  }
  return at;
}

function joinsCommaList(tokens: Tokens): boolean {
  const { kinds, count } = tokens;
  return count > 2 && kinds[count - 1] === VARIABLE && textFromEnd(tokens, 2) === ',' && kinds[count - 3] === VARIABLE;
}

function joinsRun(tokens: Tokens): boolean {
  return isListItem(tokens, tokens.count - 1, tokens.count - 2) && isListItem(tokens, tokens.count - 2, tokens.count - 3);
}

/** Two variables, or two words that differ at most in their digits. */
function isListItem(tokens: Tokens, at: number, other: number): boolean {
  if (other < 0) return false;
  if (tokens.kinds[at] === VARIABLE) return tokens.kinds[other] === VARIABLE;
  return tokens.raws[at] !== undefined && tokens.texts[at] === tokens.texts[other];
}

/** The run becomes one variable, and the rest of it is passed over. */
function skipRun(tokens: Tokens, from: number, count: number): number {
  const last = tokens.count - 1;
  let at = from;
  while (at < count && isListItem(tokens, at, last)) at++;
  tokens.count -= 2;
  if (tokens.kinds[tokens.count - 1] === WORD) tokens.texts[tokens.count - 1] = '<list>';
  tokens.kinds[tokens.count - 1] = VARIABLE;
  tokens.raws[tokens.count - 1] = undefined;
  return at;
}
