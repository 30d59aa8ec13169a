/**
 * Regular expressions in rules run on text of strangers, in an engine that backtracks: only simple ones are taken.
 *
 * Refused are repeated groups (nested repetition), look-around, flags, back references, and more than a few repetitions, optional parts and
 * alternatives. Each text is at most 400 characters long, so that what is left ends; `withinTime.ts` is the net under it.
 */
const LONGEST_PATTERN = 200;
const MOST = [
  { what: '*, + and {', sign: /[*+{]/gu, most: 2 },
  { what: '?', sign: /\?/gu, most: 4 },
  { what: '|', sign: /\|/gu, most: 10 },
] as const;

/** What is wrong with a pattern; undefined when nothing is. */
export function wrongPattern(pattern: string): string | undefined {
  if (pattern.length > LONGEST_PATTERN) return `has a pattern longer than ${LONGEST_PATTERN} characters`;
  try {
    // As the library makes it, hence without flags.
    // oxlint-disable-next-line require-unicode-regexp
    RegExp(pattern);
  } catch {
    return 'has a pattern that is no regular expression';
  }
  // Escapes and classes are taken out: what they hold repeats nothing.
  const bare = pattern
    .replace(/\\[^1-9k]/gu, 'x')
    .replace(/\[[^\]]*\]/gu, 'x')
    .replaceAll('(?:', '(');
  if (bare.includes('\\')) return 'has a pattern that refers back to its groups';
  if (bare.includes('(?')) return 'has a pattern with (?…), of which only (?:…) may be';
  if (/\)[*+{?]/u.test(bare)) return 'has a pattern that repeats a group';
  const over = MOST.find(({ sign, most }) => (bare.match(sign) ?? []).length > most);
  return over && `has a pattern with more than ${over.most} of ${over.what}`;
}
