/**
 * The answer of a tool as text that is fit to be read: cleaned, redacted, cut. What is not text is named and left out.
 *
 * Text of a tool is as untrusted as a log line: whoever shows it to a model fences it, and nothing in it is ever followed.
 */
import { z } from 'zod';
import type { Cleaner } from '../text.ts';

export interface McpAnswer {
  readonly lines: readonly string[];
  /** The tool says that it failed; the text says how. */
  readonly isError: boolean;
  /** There was more. */
  readonly isCut: boolean;
}

const MOST_LINES = 500;
const MOST_PARTS = 100;

const part = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  uri: z.string().optional(),
  mimeType: z.string().optional(),
  resource: z.looseObject({ text: z.string().optional(), uri: z.string().optional(), mimeType: z.string().optional() }).optional(),
});
const answer = z.looseObject({
  content: z.array(z.unknown()).default([]),
  structuredContent: z.unknown().optional(),
  isError: z.boolean().optional(),
});

/** Undefined when it is no answer of a tool. @param maxChars of the text, before it is cleaned */
export function readAnswer(given: unknown, maxChars: number, cleaner: Cleaner): McpAnswer | undefined {
  const parsed = answer.safeParse(given);
  if (!parsed.success) return undefined;
  const { content, structuredContent, isError = false } = parsed.data;
  const parts = content.slice(0, MOST_PARTS).flatMap((each) => part.safeParse(each).data ?? []);
  const said = parts.map(textOf).join('\n');
  const text = said === '' && structuredContent !== undefined ? JSON.stringify(structuredContent, undefined, 1) : said;
  const lines = cleaner.lines(text.slice(0, maxChars));
  return {
    lines: lines.slice(0, MOST_LINES),
    isError,
    isCut: content.length > MOST_PARTS || text.length > maxChars || lines.length > MOST_LINES,
  };
}

function textOf({ type, text, uri, mimeType, resource }: z.infer<typeof part>): string {
  if (type === 'text') return text ?? '';
  if (type === 'resource' && resource?.text !== undefined) return resource.text;
  return `[${type} left out: ${(mimeType ?? resource?.mimeType ?? uri ?? resource?.uri ?? 'no text').slice(0, 100)}]`;
}
