/** A route for each tool of the table that this process has: the fields of the request go in, the prose and the numbers behind it come out. */
import type { Clock } from '../../clock.ts';
import type { Buffered } from '../../intake/buffered.ts';
import { withDeadline } from '../../kube/deadline.ts';
import { ToolError } from '../../tools/errors.ts';
import type { Tools } from '../../tools/registry.ts';
import type { Tool } from '../../tools/tool.ts';
import type { ApiCall, GuardedRoute } from '../edge.ts';
import type { RatePolicy } from '../rateLimits.ts';
import { json } from '../route.ts';
import type { Streams } from '../streams.ts';
import { inCallersNames, namedFor } from './callerFields.ts';
import { fieldsOf } from './fields.ts';
import { TOOL_ROWS, type ToolRow } from './table.ts';

export interface ToolRouteDeps {
  readonly tools: Tools;
  readonly policy: RatePolicy;
  readonly clock: Clock;
  readonly streams: Streams;
  /** Of all bodies that are being read. */
  readonly buffer: Buffered;
}

const DEADLINE_MS = 30_000;
/** Where a model may be asked. */
const LONG_DEADLINE_MS = 120_000;

export function servedRows(tools: Tools): readonly { readonly row: ToolRow; readonly tool: Tool }[] {
  const byName = new Map(tools.list().map((tool) => [tool.name, tool]));
  return TOOL_ROWS.flatMap((row) => {
    const tool = byName.get(row.tool);
    return tool === undefined ? [] : [{ row, tool }];
  });
}

export function toolRoutes(deps: ToolRouteDeps): readonly GuardedRoute[] {
  return servedRows(deps.tools).flatMap(({ row, tool }) =>
    row.paths.map((path) => ({ methods: ['POST'], path, policy: deps.policy, answer: (call) => answered(deps, row, tool, call) })),
  );
}

async function answered(
  { clock, streams, buffer }: ToolRouteDeps,
  row: ToolRow,
  tool: Tool,
  { request, caller }: ApiCall,
): Promise<Response> {
  const { maxBytes, textField, isLong = false } = row;
  const named = namedFor(tool.input, await fieldsOf(request, { maxBytes, textField, buffer }));
  const ms = isLong ? LONG_DEADLINE_MS : DEADLINE_MS;
  const late = (): ToolError => new ToolError('TimedOut', `There is no answer after ${ms / 1000} s; ask for less, or try again.`);
  using open = streams.open(request.signal);
  try {
    const { text, data } = await withDeadline(clock, ms, open.signal, late, (signal) => tool.run(named.input, { caller, signal }));
    return json(200, { response: text, timestamp: new Date(clock.now()).toISOString(), ...data });
  } catch (error) {
    throw error instanceof ToolError ? inCallersNames(error, named) : error;
  }
}
