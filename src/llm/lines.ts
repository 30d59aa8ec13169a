/** Lines of a stream of bytes, each bounded: what a server never ends does not fill the memory. */
import { ModelError } from './error.ts';

/** A line of a protocol holds one piece of an answer; embeddings come on one line as a whole. */
const LONGEST_LINE = 2 * 2 ** 20;

/** Without line ends; the last line need not have one. Bytes that are not UTF-8 become U+FFFD. */
export async function* linesOf(body: AsyncIterable<Uint8Array>, name: string): AsyncIterable<string> {
  const decoder = new TextDecoder('utf-8');
  let pieces: string[] = [];
  let held = 0;
  for await (const chunk of body) {
    const parts = decoder.decode(chunk, { stream: true }).split('\n');
    const last = parts.pop() ?? '';
    for (const part of parts) {
      yield [...pieces, part].join('').replace(/\r$/u, '');
      pieces = [];
      held = 0;
    }
    pieces.push(last);
    held += last.length;
    if (held > LONGEST_LINE) throw new ModelError('TooLarge', `${name}: a line of its answer does not end`, { mayHaveSpent: true });
  }
  const rest = [...pieces, decoder.decode()].join('').replace(/\r$/u, '');
  if (rest !== '') yield rest;
}

/** One line as an object of the protocol; anything else is Malformed, and is told by its kind alone. */
export function objectOf(line: string, name: string): Readonly<Record<string, unknown>> {
  try {
    const value = JSON.parse(line) as unknown;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  } catch {
    // Told below: what a parser says of it quotes it.
  }
  const what = line.trimStart().startsWith('<') ? 'it answered with a web page' : 'its answer is not of the protocol';
  throw new ModelError('Malformed', `${name}: ${what}`, { mayHaveSpent: true });
}
