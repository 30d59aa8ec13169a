/**
 * A question as words that can be compared: lower case, contractions written out, without the marks around words. Names keep what belongs to them:
 * hyphens, dots, slashes, digits.
 */

/** Longer questions are read up to here: what is asked stands at the beginning, or nowhere. */
const MOST_READ = 600;

/** What may stand within a name and not at its end. */
const JOINING: ReadonlySet<string> = new Set('._/:-');

const CONTRACTIONS: readonly (readonly [RegExp, string])[] = [
  [/\b(what|who|how|where|when|that|it|there|here)'?s\b(?!')/gu, '$1 is'],
  [/\b(is|are|was|were|do|does|did|has|have|had|would|could|should)n't\b/gu, '$1 not'],
  [/\bcan't\b/gu, 'can not'],
  [/\bwon't\b/gu, 'will not'],
  [/\bi'm\b/gu, 'i am'],
  [/\b(you|we|they)'re\b/gu, '$1 are'],
  [/\b(i|you|we|they)'ve\b/gu, '$1 have'],
  [/\blet's\b/gu, 'let us'],
  [/'s\b/gu, ''],
];

/** Words and names, in order. */
export function tokensOf(text: string): readonly string[] {
  const plain = CONTRACTIONS.reduce(
    (at, [pattern, instead]) => at.replace(pattern, instead),
    text
      .slice(0, MOST_READ)
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[\u2018\u2019]/gu, "'"),
  );
  return (plain.match(/[\p{L}\p{N}][\p{L}\p{N}._/:-]*|\?/gu) ?? []).map(withoutEnd);
}

function withoutEnd(token: string): string {
  let end = token.length;
  while (JOINING.has(token.charAt(end - 1))) end -= 1;
  return token.slice(0, end);
}

/** Whether so many letters and digits make a name rather than a word: a hyphen, a slash, a dot or a digit within. */
export const looksLikeName = (token: string): boolean =>
  /[\p{L}\p{N}][-/._][\p{L}\p{N}]/u.test(token) || (/[0-9]/u.test(token) && /[a-z]/u.test(token));
