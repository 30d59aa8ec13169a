/** REST and chat on a real port, over tools and a chat of a test; who calls is Alice, or whom the test says. */
import { Registry } from 'prom-client';
import { z } from 'zod';
import type { Chat } from '../../src/chat/port.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import { createBuffer } from '../../src/intake/buffered.ts';
import { createHealth } from '../../src/kube/health.ts';
import { createApp } from '../../src/server/app.ts';
import type { Identify } from '../../src/server/auth/identify.ts';
import { createGuard } from '../../src/server/edge.ts';
import { listen } from '../../src/server/listen.ts';
import { createRateLimits } from '../../src/server/rateLimits.ts';
import { chatRoutes } from '../../src/server/rest/chatRoutes.ts';
import { chatSockets } from '../../src/server/rest/chatSocket.ts';
import { documentRoutes } from '../../src/server/rest/documentRoutes.ts';
import { toolRoutes } from '../../src/server/rest/toolRoutes.ts';
import { createStreams } from '../../src/server/streams.ts';
import { createUpgrade } from '../../src/server/upgrades.ts';
import { createHttpMetrics } from '../../src/telemetry/httpMetrics.ts';
import { createTools } from '../../src/tools/registry.ts';
import { type Answer, type Call, defineTool, type Tool } from '../../src/tools/tool.ts';
import { type LogLine, recordingLogger } from './logger.ts';

export interface RestServer {
  readonly url: string;
  readonly log: readonly LogLine[];
  /** As the process does when it ends. */
  readonly stop: () => Promise<void>;
}

export interface RestOptions {
  readonly tools?: readonly Tool[];
  readonly chat?: Chat;
  readonly identify?: Identify;
  readonly clock?: Clock;
  readonly chatsPerMinute?: number;
}

const nobodyTalks: Chat = { ask: () => Promise.reject(new Error('no chat in this test')) };

export async function startRest({
  tools = [],
  chat = nobodyTalks,
  identify,
  clock = systemClock,
  chatsPerMinute = 10_000,
}: RestOptions): Promise<RestServer> {
  const log: LogLine[] = [];
  const logger = recordingLogger(log);
  const [streams, buffer, registry] = [createStreams(clock), createBuffer(64 * 2 ** 20), createTools(tools)];
  const whoever: Identify = identify ?? (async () => ({ username: 'alice', may: async () => true }));
  const guard = createGuard({ identify: whoever, rates: createRateLimits(clock), allowedOrigins: [], clock, logger });
  const chats = { name: 'chats', quota: chatsPerMinute, windowSeconds: 60 };
  const talking = { chat, clock, logger, streams, buffer, policy: chats };
  const sockets = chatSockets({ ...talking, identify: whoever });
  const httpMetrics = createHttpMetrics(new Registry());
  const routes = [
    ...toolRoutes({ tools: registry, policy: { ...chats, name: 'calls' }, clock, streams, buffer }).map(guard),
    ...chatRoutes(talking).map(guard),
    ...documentRoutes({ tools: registry, version: '0.0.0', publicUrl: undefined }),
  ];
  const app = createApp({ health: createHealth(clock), clock, logger, httpMetrics, routes });
  const listening = await listen({
    fetch: (request, bindings) => app.fetch(request, bindings),
    upgrade: createUpgrade({ guard, routes: sockets.upgrades, httpMetrics }),
    host: '127.0.0.1',
    port: 0,
    clock,
  });
  const stop = async (): Promise<void> => {
    streams.stop();
    sockets.close();
    await listening.close();
  };
  return { url: `http://127.0.0.1:${listening.port}`, log, stop };
}

/** A tool under a name of the table, which takes a few fields of each sort. */
export function testTool(name: string, run: (input: Readonly<Record<string, unknown>>, call: Call) => Promise<Answer>): Tool {
  return defineTool({
    name,
    title: name,
    description: name,
    effect: 'reads',
    core: false,
    input: z.object({
      service: z.string('is missing; write the name of a service').optional(),
      namespace: z.string().optional(),
      query: z.string().optional(),
      logs: z.string().optional(),
      lines: z.int('is no whole number').max(1000, 'is too large; the most is 1000').optional(),
      traceId: z.string().optional(),
    }),
    output: z.looseObject({}),
    run,
  });
}
