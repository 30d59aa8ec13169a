/**
 * When a place is a variable: the one decision of the miner that needs more than a line's own form.
 *
 * Patterns that are equal but for one place are the same template
 * - at once, when one of them has a variable there (what is a number in one line and a word in another is a value), or when all have words
 *   there of which the digits have been seen to vary (`node-a7`, `node-b12`);
 * - at two different fillings, after a noun that is followed by names ("for user root");
 * - at five otherwise, and more the less the patterns have in common: "removing X" needs ten. At the beginning of a line, where programs
 *   say who speaks or what they do, ten.
 *
 * So constants that a program has a handful of (started, paused, resumed, stopped) stay apart, as a person would have it. The numbers are
 * round and not fitted: mean grouping accuracy on Loghub-2k is 0.95 with three in place of five, 0.99 with four and six, 0.98 with eight, and
 * 0.98 without the rule for nouns (`make bench-analysis` prints what it is).
 */
import type { Member } from './evidence.ts';
import { constantsOutside, type Pattern, type Span } from './pattern.ts';
import { VARIABLE } from './tokens.ts';
import { NAMED_THINGS } from './vocabulary.ts';

const FILLINGS = 5;
const FILLINGS_AFTER_NOUN = 2;
const FILLINGS_AT_BEGINNING = 10;
/** A beginning is a variable only when this much follows that is the same. */
const WORDS_AFTER_BEGINNING = 4;
/** Fillings times words in common: what is to be reached. */
const ENOUGH = 10;
const WORDS_BESIDE_VARIABLE = 2;

/** Whether the place at which these patterns differ is a variable. */
export function isVariable(pattern: Pattern, span: Span, members: readonly Member[]): boolean {
  const fillings = members.length;
  const common = constantsOutside(pattern, span);
  if (fillings < 2 || common === 0) return false;
  if (common >= WORDS_BESIDE_VARIABLE && members.some(fillsWithVariable)) return true;
  if (members.every(fillsWithVaryingDigits)) return true;
  if (NAMED_THINGS.has((pattern.words[span.from - 1] ?? '').toLowerCase())) return fillings >= FILLINGS_AFTER_NOUN;
  if (span.from === 0) return fillings >= FILLINGS_AT_BEGINNING && common >= WORDS_AFTER_BEGINNING;
  return fillings >= FILLINGS && fillings * common >= ENOUGH;
}

const fillsWithVariable = ({ pattern, span }: Member): boolean => span.to - span.from === 1 && pattern.kinds[span.from] === VARIABLE;

const fillsWithVaryingDigits = ({ pattern, span }: Member): boolean => span.to - span.from === 1 && pattern.varies[span.from] === true;
