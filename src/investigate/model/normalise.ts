/** Texts made comparable: what a model copies differs from what it saw in case, space, kinds of quotes and escapes, and in nothing that matters. */

/** Lower case, one space for any white space, no quotes and no backslashes. */
export function normalised(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/["'`\u2018-\u201f\\]/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** Whether a name stands in a normalised text, and not as a part of another word. */
export function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!isWordCharacter(text[at - 1]) && !isWordCharacter(text[at + word.length])) return true;
  }
  return false;
}

const isWordCharacter = (character: string | undefined): boolean => character !== undefined && /[a-z0-9]/u.test(character);

/** Whether a quotation stands in a normalised text; `...` within it stands for what was left out. */
export function hasQuotation(text: string, quotation: string): boolean {
  let from = 0;
  for (const part of partsOf(quotation)) {
    const at = text.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return true;
}

const partsOf = (quotation: string): readonly string[] =>
  normalised(quotation)
    .split(/\.\.\.|…/u)
    .map((part) => part.trim().replace(/^[.,;:]+|[.,;:]+$/gu, ''))
    .filter((part) => part !== '');

/** Whether a quotation says anything at all. */
export const isEmptyQuotation = (quotation: string): boolean => partsOf(quotation).length === 0;
