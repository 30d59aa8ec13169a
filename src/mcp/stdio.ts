/** MCP over standard input and output: a line a message. Standard output holds nothing else. */
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../clock.ts';
import { type ConnectionOptions, openConnection } from './connection.ts';

export interface StdioOptions extends Pick<ConnectionOptions, 'visitor' | 'serverFor' | 'watching' | 'logger'> {
  readonly clock: Clock;
  readonly input: Readable;
  readonly output: Writable;
}

const MAX_LINE = 10 * 1024 * 1024;
/** For what was asked before the input ended, as where it comes out of a file. */
const LAST_ANSWERS_MS = 30_000;

/** Ends when the input does and what came in is answered, or `signal` aborts. */
export async function serveLines({ input, output, clock, ...options }: StdioOptions, signal: AbortSignal): Promise<void> {
  const ended = Promise.withResolvers<void>();
  const connection = openConnection({
    ...options,
    send: (text) => new Promise((resolve, reject) => output.write(`${text}\n`, (error) => (error ? reject(error) : resolve()))),
    onEnd: () => ended.resolve(),
  });
  signal.addEventListener('abort', () => ended.resolve(), { once: true });
  const lines = lineReader(
    (line) => connection.receive(line),
    () => ended.reject(new Error(`a message is longer than ${MAX_LINE / 1024 / 1024} MiB`)),
  );
  input.on('data', lines);
  input.on('end', () => {
    const cancel = clock.setTimeout(() => ended.resolve(), LAST_ANSWERS_MS);
    connection.answered().then(ended.resolve, ended.reject).finally(cancel);
  });
  input.on('error', () => ended.resolve());
  // Whoever reads has gone: there is nobody to tell.
  output.on('error', () => ended.resolve());
  try {
    await ended.promise;
  } finally {
    input.off('data', lines);
    await connection.close();
  }
}

function lineReader(onLine: (line: string) => void, onTooLong: () => void): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let size = 0;
  return (chunk) => {
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      const line = Buffer.concat([...parts, chunk.subarray(from, at)])
        .toString('utf8')
        .trim();
      parts = [];
      size = 0;
      from = at + 1;
      if (line !== '') onLine(line);
    }
    const rest = chunk.subarray(from);
    size += rest.byteLength;
    if (size > MAX_LINE) return onTooLong();
    if (rest.byteLength > 0) parts.push(rest);
    return undefined;
  };
}
