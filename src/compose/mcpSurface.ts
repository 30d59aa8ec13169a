/** MCP on an address: its paths and its WebSockets, behind the guard of that address. */
import type { Visitor } from '../mcp/callTool.ts';
import type { Mcp } from '../mcp/mcp.ts';
import type { ApiCall, Guard } from '../server/edge.ts';
import type { RatePolicy } from '../server/rateLimits.ts';
import type { Surface } from './api.ts';

/** What is loaded when somebody asks for it: where nobody does, MCP takes no memory. */
export interface LazyMcp {
  readonly load: () => Promise<Mcp>;
  /** Ends what is under way, if it was ever loaded. */
  readonly stop: () => void;
}

const PATHS = ['/mcp', '/mcp/http'];

export function surfaceOf({ load, stop }: LazyMcp, guard: Guard, policy: RatePolicy): Surface {
  const answer = async (call: ApiCall): Promise<Response> => {
    const { http } = await load();
    return http.answer(call.request, visitorOf(call), call.connection.hangUp);
  };
  return {
    guard,
    routes: PATHS.map((path) => guard({ methods: ['GET', 'POST', 'DELETE'], path, policy, answer })),
    upgrades: PATHS.map((path) => ({
      path,
      policy,
      accept: (upgrading, call) => {
        load()
          .then(({ webSocket }) => webSocket.accept(upgrading, visitorOf(call)))
          .catch(() => upgrading.socket.destroy());
      },
    })),
    stop,
  };
}

export function lazily(make: () => Promise<Mcp>): LazyMcp {
  let made: Promise<Mcp> | undefined;
  return {
    load: () => (made ??= make()),
    stop: () => {
      made
        ?.then(({ http, webSocket }) => {
          webSocket.close();
          return http.close();
        })
        .catch(() => undefined);
    },
  };
}

function visitorOf({ request, caller, takeAnother }: ApiCall): Visitor {
  const toolset = new URL(request.url).searchParams.get('toolset') === 'core' ? 'core' : 'all';
  return { caller, toolset, count: takeAnother };
}
