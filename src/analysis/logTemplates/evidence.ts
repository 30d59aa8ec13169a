/**
 * Which patterns differ from each other in one place only, and what was put there: the evidence that the place is a variable.
 *
 * A place is one token, or all that stands between two blanks. Patterns that are equal around a place meet under a hash of what is around
 * it; they are compared before they count, so that a collision costs nothing but time. The number of entries is bounded, the ones longest
 * not met are forgotten.
 */
import { isMark, type Pattern, type Span } from './pattern.ts';

/** Members beyond it say nothing new. */
const MOST_MEMBERS = 16;

export interface Member {
  readonly pattern: Pattern;
  readonly span: Span;
}

export interface Evidence {
  /** Those that `pattern` meets at `span`, itself among them. */
  meet(pattern: Pattern, span: Span, hashes: Hashes): readonly Member[];
}

/** Entries are kept in two generations: when the young one is full it becomes the old one, and what was old and not met since is gone. */
export function createEvidence(capacity: number): Evidence {
  let young = new Map<number, Member[]>();
  let old = young;
  return {
    meet(pattern, span, hashes) {
      const key = aroundOf(hashes, span);
      const known = young.get(key) ?? old.get(key) ?? [];
      const members = known.filter((member) => isCurrent(member, pattern) && isSameAround(member, pattern, span));
      if (members.length < MOST_MEMBERS) members.push({ pattern, span });
      if (young.size >= capacity / 2) {
        old = young;
        young = new Map();
      }
      young.set(key, members);
      return members;
    },
  };
}

function isCurrent({ pattern }: Member, other: Pattern): boolean {
  return pattern !== other && pattern.into === undefined && !pattern.forgotten;
}

function isSameAround({ pattern: { words }, span }: Member, other: Pattern, at: Span): boolean {
  if (span.from !== at.from || words.length - span.to !== other.words.length - at.to) return false;
  for (let n = 0; n < at.from; n++) if (words[n] !== other.words[n]) return false;
  for (let n = 1; n <= words.length - span.to; n++) if (words[words.length - n] !== other.words[other.words.length - n]) return false;
  return true;
}

/** Of the tokens before each place, and of those from each place on. */
export interface Hashes {
  readonly before: readonly number[];
  readonly from: readonly number[];
}

export function hashesOf(words: readonly string[]): Hashes {
  const own = words.map(hashOf);
  const before = [0x51ed];
  for (const hash of own) before.push(mix(before.at(-1) ?? 0, hash));
  const from = [0x2f0b];
  for (const hash of own.toReversed()) from.push(mix(from.at(-1) ?? 0, hash));
  return { before, from: from.toReversed() };
}

/** 53 bits of both sides. */
function aroundOf({ before, from }: Hashes, span: Span): number {
  const left = (before[span.from] ?? 0) >>> 0;
  const right = (from[span.to] ?? 0) >>> 0;
  return (mix(left, right) >>> 0) * 0x20_0000 + ((left ^ (right * 31)) & 0x1f_ffff);
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}

/** One round of the finaliser of MurmurHash3, which spreads every bit over all. */
function mix(state: number, value: number): number {
  let hash = Math.imul(state ^ value, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash + state, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** The places of a pattern that may turn out to be variables: its words and variables, and what stands between two blanks. */
export function placesOf(pattern: Pattern): readonly Span[] {
  const places: Span[] = [];
  const { spaced, kinds } = pattern;
  for (let from = 0; from < kinds.length; from++) {
    if (!isMark(pattern, from)) places.push({ from, to: from + 1 });
    if (from > 0 && spaced[from] !== true) continue;
    let to = from + 1;
    while (to < kinds.length && spaced[to] !== true) to++;
    const place = withoutPunctuation(pattern, { from, to });
    if (place.to - place.from > 1) places.push(place);
  }
  return places;
}

const PAIRS = new Set(['()', '[]', '{}', '<>', '""', "''"]);

function withoutPunctuation(pattern: Pattern, span: Span): Span {
  let { from, to } = span;
  while (to - from > 1 && isMark(pattern, to - 1) && ',.:;'.includes(pattern.words[to - 1] ?? '')) to--;
  while (to - from > 2 && PAIRS.has(`${pattern.words[from]}${pattern.words[to - 1]}`)) {
    from++;
    to--;
  }
  return { from, to };
}
