/** Lines in a bounded size, measured after escaping: whole ones while they fit, then how many are missing. */
import { shortened } from './clean.ts';
import type { Detail, Line, Section } from './shape.ts';

type Escape = (text: string) => string;

/** A text after escaping, cut before it, so that what comes out is at most so long and no escape is cut in half. */
export function escapedWithin(text: string, most: number, escape: Escape): string {
  let source = text;
  let out = escape(source);
  while (out.length > most && source !== '') {
    const next = Math.min(source.length - 1, Math.floor((source.length * most) / out.length));
    source = next <= 0 ? '' : shortened(source, next);
    out = escape(source);
  }
  return out;
}

/** A line that has to be cut to less than this is left out. */
const SHORTEST_LINE = 200;

/**
 * Lines of a section in at most `most` characters, with the line breaks between them.
 *
 * @param render one line of the section, in at most so many characters
 */
export function linesWithin(
  { lines, more }: Section,
  most: number,
  render: (line: Line, most: number) => string,
): { readonly texts: readonly string[]; readonly more: number } {
  const texts: string[] = [];
  let left = most;
  for (const [index, line] of lines.entries()) {
    const whole = render(line, Math.max(left, SHORTEST_LINE) * 2);
    const fits = whole.length <= left;
    if (!fits && left < SHORTEST_LINE) return { texts, more: more + lines.length - index };
    const text = fits ? whole : render(line, left);
    texts.push(text);
    left -= text.length + 1;
  }
  return { texts, more };
}

const LONGEST_DETAIL = 400;
const SHORTEST_DETAIL = 60;

/** Details below a line, each on a line of its own, as far as they fit; where they do not, the last one says so. */
export function detailsWithin(details: readonly Detail[], most: number, mark: string, escape: Escape): readonly string[] {
  const lines: string[] = [];
  let left = most;
  for (const detail of details) {
    if (left < SHORTEST_DETAIL * 2) return left < SHORTEST_DETAIL ? lines : [...lines, `${mark}and more`];
    const line = `${mark}${escapedWithin(detailText(detail), Math.min(LONGEST_DETAIL, left - SHORTEST_DETAIL) - mark.length, escape)}`;
    lines.push(line);
    left -= line.length + 1;
  }
  return lines;
}

function detailText({ text, before, after }: Detail): string {
  if (before === undefined && after === undefined) return text;
  const value = (one: string | undefined): string => (one === undefined ? 'nothing' : `“${one}”`);
  return `${text}: ${value(before)} → ${value(after)}`;
}
