/**
 * A text as redacted lines, in slices that let the event loop go on between them, until the signal aborts.
 *
 * Only whole lines are cut out, and a line beyond 16 KiB by its beginning alone; a slice costs a few milliseconds. Secrets that go over slices are
 * seen whole (`Redactor.stream`).
 */

import type { Redactor } from '../../redact/redactor.ts';
import { visible } from '../../sources/text.ts';

const SLICE = 48 * 1024;
/** What runs for the first time takes far longer. */
const FIRST_SLICE = 4 * 1024;
const LONGEST_LINE = 16 * 1024;

export interface Slice {
  readonly lines: readonly string[];
  /** Of the text, what is done with this slice, 0 to 1. */
  readonly done: number;
}

export async function* redactedSlices(text: string, redactor: Pick<Redactor, 'stream'>, signal: AbortSignal): AsyncGenerator<Slice> {
  const { readable, writable } = redactor.stream();
  const [reader, writer] = [readable.getReader(), writable.getWriter()];
  let fed = 0;
  const feeding = (async () => {
    for (const piece of pieces(text)) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
      fed = piece.to;
      await writer.write(visible(piece.text));
    }
    await writer.close();
  })();
  feeding.catch((error: unknown) => void writer.abort(error).catch(() => undefined));
  let held = '';
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await reader.read();
      const lines = `${held}${value ?? ''}`.split('\n');
      held = done ? '' : (lines.pop() ?? '');
      if (done && lines.at(-1) === '') lines.pop();
      if (lines.length > 0) yield { lines, done: fed / Math.max(1, text.length) };
      if (done) break;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
    await feeding.catch(() => undefined);
  }
}

function* pieces(text: string): Iterable<{ readonly text: string; readonly to: number }> {
  let from = 0;
  for (let size = FIRST_SLICE; from < text.length; size = Math.min(SLICE, size * 1.25)) {
    const to = endOfPiece(text, from, Math.floor(size));
    const piece = text.slice(from, to);
    yield { text: piece.length > LONGEST_LINE ? withShortLines(piece) : piece, to };
    from = to;
  }
}

/** Behind the last line break of the slice; of a longer line, behind its own. */
function endOfPiece(text: string, from: number, size: number): number {
  if (from + size >= text.length) return text.length;
  const last = text.lastIndexOf('\n', from + size);
  if (last > from) return last + 1;
  const next = text.indexOf('\n', from + size);
  return next === -1 ? text.length : next + 1;
}

function withShortLines(piece: string): string {
  if (longestLine(piece) <= LONGEST_LINE) return piece;
  return piece
    .split('\n')
    .map((line) => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line))
    .join('\n');
}

function longestLine(piece: string): number {
  let longest = 0;
  for (let from = 0; from < piece.length; ) {
    const end = piece.indexOf('\n', from);
    const to = end === -1 ? piece.length : end;
    longest = Math.max(longest, to - from);
    from = to + 1;
  }
  return longest;
}
