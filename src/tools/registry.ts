/** All tools of a process, by name. A tool that is not in the set that a caller was given does not exist for them. */
import { ToolError } from './errors.ts';
import type { Tool } from './tool.ts';

export type Toolset = 'all' | 'core';

export interface Tools {
  /** In a fixed order. */
  list(set?: Toolset): readonly Tool[];
  /** Throws a ToolError `NotFound` for what is not in the set. */
  get(name: string, set?: Toolset): Tool;
}

export function createTools(tools: readonly Tool[]): Tools {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  if (byName.size !== tools.length) throw new Error('two tools have one name');
  const isIn = (set: Toolset, { core }: Tool): boolean => set === 'all' || core;
  return {
    list: (set = 'all') => tools.filter((tool) => isIn(set, tool)),
    get: (name, set = 'all') => {
      const tool = byName.get(name);
      if (tool === undefined || !isIn(set, tool))
        throw new ToolError('NotFound', `There is no tool ${JSON.stringify(name.slice(0, 64))} here.`);
      return tool;
    },
  };
}
