/**
 * The MCP endpoint of Agent-SRE with the conformance suite's fixtures in place of its own tools: the same guard, sessions, batches and
 * streams. Run by `make conformance`; prints its URL, and ends with its input.
 */
import { Registry } from 'prom-client';
import { systemClock } from '../../src/clock.ts';
import { createHealth } from '../../src/kube/health.ts';
import { createChanges } from '../../src/mcp/changes.ts';
import { createEndpoint } from '../../src/mcp/endpoint.ts';
import { createApp } from '../../src/server/app.ts';
import { checkWayIn } from '../../src/server/auth/origin.ts';
import { createGuard } from '../../src/server/edge.ts';
import { listen } from '../../src/server/listen.ts';
import { createRateLimits } from '../../src/server/rateLimits.ts';
import { createHttpMetrics } from '../../src/telemetry/httpMetrics.ts';
import { silentLogger } from '../support/logger.ts';
import { fixtures } from './fixtures.ts';

const changes = createChanges();
const endpoint = createEndpoint({
  serverFor: () => fixtures(changes),
  information: () => ({ name: 'agent-sre-conformance' }),
  watching: { refuse: async () => undefined },
  changes,
  clock: systemClock,
  logger: silentLogger,
});
const guard = createGuard({
  identify: async (request) => {
    checkWayIn(request, { isLoopback: true, allowedHosts: [], allowedOrigins: [] });
    return { username: 'suite', groups: [], may: async () => true };
  },
  rates: createRateLimits(systemClock),
  allowedOrigins: [],
  clock: systemClock,
  logger: silentLogger,
});
const route = guard({
  methods: ['GET', 'POST', 'DELETE'],
  path: '/mcp',
  policy: { name: 'mcp', quota: 100_000, windowSeconds: 60 },
  answer: ({ request, caller, connection }) => endpoint.answer(request, { caller, toolset: 'all' }, connection.hangUp),
});
const app = createApp({
  health: createHealth(systemClock),
  clock: systemClock,
  logger: silentLogger,
  httpMetrics: createHttpMetrics(new Registry()),
  routes: [route],
});
const { port } = await listen({
  fetch: (request, bindings) => app.fetch(request, bindings),
  host: '127.0.0.1',
  port: 0,
  clock: systemClock,
});
process.stdout.write(`http://127.0.0.1:${port}/mcp\n`);
process.stdin.on('end', () => process.exit(0)).resume();
