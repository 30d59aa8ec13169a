/** Colours for a terminal, or none at all: https://no-color.org is respected, and files and pipes get plain text. */
import { stripVTControlCharacters, styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];
export type Paint = (format: Format, text: string) => string;

export const painter =
  (inColour: boolean): Paint =>
  (format, text) =>
    inColour ? styleText(format, text, { validateStream: false }) : text;

/** How many columns a text takes. */
export const widthOf = (text: string): number => stripVTControlCharacters(text).length;

/** Breaks words over lines of at most `width` columns; a word that is wider stands alone. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/u).filter((part) => part !== '')) {
    const last = lines.at(-1);
    if (last !== undefined && widthOf(last) + 1 + widthOf(word) <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

export function cut(text: string, width: number): string {
  return widthOf(text) <= width ? text : `${text.slice(0, width - 1).toWellFormed()}…`;
}

/** A unified diff without git's own header lines, which only name blobs. Lines are kept whole, as a person may be asked to approve them. */
export function paintDiff(paint: Paint, diff: string): readonly string[] {
  const lines = diff
    .trimEnd()
    .split('\n')
    .filter((line) => !/^(?:diff|index) /u.test(line));
  return lines.map((line) => {
    if (line.startsWith('--- ') || line.startsWith('+++ ')) return paint('bold', line);
    if (line.startsWith('@@')) return paint('cyan', line);
    if (line.startsWith('+')) return paint('green', line);
    if (line.startsWith('-')) return paint('red', line);
    return line;
  });
}
