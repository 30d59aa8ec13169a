/**
 * A call of a tool for somebody: progress to who asked for it, an end when they leave or the time is up, and an answer that fits.
 *
 * What goes wrong is told as a result, so that a model can mend its question; only a tool that does not exist for the caller is an error of
 * the protocol. Nothing of the inside gets out: what nobody expected is logged, and said to be so.
 */
import { type CallToolResult, ProtocolError, ProtocolErrorCode, type ServerContext } from '@modelcontextprotocol/server';
import type { Clock } from '../clock.ts';
import { withDeadline } from '../kube/deadline.ts';
import type { Logger } from '../kube/logger.ts';
import type { Caller } from '../tools/caller.ts';
import { ToolError } from '../tools/errors.ts';
import type { Toolset } from '../tools/registry.ts';
import type { Call, Tool } from '../tools/tool.ts';
import { bounded } from './bounded.ts';
import type { Catalogue } from './catalogue.ts';

/** Longer than any diagnosis with a model may take. */
const LONGEST_MS = 10 * 60_000;
const REASON = 'agentsre.io/reason';

export interface CallDeps {
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Visitor {
  readonly caller: Caller;
  readonly toolset: Toolset;
  /** Counts one more call where one connection or one request makes several; throws what says that it is one too many. */
  readonly count?: (() => void) | undefined;
}

interface Params {
  readonly name: string;
  readonly arguments?: Readonly<Record<string, unknown>> | undefined;
}

export async function callTool(
  { name, arguments: input = {} }: Params,
  context: ServerContext,
  { caller, toolset, count }: Visitor,
  { catalogue, clock, logger }: CallDeps,
): Promise<CallToolResult> {
  const tool = existing(catalogue, name, toolset);
  try {
    count?.();
  } catch (error) {
    return told(new ToolError('TooLarge', (error as Error).message));
  }
  const late = (): Error => new ToolError('TimedOut', `${name} took longer than ${LONGEST_MS / 60_000} minutes; ask for less.`);
  try {
    const run = (signal: AbortSignal) => tool.run(input, { caller, signal, via: 'MCP', progress: progressOf(context) });
    const { text, data } = bounded(await withDeadline(clock, LONGEST_MS, context.mcpReq.signal, late, run));
    const content = [{ type: 'text' as const, text }];
    return data === undefined ? { content, isError: true, _meta: { [REASON]: 'TooLarge' } } : { content, structuredContent: data };
  } catch (error) {
    if (error instanceof ToolError) return told(error);
    if (context.mcpReq.signal.aborted) throw error;
    logger.error({ error, tool: name }, 'a tool failed');
    return told(new ToolError('Unavailable', `${name} failed in a way that nobody expected; the log of Agent-SRE says how.`));
  }
}

function existing(catalogue: Catalogue, name: string, toolset: Toolset): Tool {
  try {
    return catalogue.get(name, toolset);
  } catch (error) {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, (error as Error).message);
  }
}

function told({ message, reason }: ToolError): CallToolResult {
  return { content: [{ type: 'text', text: message }], isError: true, _meta: { [REASON]: reason } };
}

/** Undefined if nobody asked for it. What is done only grows, as the protocol has it. */
function progressOf({ mcpReq }: ServerContext): Call['progress'] {
  // oxlint-disable-next-line no-underscore-dangle -- the protocol's own name
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return undefined;
  let last = -1;
  return (done, total, message) => {
    if (done <= last || mcpReq.signal.aborted) return;
    last = done;
    const params = { progressToken, progress: done, message, ...(total === undefined ? {} : { total }) };
    // A caller who has left misses nothing.
    mcpReq.notify({ method: 'notifications/progress', params }).catch(() => undefined);
  };
}
