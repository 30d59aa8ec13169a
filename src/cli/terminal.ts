/** Where a command reads and writes: a terminal or a pipe. */
import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { createStyle, type Style } from '../text/style.ts';

export interface Terminal {
  /** Lines to standard output. */
  readonly print: (...lines: readonly string[]) => void;
  /** Lines to standard error. */
  readonly complain: (...lines: readonly string[]) => void;
  readonly style: Style;
  /** In characters; 80 where nobody knows. */
  readonly width: number;
  /** Somebody is there who can answer. */
  readonly isInteractive: boolean;
  /** What was answered; empty if the input ended. */
  readonly ask: (question: string) => Promise<string>;
}

interface Streams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable;
}

const NARROWEST = 60;
/** Longer lines are hard to read. */
const WIDEST = 100;

export function createTerminal({ stdin, stdout, stderr }: Streams, { noColor }: { readonly noColor: boolean }): Terminal {
  const isTerminal = stdout.isTTY === true;
  return {
    print: (...lines) => void stdout.write(`${lines.join('\n')}\n`),
    complain: (...lines) => void stderr.write(`${lines.join('\n')}\n`),
    style: createStyle(isTerminal && !noColor),
    width: Math.min(WIDEST, Math.max(NARROWEST, stdout.columns ?? 80)),
    isInteractive: stdin.isTTY === true && isTerminal,
    ask: async (question) => {
      const lines = createInterface({ input: stdin, output: stdout, terminal: false });
      const ended = new Promise<string>((resolve) => {
        lines.once('close', () => resolve(''));
      });
      try {
        return await Promise.race([lines.question(question), ended]);
      } finally {
        lines.close();
      }
    },
  };
}
