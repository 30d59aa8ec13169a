/**
 * Calls of tools that a model writes as text, as small models do that were not taught otherwise: JSON with a name and arguments, in a fence or a tag or
 * bare. A text that begins like one is held back until it is known to be none.
 */
import type { ToolCall } from '../../llm/port.ts';

const BEGINNINGS = ['{"', '{ "', '{\n', '[{', '```', '<tool', '<|python_tag|>', '<function'];
const LONGEST_CALL = 8_000;

/** Whether a text is, or may yet become, a call. */
export function mayBeCall(text: string): boolean {
  const start = text.trimStart();
  return start === '' || BEGINNINGS.some((beginning) => start.startsWith(beginning) || beginning.startsWith(start));
}

/** The calls that a text is, if it is nothing else. */
export function callsIn(text: string): readonly ToolCall[] {
  if (text.length > LONGEST_CALL || !mayBeCall(text)) return [];
  const from = text.search(/[{[]/u);
  const to = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']'));
  if (from < 0 || to < from) return [];
  try {
    const said: unknown = JSON.parse(text.slice(from, to + 1));
    return (Array.isArray(said) ? said : [said]).flatMap((one: unknown, index) => callOf(one, index)).slice(0, 4);
  } catch {
    return [];
  }
}

function callOf(said: unknown, index: number): readonly ToolCall[] {
  if (typeof said !== 'object' || said === null) return [];
  const { name, function: named, parameters, arguments: given } = said as Readonly<Record<string, unknown>>;
  const tool = typeof name === 'string' ? name : named;
  if (typeof tool !== 'string') return [];
  const input = parameters ?? given ?? {};
  return [{ id: `text-${index + 1}`, name: tool, arguments: typeof input === 'string' ? input : JSON.stringify(input) }];
}
