/**
 * Lines met before, to know a line again that differs from one of them in nothing but digits: it has the same tokens, so that there is no need
 * to look for them. That is most lines of most logs, and takes a tenth of the time.
 *
 * A table of fixed size: a line has two places, and the later line wins. Exact: the hash only finds the place, then the characters are compared.
 */
import { copyOf, type Pattern } from './pattern.ts';
import type { NumberedWord, Tokens } from './tokens.ts';

export interface RecentLine {
  readonly text: string;
  readonly hash: number;
  readonly pattern: Pattern;
  readonly numbered: readonly NumberedWord[];
}

export interface RecentLines {
  find(text: string, hash: number): RecentLine | undefined;
  remember(text: string, hash: number, pattern: Pattern, tokens: Tokens): void;
}

/** A power of two. With `LONGEST` it bounds the memory to some megabytes. */
const PLACES = 8192;
const LONGEST = 1024;

export function createRecentLines(): RecentLines {
  const lines = Array.from<RecentLine | undefined>({ length: PLACES });
  const at = (place: number, text: string, hash: number): RecentLine | undefined => {
    const line = lines[place];
    if (line === undefined || line.hash !== hash || line.pattern.forgotten) return undefined;
    return isSameButDigits(line.text, text) ? line : undefined;
  };
  return {
    find(text, hash) {
      const place = hash & (PLACES - 1);
      return at(place, text, hash) ?? at(place ^ 1, text, hash);
    },
    remember(text, hash, pattern, tokens) {
      if (text.length > LONGEST) return;
      const place = hash & (PLACES - 1);
      lines[place ^ 1] = lines[place];
      lines[place] = { text: copyOf(text), hash, pattern, numbered: numberedWordsOf(tokens) };
    },
  };
}

function numberedWordsOf({ count, raws, starts }: Tokens): readonly NumberedWord[] {
  const words: NumberedWord[] = [];
  for (let token = 0; token < count; token++) {
    const raw = raws[token];
    if (raw !== undefined) words.push({ token, from: starts[token] ?? 0, length: raw.length });
  }
  return words;
}

const ZERO = 0x30;

/** FNV-1a over the characters, with all digits alike. */
export function hashWithoutDigits(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    hash = Math.imul(hash ^ ((code - ZERO) >>> 0 < 10 ? ZERO : code), 0x01000193);
  }
  return hash ^ (hash >>> 15);
}

function isSameButDigits(one: string, other: string): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) {
    const a = one.charCodeAt(at);
    const b = other.charCodeAt(at);
    if (a !== b && !(isDigit(a) && isDigit(b) && !isPrefix(one, at))) return false;
  }
  return true;
}

const isDigit = (code: number): boolean => (code - ZERO) >>> 0 < 10;

/** The zero of `0x1f` says more than another digit would. */
const isPrefix = (text: string, at: number): boolean => (text.charCodeAt(at + 1) | 0x20) === 0x78;
