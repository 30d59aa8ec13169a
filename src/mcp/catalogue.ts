/**
 * The tools as MCP lists them. Made once: a schema is not derived again for each caller.
 *
 * The short set goes without the schemas of what its tools give: it is for models with little room, which read the text. Programs find the
 * structured content in the answers all the same.
 */
import type { Tool as Listed } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Tools, Toolset } from '../tools/registry.ts';
import type { Tool } from '../tools/tool.ts';

export interface Catalogue {
  list(set: Toolset): readonly Listed[];
  /** Throws a ToolError `NotFound` for what is not in the set: what is hidden in the list cannot be called either. */
  get(name: string, set: Toolset): Tool;
}

export function createCatalogue(tools: Tools): Catalogue {
  const sets: Readonly<Record<Toolset, readonly Listed[]>> = { all: tools.list('all').map(listed), core: tools.list('core').map(brief) };
  return { list: (set) => sets[set], get: (name, set) => tools.get(name, set) };
}

function brief(tool: Tool): Listed {
  const { outputSchema: _, ...rest } = listed(tool);
  return rest;
}

function listed({ name, title, description, effect, input, output }: Tool): Listed {
  const isReading = effect === 'reads';
  return {
    name,
    title,
    description,
    inputSchema: jsonSchema(input),
    outputSchema: jsonSchema(output),
    annotations: {
      title,
      readOnlyHint: isReading,
      // What is proposed is a new object: nothing that is there is changed, and asking twice proposes twice.
      destructiveHint: false,
      idempotentHint: isReading,
      openWorldHint: false,
    },
  };
}

/** As the tool takes and gives it: a field with a default may be left out. */
function jsonSchema(schema: z.ZodObject): Listed['inputSchema'] {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest as Listed['inputSchema'];
}
