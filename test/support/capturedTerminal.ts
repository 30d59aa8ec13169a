/** A terminal of 80 columns without colours, that keeps what it is told. */
import type { Terminal } from '../../src/cli/terminal.ts';
import { createStyle } from '../../src/text/style.ts';

export interface CapturedTerminal extends Terminal {
  readonly printed: () => string;
  readonly complained: () => string;
}

export function createCapturedTerminal(): CapturedTerminal {
  const out: string[] = [];
  const errors: string[] = [];
  return {
    print: (...lines) => void out.push(...lines),
    complain: (...lines) => void errors.push(...lines),
    style: createStyle(false),
    width: 80,
    isInteractive: false,
    ask: async () => '',
    printed: () => out.map((line) => `${line}\n`).join(''),
    complained: () => errors.map((line) => `${line}\n`).join(''),
  };
}
