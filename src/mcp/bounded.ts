/**
 * What is sent into somebody's context window is bounded: a text ends at a line with how much is left out, and of what programs read the
 * longest lists are shortened. The tools see to their own brevity; this is for what gets past them.
 */
import type { Answer } from '../tools/tool.ts';

/** About 10,000 tokens. */
const MAX_TEXT = 40_000;
const MAX_DATA = 100_000;
const HOW_TO_GET_THE_REST = 'narrow the question, or ask for a part of it';

export interface Sent {
  readonly text: string;
  /** Absent when it does not fit even with its lists shortened. */
  readonly data: Readonly<Record<string, unknown>> | undefined;
}

export function bounded(
  { text, data }: Answer,
  limits: { readonly text: number; readonly data: number } = { text: MAX_TEXT, data: MAX_DATA },
): Sent {
  const { value, leftOut } = shortened(data, limits.data);
  const notes = [
    ...(leftOut > 0 ? [`${leftOut} entries of the structured content are left out; ${HOW_TO_GET_THE_REST}.`] : []),
    ...(value === undefined ? [`The structured content is too large to send; ${HOW_TO_GET_THE_REST}.`] : []),
  ];
  return { text: [boundedText(text, limits.text), ...notes].join('\n\n'), data: value };
}

export function boundedText(text: string, max = MAX_TEXT): string {
  if (text.length <= max) return text;
  const lastLine = text.lastIndexOf('\n', max);
  const kept = text.slice(0, lastLine > max / 2 ? lastLine : max).replace(/[\uD800-\uDBFF]$/u, '');
  const rest = text.slice(kept.length);
  return `${kept}\n\n… ${rest.length} more characters (${rest.split('\n').length} lines) are left out; ${HOW_TO_GET_THE_REST}.`;
}

interface Shortened {
  readonly value: Readonly<Record<string, unknown>> | undefined;
  readonly leftOut: number;
}

/** Halves the longest list until all fits: what comes first in a list is what matters. */
function shortened(data: Readonly<Record<string, unknown>>, max: number): Shortened {
  if (JSON.stringify(data).length <= max) return { value: data, leftOut: 0 };
  const value = structuredClone(data);
  let leftOut = 0;
  while (JSON.stringify(value).length > max) {
    const longest = longestList(value);
    if (longest === undefined) return { value: undefined, leftOut: 0 };
    const kept = Math.floor(longest.length / 2);
    leftOut += longest.length - kept;
    longest.length = kept;
  }
  return { value, leftOut };
}

/** By what it takes when it is written out. A list of one is not shortened: what is in it may be. */
function longestList(value: unknown): unknown[] | undefined {
  let longest: { readonly list: unknown[]; readonly size: number } | undefined;
  const visit = (at: unknown): void => {
    if (typeof at !== 'object' || at === null) return;
    if (Array.isArray(at) && at.length > 1) {
      const size = JSON.stringify(at).length;
      if (size > (longest?.size ?? 0)) longest = { list: at, size };
    }
    for (const each of Object.values(at)) visit(each);
  };
  visit(value);
  return longest?.list;
}
