/** MCP on an address: its paths and its WebSockets, behind the guard of that address. */
import type { Visitor } from '../mcp/callTool.ts';
import type { Mcp } from '../mcp/mcp.ts';
import type { ApiCall, Guard } from '../server/edge.ts';
import type { RatePolicy } from '../server/rateLimits.ts';
import type { Surface } from './api.ts';

const PATHS = ['/mcp', '/mcp/http'];

export function surfaceOf(mcp: Mcp, guard: Guard, policy: RatePolicy): Surface {
  return {
    guard,
    routes: PATHS.map((path) =>
      guard({
        methods: ['GET', 'POST', 'DELETE'],
        path,
        policy,
        answer: (call) => mcp.http.answer(call.request, visitorOf(call), call.connection.hangUp),
      }),
    ),
    upgrades: PATHS.map((path) => ({ path, policy, accept: (upgrading, call) => mcp.webSocket.accept(upgrading, visitorOf(call)) })),
    stop: () => {
      mcp.webSocket.close();
      void mcp.http.close();
    },
  };
}

function visitorOf({ request, caller, takeAnother }: ApiCall): Visitor {
  const toolset = new URL(request.url).searchParams.get('toolset') === 'core' ? 'core' : 'all';
  return { caller, toolset, count: takeAnother };
}
