/**
 * Cuts the middle out of a text that is too long: how something began and how it ended tell the most. What was cut is said in
 * its place, in bytes and lines, and cuts fall on line breaks where one is near.
 */

export interface Cut {
  readonly text: string;
  /** UTF-8 bytes that were left out. */
  readonly cutBytes: number;
}

/** How far from its place a cut may move to meet a line break. */
const NEAR = 400;

/** At most about `chars` UTF-16 code units of `text`, half from its head and half from its tail. */
export function cutMiddle(text: string, chars: number): Cut {
  if (text.length <= chars) return { text, cutBytes: 0 };
  const half = Math.floor(chars / 2);
  const headEnd = lineEndBefore(text, half);
  const tailStart = lineStartAfter(text, text.length - half);
  const cut = text.slice(headEnd, tailStart);
  const cutBytes = Buffer.byteLength(cut);
  const lines = cut.split('\n').length - 1;
  const words = `[${cutBytes} bytes${lines > 0 ? `, ${lines} lines,` : ''} cut here]`;
  const [before, after] = [lineBreakUnless(headEnd === 0 || text[headEnd - 1] === '\n'), lineBreakUnless(tailStart >= text.length)];
  return { text: `${text.slice(0, headEnd)}${before}${words}${after}${text.slice(tailStart)}`, cutBytes };
}

const lineBreakUnless = (not: boolean): string => (not ? '' : '\n');

function lineEndBefore(text: string, at: number): number {
  const lineBreak = text.lastIndexOf('\n', at - 1);
  return lineBreak >= 0 && at - lineBreak <= NEAR ? lineBreak + 1 : wholeCharacter(text, at);
}

function lineStartAfter(text: string, at: number): number {
  const lineBreak = text.indexOf('\n', at);
  return lineBreak >= 0 && lineBreak - at <= NEAR && lineBreak < text.length - 1 ? lineBreak + 1 : wholeCharacter(text, at);
}

/** Not between the halves of a surrogate pair. */
function wholeCharacter(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at + 1 : at;
}
