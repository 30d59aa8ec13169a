/**
 * Options of a program by a list of those that are allowed: what is not on it is refused, so that nothing which reads or writes a file gets through.
 *
 * What is passed on is written anew from what was understood, never the words that came.
 */
import { ToolError } from '../errors.ts';

export interface Option {
  /** As it is passed on, such as `-i` or `--tab`. */
  readonly flag: string;
  /** Other ways to write it. */
  readonly also?: readonly string[];
  /** What each of its values has to look like; absent: it takes none. */
  readonly values?: readonly RegExp[];
  /** It is understood, and does not have to be passed on. */
  readonly isDropped?: boolean;
}

export interface Parsed {
  readonly flags: readonly string[];
  /** Values of options that the program reads as its own text, such as `-e`. */
  readonly texts: readonly string[];
  readonly operands: readonly string[];
}

export const NUMBER = /^\d{1,6}$/u;
export const ANY = /^[\s\S]*$/u;

/** @param textOption the option whose values are gathered in `texts` */
export function parseOptions(program: string, words: readonly string[], options: readonly Option[], textOption?: string): Parsed {
  const flags: string[] = [];
  const texts: string[] = [];
  const operands: string[] = [];
  const queue = [...words];
  const take = (option: Option, written: string, attached: string | undefined): void => {
    const wanted = option.values ?? [];
    if (wanted.length === 0 && attached !== undefined) throw refused(program, `${written} takes no value`);
    const values = wanted.map((pattern, at) => valueOf(program, written, pattern, at === 0 ? (attached ?? queue.shift()) : queue.shift()));
    if (option.flag === textOption) texts.push(...values);
    else if (option.isDropped !== true) flags.push(option.flag, ...values);
  };
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (word === '--') {
      operands.push(...queue.splice(0));
    } else if (word.startsWith('--')) {
      const [name = '', value] = splitOnce(word, '=');
      take(find(program, options, name), name, value);
    } else if (word.startsWith('-') && word.length > 1) {
      takeShort(program, word, options, take);
    } else {
      operands.push(word);
    }
  }
  return { flags, texts, operands };
}

/** `-rc`, `-A3`, `-e text`: letters without values, the last of which may have one. */
function takeShort(
  program: string,
  word: string,
  options: readonly Option[],
  take: (option: Option, written: string, attached: string | undefined) => void,
): void {
  for (let at = 1; at < word.length; at += 1) {
    const written = `-${word.charAt(at)}`;
    const option = find(program, options, written, word);
    if ((option.values ?? []).length === 0) {
      take(option, written, undefined);
      continue;
    }
    const rest = word.slice(at + 1);
    const fits = option.values?.[0]?.test(rest) === true;
    take(option, written, rest === '' ? undefined : fits ? rest : rest.replace(/^=/u, ''));
    return;
  }
}

function find(program: string, options: readonly Option[], name: string, within = name): Option {
  const option = options.find(({ flag, also = [] }) => flag === name || also.includes(name));
  if (option !== undefined) return option;
  const all = options.flatMap(({ flag, also = [] }) => [flag, ...also]).filter((one) => !one.startsWith('--') || one.length < 16);
  throw refused(program, `${within.slice(0, 40)} is not allowed; allowed are ${all.join(', ')}`);
}

function valueOf(program: string, written: string, pattern: RegExp, value: string | undefined): string {
  if (value === undefined) throw refused(program, `${written} lacks its value`);
  if (!pattern.test(value)) throw refused(program, `${written} does not take ${JSON.stringify(value.slice(0, 40))}`);
  return value;
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

export const refused = (program: string, what: string): ToolError => new ToolError('Invalid', `${program}: ${what}.`);

/** There are no files: all that a program reads is what is passed in. */
export function withoutFiles(program: string, operands: readonly string[]): void {
  const file = operands.find((operand) => operand !== '-');
  if (file !== undefined)
    throw refused(program, `${JSON.stringify(file.slice(0, 80))} would be a file, and there are none here: pass the text as input`);
}
