/**
 * An answer, fit to leave: redacted, without what hides or reorders characters, and of a bounded length. What an Incident is called
 * may be anybody's words, and an object that somebody has applied was redacted by nobody.
 */
import type { Redactor } from '../redact/redactor.ts';
import type { Page } from '../text/page.ts';
import { plain } from '../text/plain.ts';
import { createStyle } from '../text/style.ts';
import type { Answer } from './tool.ts';

/** Some 4,000 tokens. */
const LONGEST = 16_000;

export interface Told<Data> {
  readonly lines: readonly string[];
  readonly data: Data;
  /** Where the rest can be read, if the text is cut. */
  readonly rest?: string | undefined;
}

export function answerOf<Data>(redactor: Pick<Redactor, 'text' | 'value'>, { lines, data, rest }: Told<Data>): Answer<Data> {
  return { text: bounded(redactor.text(plain(lines.join('\n')).trim()), rest), data: redactor.value(data) as Data };
}

/** Wide enough that hardly a line is broken, which costs a model tokens and a chat its layout. @param now milliseconds since the epoch */
export const pageAt = (now: number): Page => ({ style: createStyle(false), width: 160, now });

/** Whole lines. */
function bounded(text: string, rest: string | undefined): string {
  if (text.length <= LONGEST) return text;
  const end = text.lastIndexOf('\n', LONGEST);
  const kept = text.slice(0, end > 0 ? end : LONGEST).toWellFormed();
  return `${kept}\n… ${text.length - kept.length} characters more${rest === undefined ? '' : `: ${rest}`}`;
}
