/**
 * One investigation's use of one MCP server: its read-only tools, a bounded number of calls, each bounded in time and size.
 *
 * Before each call the server's list is read anew, and a tool that is not what it was is not called. The client offers nothing to the
 * server: no sampling, no elicitation, no roots. Failures are `SourceError`s; the server's own words are in none of them.
 */
import { Client, type jsonSchemaValidator } from '@modelcontextprotocol/client';
import type { Clock } from '../../clock.ts';
import { SourceError } from '../gap.ts';
import type { Cleaner } from '../text.ts';
import { within } from '../within.ts';
import { argumentProblem } from './arguments.ts';
import { type McpAnswer, readAnswer } from './content.ts';
import { explained, failure } from './failure.ts';
import { type JudgedTools, judgeTools, type McpTool } from './tools.ts';
import { type BoundedTransport, type McpAddress, openTransport } from './transport.ts';

export interface McpServer {
  /** As configured; told in messages, and the first part of tools' full names. */
  readonly name: string;
  readonly address: McpAddress;
  /** Names of the tools that may be called. */
  readonly tools: readonly string[];
  readonly maxCalls?: number | undefined;
  /** Of opening, and of each call. */
  readonly timeoutMs?: number | undefined;
  /** Of one answer. */
  readonly maxBytes?: number | undefined;
}

export interface McpSession extends JudgedTools {
  readonly name: string;
  call(tool: string, given: unknown, signal?: AbortSignal): Promise<McpAnswer>;
  readonly calls: () => number;
  close(): Promise<void>;
}

const MAX_CALLS = 10;
const TIMEOUT_MS = 10_000;
const MAX_BYTES = 2 ** 20;
const MAX_PAGES = 5;

/** Structured content is text to us: a schema of the server's is not run over it. */
const unchecked: jsonSchemaValidator = {
  getValidator: (() => (input: unknown) => ({ valid: true, data: input })) as unknown as jsonSchemaValidator['getValidator'],
};

interface Deps {
  readonly clock: Pick<Clock, 'setTimeout'>;
  readonly cleaner: Cleaner;
}

interface Link extends BoundedTransport {
  readonly server: McpServer;
  readonly client: Client;
  readonly clock: Deps['clock'];
}

export async function openMcp(server: McpServer, { clock, cleaner }: Deps, signal?: AbortSignal): Promise<McpSession> {
  const client = new Client(
    { name: 'agent-sre', version: '1' },
    {
      capabilities: {},
      jsonSchemaValidator: unchecked,
      listMaxPages: MAX_PAGES,
      inputRequired: { autoFulfill: false },
      ...(server.address.kind === 'http' ? { versionNegotiation: { mode: 'auto' as const } } : {}),
    },
  );
  const transport = await openTransport(server.address, server.maxBytes ?? MAX_BYTES).catch((error: unknown) => {
    throw explained(server.name, error);
  });
  const link: Link = { ...transport, server, client, clock };
  const list = async (until: AbortSignal): Promise<JudgedTools> => {
    const { tools } = await client.listTools(undefined, { ...limits(until), cacheMode: 'refresh' });
    return judgeTools(tools, server.tools, cleaner);
  };
  try {
    const judged = await bounded(link, signal, async (until) => {
      await client.connect(transport.transport, limits(until));
      return list(until);
    });
    return sessionOf(link, judged, list, cleaner);
  } catch (error) {
    await close(link);
    throw error;
  }
}

function sessionOf(link: Link, judged: JudgedTools, list: (signal: AbortSignal) => Promise<JudgedTools>, cleaner: Cleaner): McpSession {
  const { server, client } = link;
  let calls = 0;
  return {
    ...judged,
    name: server.name,
    calls: () => calls,
    close: () => close(link),
    call: async (name, given, signal) => {
      const tool = judged.allowed.find((each) => each.name === name);
      if (tool === undefined) throw failure(server.name, 'NotConfigured', `${shown(name)} is none of the tools that may be called`);
      const problem = argumentProblem(tool.inputSchema, given);
      if (problem !== undefined)
        throw failure(server.name, 'Malformed', `the arguments for ${name} do not fit: ${cleaner.line(problem, 300)}`);
      if (calls >= (server.maxCalls ?? MAX_CALLS)) throw failure(server.name, 'TooLarge', `its ${calls} calls are spent`);
      calls += 1;
      return bounded(link, signal, async (until) => {
        requireSame(server, tool, await list(until));
        const result: unknown = await client.callTool({ name, arguments: given as Record<string, unknown> }, limits(until));
        const read = readAnswer(result, server.maxBytes ?? MAX_BYTES, cleaner);
        if (read === undefined) throw new SourceError('Malformed', 'its answer is not that of a tool');
        return read;
      });
    },
  };
}

function requireSame(server: McpServer, { name, digest }: McpTool, now: JudgedTools): void {
  const found = now.allowed.find((each) => each.name === name);
  if (found?.digest === digest) return;
  const why = now.refused.find((each) => each.name === name)?.why ?? 'the server has changed it since it was first seen';
  throw failure(server.name, 'NotConfigured', `${name} is not called any more: ${why}`);
}

/** Our own limit counts; the SDK's stays out of its way. */
const limits = (signal: AbortSignal) => ({ signal, timeout: 2 ** 30 });

async function bounded<T>(
  { server, overflow, clock }: Link,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  let until: AbortSignal | undefined;
  try {
    const either = outer === undefined ? overflow : AbortSignal.any([overflow, outer]);
    return await within(clock, server.timeoutMs ?? TIMEOUT_MS, either, (signal) => {
      until = signal;
      return work(signal);
    });
  } catch (error) {
    // The SDK has errors of its own for a signal that was aborted.
    const reason: unknown = [overflow, outer, until].find((signal) => signal?.aborted === true)?.reason;
    throw explained(server.name, reason ?? error);
  }
}

/** Never fails: what does not go by itself is ended. */
async function close({ client, clock, end }: Link): Promise<void> {
  await within(clock, TIMEOUT_MS, undefined, () => client.close()).catch(() => undefined);
  end();
}

const shown = (name: string): string => JSON.stringify(name.slice(0, 100));
