/**
 * Which tools of an MCP server may be called: those that the configuration names, that do not say that they write, and whose
 * definition is what it was when they were first seen.
 *
 * What a server says of its tools is a claim: the list of names is what protects, the annotations only ever take something away.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Cleaner } from '../text.ts';

export interface McpTool {
  readonly name: string;
  /** The server's words, cleaned and cut. Untrusted: to be fenced wherever a model reads it. */
  readonly description: string;
  /** JSON Schema of its arguments, as the server gave it. Untrusted. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
  /** Changes with anything that the server says of the tool. */
  readonly digest: string;
}

export interface JudgedTools {
  readonly allowed: readonly McpTool[];
  /** Tools that the configuration names and that are not called. */
  readonly refused: readonly { readonly name: string; readonly why: string }[];
}

const LARGEST_SCHEMA = 64 * 1024;
const MOST_TOOLS = 1000;

const tool = z.looseObject({
  name: z.string().max(128),
  description: z.string().optional(),
  inputSchema: z.record(z.string(), z.unknown()),
  annotations: z.looseObject({ readOnlyHint: z.boolean().optional(), destructiveHint: z.boolean().optional() }).optional(),
});

/** @param listed the server's answer to `tools/list` @param names those that the configuration allows */
export function judgeTools(listed: readonly unknown[], names: readonly string[], cleaner: Cleaner): JudgedTools {
  const tools = listed.slice(0, MOST_TOOLS).flatMap((each) => tool.safeParse(each).data ?? []);
  const judged = [...new Set(names)].map((name) =>
    judge(
      name,
      tools.filter((each) => each.name === name),
      cleaner,
    ),
  );
  return {
    allowed: judged.flatMap((each) => ('why' in each ? [] : [each])),
    refused: judged.flatMap((each) => ('why' in each ? [each] : [])),
  };
}

function judge(
  name: string,
  found: readonly z.infer<typeof tool>[],
  cleaner: Cleaner,
): McpTool | { readonly name: string; readonly why: string } {
  const [first] = found;
  if (first === undefined) return { name, why: 'the server has no such tool' };
  if (found.length > 1) return { name, why: 'the server has several tools of this name' };
  const { annotations = {}, inputSchema, description = '' } = first;
  if (annotations.readOnlyHint === false) return { name, why: 'the server says that it writes' };
  if (annotations.destructiveHint === true && annotations.readOnlyHint !== true)
    return { name, why: 'the server says that it may destroy' };
  const text = JSON.stringify(first);
  if (text.length > LARGEST_SCHEMA) return { name, why: 'its definition is too large' };
  return { name, description: cleaner.line(description, 400), inputSchema, digest: createHash('sha256').update(text).digest('hex') };
}
