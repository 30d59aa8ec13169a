/** Completions: the names that a caller may see, for the arguments of prompts and the variables of resources. A name that cannot be looked up completes to nothing. */
import type { CompleteRequest, CompleteResult } from '@modelcontextprotocol/server';
import { ToolError } from '../tools/errors.ts';
import type { Call } from '../tools/tool.ts';
import { type Names, PROMPTS } from './prompts.ts';
import type { ResourceKind } from './resources.ts';

/** @param given what the other arguments are already */
export type LookUpNames = (names: Names, given: Readonly<Record<string, string>>, call: Call) => Promise<readonly string[]>;

/** As many as the protocol lets through. */
const MAX_VALUES = 100;

export async function complete(
  { ref, argument, context }: CompleteRequest['params'],
  deps: { readonly lookUp: LookUpNames; readonly kinds: readonly ResourceKind[] },
  call: Call,
): Promise<CompleteResult> {
  const all = await candidates(ref, argument, context?.arguments ?? {}, deps, call).catch((error: unknown) => {
    if (error instanceof ToolError) return [];
    throw error;
  });
  const typed = argument.value.toLowerCase();
  const fitting = [...new Set(all)].filter((name) => name.toLowerCase().includes(typed));
  // What begins with what is typed comes first.
  const values = fitting.sort(
    (a, b) => Number(b.toLowerCase().startsWith(typed)) - Number(a.toLowerCase().startsWith(typed)) || (a < b ? -1 : 1),
  );
  return { completion: { values: values.slice(0, MAX_VALUES), total: values.length, hasMore: values.length > MAX_VALUES } };
}

async function candidates(
  ref: CompleteRequest['params']['ref'],
  { name, value }: CompleteRequest['params']['argument'],
  given: Readonly<Record<string, string>>,
  { lookUp, kinds }: { readonly lookUp: LookUpNames; readonly kinds: readonly ResourceKind[] },
  call: Call,
): Promise<readonly string[]> {
  if (ref.type === 'ref/prompt') {
    const names = PROMPTS.find((prompt) => prompt.name === ref.name)?.arguments.find((argument) => argument.name === name)?.names;
    return names === undefined ? [] : lookUp(names, given, call);
  }
  const kind = kinds.find(({ uriTemplate }) => uriTemplate === ref.uri);
  return (await kind?.complete?.(name, value, call)) ?? [];
}
