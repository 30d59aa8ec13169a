/**
 * Read-only tools of MCP servers, as a model of an investigation may call them.
 *
 * Which tools there are is the configuration's decision. What a server says of a tool and what a tool answers are strangers' words, which
 * whoever shows them to a model fences. A tool that fails answers with why, so that the model can go on without it.
 */
import { z } from 'zod';
import type { Gap } from '../crds/investigation.ts';
import { gapReason } from '../sources/gap.ts';
import type { McpSessions } from '../sources/mcp/all.ts';
import type { McpSession } from '../sources/mcp/session.ts';
import type { McpTool } from '../sources/mcp/tools.ts';
import type { ReadTool } from './model/readTools.ts';

export interface ForeignTools {
  readonly tools: readonly ReadTool[];
  /** What could not be opened. */
  readonly gaps: readonly Gap[];
  readonly close: () => Promise<void>;
}

/** Each costs tokens in every turn. */
const MOST_TOOLS = 12;
const LONGEST_NAME = 64;
const MOST_CHARACTERS = 8_000;

export function foreignTools({ sessions, gaps, close }: McpSessions): ForeignTools {
  const all = sessions.flatMap((session) => session.allowed.map((tool) => toolOf(session, tool)));
  const distinct = new Map(all.map((tool) => [tool.name, tool]));
  return { tools: [...distinct.values()].slice(0, MOST_TOOLS), gaps, close };
}

function toolOf(session: McpSession, { name, description, inputSchema }: McpTool): ReadTool {
  return {
    name: `mcp_${session.name}_${name}`.replace(/[^\w-]/gu, '_').slice(0, LONGEST_NAME),
    description: `A tool of ${session.name}, which says of it: ${description}`,
    parameters: inputSchema,
    schema: z.record(z.string(), z.unknown()),
    call: async (given, signal) => {
      try {
        const { lines, isError, isCut } = await session.call(name, given, signal);
        const text = lines.join('\n');
        const more = isCut || text.length > MOST_CHARACTERS ? '\n(there is more)' : '';
        return `${isError ? 'The tool says that it failed: ' : ''}${text.slice(0, MOST_CHARACTERS)}${more}`;
      } catch (error) {
        signal.throwIfAborted();
        return `The tool could not be used: ${gapReason(error)}.`;
      }
    },
  };
}
