/**
 * MCP over standard input and output, for an IDE that starts it: what the gateway serves, with the rights of whoever started it. The API
 * server judges each look at the cluster as theirs, and has it in its own audit; ours is the gateway's.
 *
 * It serves at once, also while the cluster cannot be reached: then the tools say so.
 */

import { whoAmI } from '../kube/access.ts';
import { createCallers } from '../server/auth/callers.ts';
import type { Caller } from '../tools/caller.ts';
import { createMcps } from './mcpServer.ts';
import type { Parts } from './parts.ts';
import { type ProcessOptions, withParts } from './process.ts';
import { addTools } from './tools.ts';

type StdioOptions = Pick<ProcessOptions, 'config' | 'logger' | 'redactor' | 'version'>;

const WHO_MS = 3000;

/** Ends when the input does, or `signal` aborts. */
export async function runMcp(options: StdioOptions, signal: AbortSignal): Promise<void> {
  await withParts({ ...options, name: 'mcp' }, async (parts) => {
    const { tools } = addTools(parts, { record: async () => undefined });
    const { agent } = createMcps(parts, tools);
    const mcp = await agent.load();
    const ended = new AbortController();
    const stop = (): void => ended.abort();
    signal.addEventListener('abort', stop, { once: true });
    const running = parts.manager.run(ended.signal);
    const serving = userOf(parts).then((caller) =>
      mcp.lines({ caller, toolset: 'all' }, { input: process.stdin, output: process.stdout }, ended.signal),
    );
    try {
      await Promise.race([serving, running]);
    } finally {
      stop();
      await running;
    }
  });
}

async function userOf({ client, clock, logger }: Parts): Promise<Caller> {
  const callers = createCallers(client, clock);
  try {
    return callers.itself(await whoAmI(client, AbortSignal.timeout(WHO_MS)));
  } catch (error) {
    logger.warn({ error }, 'who you are to the cluster is not known yet, as the API server does not answer');
    return callers.itself({ username: 'this user' });
  }
}
