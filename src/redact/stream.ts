/**
 * Redacts text that arrives in chunks: the same result as for the whole, wherever the chunks are cut.
 *
 * It works line by line and holds back the line that is not complete, and a beginning of a known secret; what lines tell each
 * other is carried along. A line beyond the limit is cut there, and the cut is marked: its rest is never shown. The one thing
 * that only the whole can know is that a manifest whose `kind: Secret` stands below its data is a Secret; here data that is
 * base64 of text is hidden instead.
 */

import type { Carry } from './carry.ts';
import { freshCarry } from './carry.ts';
import type { KnownSecrets } from './known.ts';

export interface StreamOptions {
  /** Redacts whole lines, and never throws. */
  readonly lines: (text: string, carry: Carry) => string;
  readonly known: KnownSecrets;
  readonly maxLineChars: number;
  /** Stands for the rest of a line that is too long. */
  readonly tooLong: string;
}

export function createStream({ lines, known, maxLineChars, tooLong }: StreamOptions): TransformStream<string, string> {
  const carry = freshCarry();
  const { push, end } = known.pass();
  let held = '';
  let skipping = false;

  const take = (settled: string): string => {
    const rest = skipping ? afterLineBreak(settled) : settled;
    if (rest === undefined) return '';
    skipping = false;
    held += rest;
    const cut = held.lastIndexOf('\n') + 1;
    const whole = held.slice(0, cut);
    held = held.slice(cut);
    if (held.length <= maxLineChars) return redacted(whole);
    const beginning = cutLine(held, maxLineChars, tooLong);
    held = '';
    skipping = true;
    return redacted(`${whole}${beginning}\n`);
  };
  const redacted = (text: string): string => (text === '' ? '' : lines(cutLines(text, maxLineChars, tooLong), carry));

  return new TransformStream<string, string>({
    transform: (chunk, controller) => {
      const out = take(push(chunk));
      if (out !== '') controller.enqueue(out);
    },
    flush: (controller) => {
      const out = take(end()) + redacted(held);
      if (out !== '') controller.enqueue(out);
    },
  });
}

function afterLineBreak(text: string): string | undefined {
  const at = text.indexOf('\n');
  return at < 0 ? undefined : text.slice(at + 1);
}

const cutLine = (line: string, max: number, tooLong: string): string => `${line.slice(0, max - tooLong.length - 1)} ${tooLong}`;

function cutLines(text: string, max: number, tooLong: string): string {
  if (text.length <= max) return text;
  return text
    .split('\n')
    .map((line) => (line.length > max ? cutLine(line, max, tooLong) : line))
    .join('\n');
}
