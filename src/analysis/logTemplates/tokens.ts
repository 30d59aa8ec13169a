/**
 * The tokens of one line: words, marks and variables. One object is filled again for every line, so that a line that is known already
 * costs next to no memory.
 *
 * Three kinds: a word may be a constant of the template or not, which is for the miner to find out; a mark (`=`, `[`, `"`) is always a
 * constant; a variable has a type that its form gives away (`<ip>`, `<num>`).
 */

export const WORD = 0;
export const MARKER = 1;
export const VARIABLE = 2;

export interface Tokens {
  count: number;
  /** What the key is made of: the word with its digits masked, the mark, or the type of a variable. */
  readonly texts: string[];
  readonly kinds: number[];
  /** Whether a blank stands before the token. */
  readonly spaced: boolean[];
  /** The word as it was written, of words with masked digits alone. */
  readonly raws: (string | undefined)[];
  /** Where such a word begins in the line. */
  readonly starts: number[];
}

/** A word with digits: which token it is, and where it stands in the line. */
export interface NumberedWord {
  readonly token: number;
  readonly from: number;
  readonly length: number;
}

export const createTokens = (): Tokens => ({ count: 0, texts: [], kinds: [], spaced: [], raws: [], starts: [] });

export function pushWord(tokens: Tokens, text: string, spaced: boolean): void {
  const at = tokens.count++;
  tokens.texts[at] = text;
  tokens.kinds[at] = WORD;
  tokens.spaced[at] = spaced;
  tokens.raws[at] = undefined;
}

/** A word of which the digits are masked in `text`. */
export function pushNumbered(tokens: Tokens, text: string, spaced: boolean, raw: string, start: number): void {
  pushWord(tokens, text, spaced);
  tokens.raws[tokens.count - 1] = raw;
  tokens.starts[tokens.count - 1] = start;
}

export function pushMark(tokens: Tokens, text: string, spaced: boolean): void {
  pushWord(tokens, text, spaced);
  tokens.kinds[tokens.count - 1] = MARKER;
}

export function pushVariable(tokens: Tokens, type: string, spaced: boolean): void {
  pushWord(tokens, type, spaced);
  tokens.kinds[tokens.count - 1] = VARIABLE;
}

/** The text of a token counted from the end: 1 is the last. Empty when there is none. */
export function textFromEnd(tokens: Tokens, back: number): string {
  return back <= tokens.count ? (tokens.texts[tokens.count - back] ?? '') : '';
}

export function moveToken(tokens: Tokens, from: number, to: number): void {
  if (from === to) return;
  tokens.texts[to] = tokens.texts[from] ?? '';
  tokens.kinds[to] = tokens.kinds[from] ?? WORD;
  tokens.spaced[to] = tokens.spaced[from] ?? false;
  tokens.raws[to] = tokens.raws[from];
  tokens.starts[to] = tokens.starts[from] ?? 0;
}
