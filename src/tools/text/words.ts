/**
 * A command line as people write it, split into words by their quotes, and at `|` into programs; there is no shell, so nothing in it is expanded.
 *
 * What only a shell could do (files, other programs, substitution) is refused by its name.
 */
import { ToolError } from '../errors.ts';

/** Programs of a pipe, each with its words; never empty. */
export type Pipe = readonly (readonly string[])[];

/** Outside of quotes; the first that fits counts. */
const SHELL_ONLY: readonly (readonly [RegExp, string])[] = [
  [/>/u, 'writing into files; put quotes around it if you mean the character'],
  [/</u, 'reading from files: the text is passed in as input'],
  [/[;&\n\r]/u, 'several commands: | alone joins them'],
  [/`|\$\(|^\(/u, 'commands within commands; put quotes around it'],
];

const TOKEN = /'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([ \t]+)|(\|)|([^ \t'"\\|]+)|[\s\S]/gu;

/** Throws `Invalid` where quotes are not closed, a program is missing, or a shell would be needed. */
export function splitCommand(text: string): Pipe {
  const pipe: string[][] = [[]];
  let word: string | undefined;
  const end = (): void => {
    if (word !== undefined) pipe.at(-1)?.push(word);
    word = undefined;
  };
  for (const [whole, single, double, escaped, blank, bar, plain] of text.matchAll(TOKEN)) {
    if (blank !== undefined) {
      end();
    } else if (bar !== undefined) {
      end();
      pipe.push([]);
    } else {
      word = (word ?? '') + (single ?? unescaped(double) ?? escaped ?? ofNoShell(plain ?? notClosed(whole)));
    }
  }
  end();
  if (pipe.some((words) => words.length === 0)) {
    throw new ToolError('Invalid', 'A program is missing: write such as jq -r .name, or grep -i error | sed s/a/b/.');
  }
  return pipe;
}

const unescaped = (quoted: string | undefined): string | undefined => quoted?.replace(/\\(["\\$`])/gu, '$1');

function ofNoShell(plain: string): string {
  const found = SHELL_ONLY.find(([pattern]) => pattern.test(plain));
  if (found !== undefined) throw new ToolError('Invalid', `There is no shell here, so no ${found[1]}.`);
  return plain;
}

function notClosed(quote: string): never {
  throw new ToolError('Invalid', quote === '\\' ? 'The command ends with a backslash.' : `A ${quote} is not closed.`);
}
