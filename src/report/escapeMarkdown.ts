/**
 * Text of strangers in Markdown, where it may be nothing but text: no markup, HTML, link, image, mention, reference, closing keyword,
 * emoji, formula or command of a Git host.
 *
 * Markup of CommonMark and its common extensions is escaped. Hosts link mentions, references and addresses in text after that, whatever
 * was escaped: these are broken by a zero-width space, written as `&#8203;` so that it is seen in the source. All in linear time.
 */

const BREAK = '&#8203;';

const SPECIAL = /:\/\/|\bwww\.|\bGH-(?=\d)|[#!%^](?=[\p{L}\p{N}"'])|[@~$\\`*_[\]|<>&]/giu;
const EMOJI = /:([a-z0-9_+\\-]+)(?=:)/giu;
/** What means something at the beginning of a line alone: lists, headings, underlines of headings, and commands (`/merge`). */
const LEADING = /^(?:[-+=#/]|\d{1,9}(?=[.)](?:\s|$)))/u;

/** @param text on one line */
export function escapeMarkdown(text: string): string {
  return text
    .replace(SPECIAL, escaped)
    .replace(EMOJI, (name) => (/[a-z]/iu.test(name) ? `:${BREAK}${name.slice(1)}` : name))
    .replace(LEADING, (mark) => (/\d/u.test(mark) ? `${mark}\\` : `\\${mark}`));
}

function escaped(mark: string, offset: number, whole: string): string {
  switch (mark) {
    case '<':
      return '&lt;';
    case '>':
      return '&gt;';
    case '&':
      return /\d/u.test(whole.charAt(offset + 1)) ? `&amp;${BREAK}` : '&amp;';
    case '://':
      return `:${BREAK}//`;
    case '~':
    case '$':
      return `\\${mark}${BREAK}`;
    default:
      if (/^www\.$/iu.test(mark)) return `${mark.slice(0, 3)}${BREAK}.`;
      return '\\`*_[]|'.includes(mark) ? `\\${mark}` : `${mark}${BREAK}`;
  }
}
