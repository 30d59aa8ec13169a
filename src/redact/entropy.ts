/**
 * Tells strings that were drawn at random from identifiers that a diagnosis needs.
 *
 * Left alone: hexadecimal of any length (commits, digests, trace and container ids), lower-case names with short random ends
 * (pods, ReplicaSets), UUIDs, ULIDs, CamelCase. Taken: mixtures of upper case, lower case and digits that change class
 * about as often as chance would, from 24 characters; one-case base32 and base36 from 32. Base64 of plain text looks the same
 * and goes too: it may be a Secret's, and nobody reads it in a diagnosis.
 */
import { ALNUM, CLASS, DIGIT, LETTER, LOWER, UPPER } from './characters.ts';

const SHORTEST = 24;
const SHORTEST_ONE_CASE = 32;
/** Share of neighbouring letters and digits of unlike class: 0.62 expected of random base62, about 0.35 of CamelCase. */
const CHANGES = 0.38;
const CHANGES_ONE_CASE = 0.2;
const BITS_PER_CHARACTER = 3.4;

interface Profile {
  readonly classes: number;
  /** Neighbours that are letters or digits, and how many of them are of unlike class. */
  readonly pairs: number;
  readonly changes: number;
  readonly caseChanges: number;
  readonly digitGroups: number;
  readonly beyondHex: boolean;
  /** Has `+` or `/`, as base64 does, and a path. */
  readonly divided: boolean;
}

function profileOf(text: string, from: number, to: number): Profile {
  let classes = 0;
  let pairs = 0;
  let changes = 0;
  let caseChanges = 0;
  let digitGroups = 0;
  let beyondHex = false;
  let divided = false;
  let before = 0;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    const flags = (CLASS[code] ?? 0) & ALNUM;
    classes |= flags;
    if (flags !== 0 && before !== 0) pairs++;
    if (flags !== before && flags !== 0) {
      if (flags === DIGIT) digitGroups++;
      if (before !== 0) changes++;
      if (((flags | before) & LETTER) === LETTER) caseChanges++;
    }
    if ((flags & LETTER) !== 0 && (code | 0x20) > 0x66) beyondHex = true;
    if (code === 0x2b || code === 0x2f) divided = true;
    before = flags;
  }
  return { classes, pairs, changes, caseChanges, digitGroups, beyondHex, divided };
}

/** Whether [from, to), a run of base64 characters, was drawn at random. */
export function looksRandom(text: string, from: number, to: number): boolean {
  const length = to - from;
  if (length < SHORTEST) return false;
  const { classes, pairs, changes, caseChanges, digitGroups, beyondHex, divided } = profileOf(text, from, to);
  if (!beyondHex || (classes & DIGIT) === 0) return false;
  const mixed = (classes & LOWER) !== 0 && (classes & UPPER) !== 0;
  if (mixed) {
    const often = changes >= CHANGES * pairs && caseChanges >= 0.12 * pairs && digitGroups >= 2;
    return often && shannon(text, from, to) >= BITS_PER_CHARACTER;
  }
  return (
    !divided && // base64 has both cases: what is divided and has one is a path
    length >= SHORTEST_ONE_CASE &&
    changes >= CHANGES_ONE_CASE * pairs &&
    digitGroups >= 4 &&
    shannon(text, from, to) >= BITS_PER_CHARACTER
  );
}

/** Bits a character, by the frequencies of the characters themselves. */
function shannon(text: string, from: number, to: number): number {
  const counts = new Uint32Array(128);
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at) & 127;
    counts[code] = (counts[code] ?? 0) + 1;
  }
  const length = to - from;
  return counts.reduce((bits, count) => (count === 0 ? bits : bits - (count / length) * Math.log2(count / length)), 0);
}

/** Whether a run with slashes is a path: one of its parts is a plain lower-case word, or there are many short ones. */
export function looksLikePath(text: string, from: number, to: number): boolean {
  let start = from;
  for (let at = from; at <= to; at++) {
    if (at < to && text.charCodeAt(at) !== 0x2f) continue;
    if (at - start >= 3 && isPlainWord(text, start, at)) return true;
    start = at + 1;
  }
  return false;
}

function isPlainWord(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    const plain = ((CLASS[code] ?? 0) & LOWER) !== 0 || code === 0x2d || code === 0x5f;
    if (!plain) return false;
  }
  return true;
}
