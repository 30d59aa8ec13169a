/**
 * Lines with several variables that are plain words, as in "ann bought tea": no two of them are equal but for one place, so that `evidence.ts`
 * never sees them meet. Their words tell: those of the template occur in many patterns, the others in few (as in Logram and LFA).
 *
 * A pattern most of whose words are common stands for its common words; ten patterns that stand for the same are one template.
 */
import type { Pattern, Span } from './pattern.ts';
import { WORD } from './tokens.ts';

/** Patterns that a common word occurs in. */
const COMMON = 10;
const LEAST_COMMON_WORDS = 3;
const LEAST_RARE_WORDS = 2;
/** Words that are counted; then counting begins anew. */
const MOST_WORDS = 65_536;

export interface Frequency {
  /** Takes note of a pattern's words. */
  count(pattern: Pattern): void;
  /** The places of the words that are not common, when the others are enough to tell a template by; else none. */
  rarePlaces(pattern: Pattern): readonly Span[];
}

export function createFrequency(): Frequency {
  const patterns = new Map<string, number>();
  return {
    count({ words, kinds }) {
      if (patterns.size > MOST_WORDS) patterns.clear();
      for (const word of new Set(words.filter((_, at) => kinds[at] === WORD))) patterns.set(word, (patterns.get(word) ?? 0) + 1);
    },
    rarePlaces({ words, kinds }) {
      const places: Span[] = [];
      let common = 0;
      for (let at = 0; at < words.length; at++) {
        if (kinds[at] !== WORD) continue;
        if ((patterns.get(words[at] ?? '') ?? 0) >= COMMON) common++;
        else places.push({ from: at, to: at + 1 });
      }
      const tells = common >= LEAST_COMMON_WORDS && places.length >= LEAST_RARE_WORDS && places.length <= common;
      return tells ? places : [];
    },
  };
}
