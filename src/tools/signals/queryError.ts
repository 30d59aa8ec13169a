/** What is wrong in a query, where, and what to write instead: one sentence for whoever wrote it. */
import { ToolError } from '../errors.ts';

export interface QueryProblem {
  /** From 0, in UTF-16 units. */
  readonly at: number;
  readonly problem: string;
}

/** As in `query: at character 12, before "]": expected a duration such as 5m`. @param field the input's, as its caller knows it */
export function queryError(text: string, { at, problem }: QueryProblem, field = 'query'): ToolError {
  const message = `${placeIn(text, at)}: ${problem}`;
  return new ToolError('Invalid', `${field}: ${message}`, { problems: [{ field, problem: message }] });
}

/** Of what follows so much is shown. */
const SHOWN = 20;

function placeIn(text: string, at: number): string {
  const before = text.slice(0, at).split('\n');
  const character = (before.at(-1) ?? '').length + 1;
  const place = text.includes('\n') ? `at line ${before.length}, character ${character}` : `at character ${character}`;
  const rest = text.slice(at).trimStart().split('\n', 1)[0] ?? '';
  if (rest === '') return `${place}, at its end`;
  return `${place}, before ${JSON.stringify(rest.length > SHOWN ? `${rest.slice(0, SHOWN)}…` : rest)}`;
}

/** As in `")", "," or a label`. */
export function oneOf(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}
