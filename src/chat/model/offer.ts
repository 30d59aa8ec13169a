/** Which tools a model is offered, and in how few words: those of the question first, then those that most questions need, as many as there is room for. */
import { z } from 'zod';
import type { Tool as ModelTool } from '../../llm/port.ts';
import { cut } from '../../text/layout.ts';
import type { Tool } from '../../tools/tool.ts';

const USUAL = [
  'list_incidents',
  'get_incident',
  'check_golden_signals',
  'query_prometheus',
  'get_pod_logs',
  'kubectl_get',
  'get_service_health',
  'query_logs',
  'kubectl_describe',
  'what_changed',
  'list_plans',
  'get_plan',
  'flux_status',
];
const LONGEST_DESCRIPTION = 180;
const LONGEST_FIELD = 80;

/** @param room tokens for all of them */
export type Offer = (
  tools: readonly Tool[],
  used: ReadonlySet<string>,
  room: number,
  estimate: (text: string) => number,
) => readonly ModelTool[];

/** Each tool is put into few words once, however many conversations hold it at a time. */
export function createOffer(): Offer {
  const short = new WeakMap<Tool, ModelTool>();
  const inShort = (tool: Tool): ModelTool => {
    const made = short.get(tool) ?? shortened(tool);
    short.set(tool, made);
    return made;
  };
  return (...asked) => offer(inShort, ...asked);
}

function offer(inShort: (tool: Tool) => ModelTool, ...[tools, used, room, estimate]: Parameters<Offer>): readonly ModelTool[] {
  const rank = ({ name, core }: Tool): number => {
    const usual = USUAL.indexOf(name);
    return (used.has(name) ? 0 : 100) + (usual < 0 ? 50 : usual) + (core ? 0 : 20);
  };
  let left = room;
  return tools
    .filter((tool) => tool.core || USUAL.includes(tool.name) || used.has(tool.name))
    .toSorted((a, b) => rank(a) - rank(b))
    .map(inShort)
    .filter((tool) => {
      left -= estimate(JSON.stringify(tool));
      return left >= 0;
    });
}

interface Field {
  readonly type?: unknown;
  readonly enum?: unknown;
  readonly description?: string;
}

/** Small models lose themselves in long schemas: names, kinds and choices, and what each is in a few words. */
function shortened({ name, description, input }: Tool): ModelTool {
  const { properties = {}, required = [] } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as {
    readonly properties?: Readonly<Record<string, Field>>;
    readonly required?: readonly string[];
  };
  const fields = Object.entries(properties).map(([field, { type = 'string', enum: choices, description: says = '' }]) => [
    field,
    { type, ...(choices === undefined ? {} : { enum: choices }), description: cut(says, LONGEST_FIELD) },
  ]);
  return {
    name,
    description: cut(description, LONGEST_DESCRIPTION),
    parameters: { type: 'object', properties: Object.fromEntries(fields), required: [...required] },
  };
}
