/** The scanner's place in a text, and the few things that all its parts do with it: write, hide, leave out, count work. */
import type { Carry } from './carry.ts';
import type { KeyMeaning } from './keys.ts';
import { type Kind, LONGEST_REPLACEMENT, type Mask, PREFIX, replacementEnd } from './kinds.ts';

export interface ScanOptions {
  readonly mask: Mask;
  readonly keyMeaning: (name: string) => KeyMeaning;
  readonly emails: boolean;
}

/** The scanner's place in a text. Offsets are into `text`; `end` is where the line ends, without its line break. */
export interface Scan {
  readonly text: string;
  readonly options: ScanOptions;
  readonly carry: Carry;
  lineStart: number;
  end: number;
  /** The last word, and the one before it. */
  wordStart: number;
  wordEnd: number;
  wordBefore: number;
  wordBeforeEnd: number;
  wordClasses: number;
  /** Where the value of a key for identifiers begins. */
  identifierAt: number;
  /** How far looks ahead and back have gone: none goes over the same text again. */
  lookedAheadTo: number;
  lookedBackTo: number;
  /** Up to here the text was written or replaced. */
  written: number;
  out: string;
  work: number;
  readonly budget: number;
}

class WorkExceeded extends Error {
  override readonly name = 'WorkExceeded';
}

/** Adds to the work that was done. */
export function spend(scan: Scan, characters: number): void {
  scan.work += characters;
  if (scan.work > scan.budget) throw new WorkExceeded(`redacting ${scan.text.length} characters took more than its budget`);
}

/** Writes a replacement for [start, end), as far as that was not written before. An earlier replacement is not cut in two. */
export function hide(scan: Scan, start: number, end: number, kind: Kind): void {
  const from = outsideReplacement(scan.text, Math.max(start, scan.written));
  if (end <= from) return;
  scan.out += scan.text.slice(scan.written, from) + scan.options.mask(kind, scan.text.slice(start, end));
  scan.written = end;
  scan.lookedBackTo = Math.max(scan.lookedBackTo, end);
}

function outsideReplacement(text: string, at: number): number {
  const from = Math.max(0, at - LONGEST_REPLACEMENT);
  const before = text.slice(from, at).lastIndexOf(PREFIX);
  return before < 0 ? at : Math.max(at, replacementEnd(text, from + before));
}

/** Leaves [start, end) out without a word: the rest of something that was replaced in a line above. */
export function drop(scan: Scan, start: number, end: number): void {
  scan.out += scan.text.slice(scan.written, Math.max(start, scan.written));
  scan.written = Math.max(end, scan.written);
}

export function lastWord(scan: Scan): string {
  return scan.text.slice(scan.wordStart, scan.wordEnd);
}

/** No word stands before what follows. */
export function forgetWords(scan: Scan, at: number): void {
  scan.wordStart = at;
  scan.wordEnd = at;
  scan.wordBefore = at;
  scan.wordBeforeEnd = at;
}
