/** What a stranger's text says, inside a sentence of ours: marked as a quotation, on one line, and short. */
import { cut } from '../sources/text.ts';

/** Its end: errors that wrap each other say last what is the matter. */
export function quoteEnd(text: string, max = 240): string {
  const trimmed = text.trim().replace(/: unknown$/u, '');
  return trimmed.length <= max ? quote(trimmed, max) : quote(`…${trimmed.slice(1 - max).replace(/^[\udc00-\udfff]/u, '')}`, max);
}

export const quote = (text: string, max = 240): string => `“${cut(withoutTime(text.trim()).replace(/[“”]/gu, '"'), max)}”`;

/** A line of a log begins with when it was written, often twice: by the runtime and by the program. The evidence keeps it. */
const LEADING_TIMES = /^(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)? {1,4}){1,2}(?=\S)/u;
const withoutTime = (text: string): string => text.replace(LEADING_TIMES, '');

/** Names of hosts, images, paths and fields: no spaces, nothing that could be read as a sentence. */
const TOKEN = /^[\w./:@*{}$~+=%-]{1,200}$/u;

/** A name that strangers chose, as it is when it is like a name, else as a quotation. */
export const quoteUnlessToken = (text: string): string => (TOKEN.test(text) ? text : quote(text, 120));
