/** MCP on a real port, behind the guard of the product, over tools and resources of a test; who calls is told by `Authorization: Bearer NAME`. */
import type { ServerEventBus } from '@modelcontextprotocol/server';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { systemClock } from '../../src/clock.ts';
import { lazily, surfaceOf } from '../../src/compose/mcpSurface.ts';
import { createHealth } from '../../src/kube/health.ts';
import { createCatalogue } from '../../src/mcp/catalogue.ts';
import { createChanges } from '../../src/mcp/changes.ts';
import { createMcp, type Mcp } from '../../src/mcp/mcp.ts';
import type { LookUpNames } from '../../src/mcp/names.ts';
import { createResources, type ResourceKind } from '../../src/mcp/resources.ts';
import { createApp } from '../../src/server/app.ts';
import { checkWayIn } from '../../src/server/auth/origin.ts';
import { createGuard } from '../../src/server/edge.ts';
import { listen } from '../../src/server/listen.ts';
import { createRateLimits } from '../../src/server/rateLimits.ts';
import { Refusal } from '../../src/server/refusal.ts';
import { createUpgrade } from '../../src/server/upgrades.ts';
import { createHttpMetrics } from '../../src/telemetry/httpMetrics.ts';
import type { Caller } from '../../src/tools/caller.ts';
import { demand } from '../../src/tools/caller.ts';
import { ToolError } from '../../src/tools/errors.ts';
import { createTools } from '../../src/tools/registry.ts';
import { defineTool, type Tool } from '../../src/tools/tool.ts';
import { type LogLine, recordingLogger } from './logger.ts';

export interface McpTestServer {
  /** `http://127.0.0.1:<port>/mcp`. */
  readonly url: string;
  readonly mcp: Mcp;
  readonly changes: ServerEventBus;
  readonly log: readonly LogLine[];
  readonly stop: () => Promise<void>;
}

/** May see all but what is named `secret`. */
export function callerNamed(username: string): Caller {
  return { username, groups: [], may: async ({ name, namespace }) => name !== 'secret' && namespace !== 'secret' };
}

export interface McpTestOptions {
  readonly tools?: readonly Tool[];
  readonly kinds?: readonly ResourceKind[];
  readonly lookUpNames?: LookUpNames;
  readonly quota?: number;
}

export async function startMcp({
  tools = [],
  kinds = [],
  lookUpNames = async () => [],
  quota = 10_000,
}: McpTestOptions): Promise<McpTestServer> {
  const log: LogLine[] = [];
  const [logger, clock] = [recordingLogger(log), systemClock];
  const changes = createChanges();
  const mcp = createMcp({
    name: 'agent-sre',
    title: 'Agent-SRE',
    version: '1.2.3',
    instructions: 'Ask.',
    catalogue: createCatalogue(createTools(tools)),
    resources: createResources(kinds),
    lookUpNames,
    changes,
    clock,
    logger,
  });
  const guard = createGuard({
    identify: async (request) => {
      checkWayIn(request, { isLoopback: true, allowedHosts: [], allowedOrigins: [] });
      const name = /^Bearer (\w+)$/u.exec(request.headers.get('authorization') ?? 'Bearer alice')?.[1];
      if (name === undefined || name === 'nobody') throw new Refusal(401, 'Nobody.', { headers: { 'www-authenticate': 'Bearer' } });
      return callerNamed(name);
    },
    rates: createRateLimits(clock),
    allowedOrigins: [],
    clock,
    logger,
  });
  const surface = surfaceOf(
    lazily(async () => mcp),
    guard,
    { name: 'calls', quota, windowSeconds: 60 },
  );
  const httpMetrics = createHttpMetrics(new Registry());
  const app = createApp({ health: createHealth(clock), clock, logger, httpMetrics, routes: surface.routes });
  const listening = await listen({
    fetch: (request, bindings) => app.fetch(request, bindings),
    upgrade: createUpgrade({ guard, routes: surface.upgrades, httpMetrics }),
    host: '127.0.0.1',
    port: 0,
    clock,
  });
  return {
    url: `http://127.0.0.1:${listening.port}/mcp`,
    mcp,
    changes,
    log,
    stop: async () => {
      surface.stop();
      await listening.close();
    },
  };
}

/** Says what it was given, and to whom. */
export const echo: Tool = defineTool({
  name: 'echo',
  title: 'Echo',
  description: 'Says the same.',
  effect: 'reads',
  core: true,
  input: z.object({
    text: z.string().max(1000).describe('What to say.'),
    times: z.int().min(1).max(100_000).default(1).describe('How often.'),
  }),
  output: z.object({ said: z.array(z.string()), to: z.string() }),
  run: async ({ text, times }, { caller }) => {
    const said = Array.from({ length: times }, () => text);
    return { text: said.join('\n'), data: { said, to: caller.username } };
  },
});

/** Tells of three steps, and waits at the second for as long as `until` takes. */
export function slow(until: (signal: AbortSignal) => Promise<void>): Tool {
  return defineTool({
    name: 'slow',
    title: 'Slow',
    description: 'Takes its time.',
    effect: 'proposes',
    core: false,
    input: z.object({}),
    output: z.object({ done: z.boolean() }),
    run: async (_input, { signal, progress }) => {
      progress?.(1, 3, 'begun');
      progress?.(2, 3, 'half way');
      await until(signal);
      progress?.(3, 3, 'done');
      return { text: 'done', data: { done: true } };
    },
  });
}

/** Fails as it is told to. */
export const failing: Tool = defineTool({
  name: 'failing',
  title: 'Failing',
  description: 'Fails.',
  effect: 'reads',
  core: false,
  input: z.object({ how: z.enum(['Forbidden', 'inside']).describe('In which way.') }),
  output: z.object({}),
  run: async ({ how }) => {
    if (how === 'Forbidden') throw new ToolError('Forbidden', 'alice may not get pods in namespace shop; an administrator can grant it.');
    throw new Error('connect ECONNREFUSED 10.0.0.7:5432 password=hunter2');
  },
});

/** Notes: `note://<name>`, of which nobody may see `secret`. */
export function notes(all: ReadonlyMap<string, string>): ResourceKind {
  const seeing = (name: string) => ({ verb: 'get', group: '', resource: 'notes', name });
  return {
    scheme: 'note',
    uriTemplate: 'note://{name}',
    title: 'Note',
    description: 'A note.',
    mimeType: 'text/plain',
    list: async () => [...all.keys()].map((name) => ({ uri: `note://${name}`, name })),
    read: async (name, call) => {
      await demand(call, seeing(name));
      const text = all.get(name);
      if (text === undefined) throw new ToolError('NotFound', `There is no note ${name}.`);
      return text;
    },
    admit: (name, call) => demand(call, seeing(name)),
    complete: async () => [...all.keys()],
  };
}
