/** MCP as this process serves it: one set of tools, resources and prompts, whichever way a client comes in. */
import { type Server, SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server';
import type { Visitor } from './callTool.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { PROMPTS } from './prompts.ts';
import { createMcpServer, type Connection as Kind, type McpDeps } from './server.ts';
import { type StdioOptions, serveLines } from './stdio.ts';
import { createWatching } from './watching.ts';
import { createWebSocketEndpoint, type WebSocketEndpoint } from './webSocket.ts';

const CURRENT = '2026-07-28';

export interface Mcp {
  readonly http: Endpoint;
  readonly webSocket: WebSocketEndpoint;
  /** Serves one client until its input ends. */
  lines(visitor: Visitor, streams: Pick<StdioOptions, 'input' | 'output'>, signal: AbortSignal): Promise<void>;
}

export function createMcp(deps: McpDeps): Mcp {
  const { clock, logger, changes } = deps;
  const watching = createWatching(deps.resources);
  const serverFor = (visitor: Visitor, kind: Kind): Server => createMcpServer(deps, visitor, kind);
  const shared = { serverFor, watching, clock, logger };
  return {
    http: createEndpoint({ ...shared, changes, information: (visitor, url) => informationOf(deps, visitor, url) }),
    webSocket: createWebSocketEndpoint(shared),
    lines: (visitor, streams, signal) => serveLines({ ...shared, ...streams, visitor }, signal),
  };
}

/** For people and programs that do not speak MCP. */
function informationOf(deps: McpDeps, { toolset }: Visitor, { origin, host, protocol }: URL): Readonly<Record<string, unknown>> {
  const { name, title, version, instructions, catalogue, resources } = deps;
  const webSocket = `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/mcp`;
  const list = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';
  return {
    name,
    title,
    version,
    description: instructions,
    protocolVersions: [CURRENT, ...SUPPORTED_PROTOCOL_VERSIONS],
    transports: { streamableHttp: [`${origin}/mcp`, `${origin}/mcp/http`], webSocket },
    toolset,
    toolsets: { all: `${origin}/mcp`, core: `${origin}/mcp?toolset=core` },
    tools: catalogue.list(toolset).map((tool) => tool.name),
    resources: resources.kinds.map(({ uriTemplate }) => uriTemplate),
    prompts: PROMPTS.map((prompt) => prompt.name),
    example: `curl -X POST ${origin}/mcp -H 'Content-Type: application/json' -d '${list}'`,
  };
}
