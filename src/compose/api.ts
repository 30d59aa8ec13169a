/** REST and chat of the gateway, from its parts: what is served, by one guard, and what has to end when the server does. */
import { createBuffer } from '../intake/buffered.ts';
import { createGuard, type Guard } from '../server/edge.ts';
import { createRateLimits, type RatePolicy } from '../server/rateLimits.ts';
import { chatRoutes } from '../server/rest/chatRoutes.ts';
import { chatSockets } from '../server/rest/chatSocket.ts';
import { documentRoutes } from '../server/rest/documentRoutes.ts';
import { healthRoutes } from '../server/rest/healthRoutes.ts';
import { metadataRoutes } from '../server/rest/metadataRoutes.ts';
import { toolRoutes } from '../server/rest/toolRoutes.ts';
import type { Route } from '../server/route.ts';
import { createStreams } from '../server/streams.ts';
import type { UpgradeRoute } from '../server/upgrades.ts';
import { createCallerCheck, protectedResource } from './callers.ts';
import type { Parts } from './parts.ts';
import type { ToolsAndChat } from './tools.ts';

/** What is served on a port beside health. */
export interface Surface {
  readonly routes: readonly Route[];
  readonly upgrades: readonly UpgradeRoute[];
  /** That these pass. */
  readonly guard: Guard;
  /** Asks whoever is still being answered to come to an end. */
  readonly stop: () => void;
}

export interface Api extends Surface {
  /** For whatever else is served to callers, by the address that it is served on. */
  readonly guardAt: (host: string) => Guard;
  readonly policies: Policies;
}

interface Policies {
  readonly calls: RatePolicy;
  readonly chats: RatePolicy;
}

/** Bodies in memory, of all calls together. */
const MAX_BUFFERED = 96 * 2 ** 20;

export function createApi(parts: Parts, { tools, chat }: ToolsAndChat): Api {
  const { config, clock, manager, version } = parts;
  const { host, allowedOrigins, rateLimits, publicUrl } = config.http;
  const logger = parts.logger.child({ part: 'api' });
  const policies: Policies = {
    calls: { name: 'calls', quota: rateLimits.callsPerMinute, windowSeconds: 60 },
    chats: { name: 'chats', quota: rateLimits.chatsPerMinute, windowSeconds: 60 },
  };
  const rates = createRateLimits(clock);
  const guardAt = (at: string): Guard => createGuard({ identify: createCallerCheck(parts, at), rates, allowedOrigins, clock, logger });
  const guard = guardAt(host);
  const [streams, buffer] = [createStreams(clock), createBuffer(MAX_BUFFERED)];
  const shared = { clock, logger, streams, buffer };
  const talking = { ...shared, chat, policy: policies.chats };
  const sockets = chatSockets({ ...talking, identify: createCallerCheck(parts, host) });
  const guarded = [...toolRoutes({ ...shared, tools, policy: policies.calls }), ...chatRoutes(talking)];
  return {
    guard,
    guardAt,
    policies,
    routes: [
      ...guarded.map(guard),
      ...healthRoutes(manager.health),
      ...documentRoutes({ tools, version, publicUrl }),
      ...metadataRoutes(protectedResource(config)),
    ],
    upgrades: sockets.upgrades,
    stop: () => {
      streams.stop();
      sockets.close();
    },
  };
}
