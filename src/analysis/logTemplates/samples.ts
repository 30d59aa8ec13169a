/**
 * The first and the last line of each template, cut. The last one changes with every line, so it is borrowed at first, and copied now and then:
 * a line is often a piece of a whole log, which it would keep in memory.
 */
import { copyOf, type Pattern } from './pattern.ts';

export interface Samples {
  copy(line: string): string;
  /** @param at the number of the line */
  setLast(pattern: Pattern, line: string, at: number): void;
  /** Copies what is borrowed. */
  settle(): void;
}

/** Lines until what is borrowed is copied. */
const SETTLE_EVERY = 4096;

export function createSamples(longest: number): Samples {
  const borrowing: Pattern[] = [];
  const copy = (line: string): string => copyOf(line.slice(0, longest));

  function settle(): void {
    for (const pattern of borrowing) {
      pattern.last.line = copy(pattern.last.line);
      pattern.borrows = false;
    }
    borrowing.length = 0;
  }

  return {
    copy,
    setLast(pattern, line, at) {
      const borrows = line.length <= longest;
      pattern.last.line = borrows ? line : copy(line);
      pattern.last.at = at;
      if (borrows && !pattern.borrows) {
        borrowing.push(pattern);
        pattern.borrows = true;
      }
      if (at % SETTLE_EVERY === 0) settle();
    },
    settle,
  };
}
