/**
 * One MCP server for one visitor: a request, a session or a connection. It holds no more than who asks; what it serves is made once and
 * shared, so that a thousand of them are cheap.
 */
import {
  type CacheHint,
  type ListResourcesResult,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type ServerEventBus,
} from '@modelcontextprotocol/server';
import { type CallDeps, callTool, type Visitor } from './callTool.ts';
import { complete, type LookUpNames } from './names.ts';
import { pageOf } from './paging.ts';
import { listedPrompts, promptOf } from './prompts.ts';
import { callOf, type ResourceEntry, type Resources } from './resources.ts';

export interface McpDeps extends CallDeps {
  readonly name: string;
  readonly title: string;
  readonly version: string;
  /** For a model: what this is for and how to go about it. */
  readonly instructions: string;
  readonly resources: Resources;
  readonly lookUpNames: LookUpNames;
  /** What has changed, for who has subscribed. A change carries a URI and no more: it is read again by who may. */
  readonly changes: ServerEventBus;
}

export interface Connection {
  /**
   * `exchange`: one request, nobody listens after it. `session`: changes go to who has subscribed here. `stream`: to whoever the transport
   * knows has subscribed.
   */
  readonly kind: 'exchange' | 'session' | 'stream';
}

const TOOLS_A_PAGE = 200;
const RESOURCES_A_PAGE = 100;
const MAX_SUBSCRIPTIONS = 200;
/** What an upgrade of Agent-SRE alone changes. */
const STABLE: CacheHint = { ttlMs: 5 * 60_000, cacheScope: 'private' };

export function createMcpServer(deps: McpDeps, visitor: Visitor, { kind }: Connection): Server {
  const { name, title, version, instructions } = deps;
  const server = new Server(
    { name, title, version },
    {
      instructions,
      capabilities: { tools: {}, resources: { subscribe: true, listChanged: true }, prompts: {}, completions: {} },
      cacheHints: { 'tools/list': STABLE, 'prompts/list': STABLE, 'resources/templates/list': STABLE, 'server/discover': STABLE },
    },
  );
  serveTools(server, deps, visitor);
  serveResources(server, deps, visitor);
  serveSubscriptions(server, deps, visitor, kind);
  server.setRequestHandler('prompts/list', () => ({ prompts: listedPrompts() }));
  server.setRequestHandler('prompts/get', ({ params }) => promptOf(params.name, params.arguments));
  server.setRequestHandler('completion/complete', ({ params }, context) =>
    complete(params, { lookUp: deps.lookUpNames, kinds: deps.resources.kinds }, callOf(context, visitor.caller)),
  );
  return server;
}

function serveTools(server: Server, deps: McpDeps, visitor: Visitor): void {
  server.setRequestHandler('tools/list', ({ params }) => {
    const { items, nextCursor } = pageOf(deps.catalogue.list(visitor.toolset), (tool) => tool.name, params?.cursor, TOOLS_A_PAGE);
    return { tools: [...items], nextCursor };
  });
  server.setRequestHandler('tools/call', ({ params }, context) => callTool(params, context, visitor, deps));
}

function serveResources(server: Server, { resources }: McpDeps, { caller }: Visitor): void {
  server.setRequestHandler('resources/list', async ({ params }, context) => {
    const entries = await resources.list(callOf(context, caller));
    const { items, nextCursor } = pageOf(entries, ({ uri }) => uri, params?.cursor, RESOURCES_A_PAGE);
    const mimeTypeOf = (uri: string) => resources.kinds.find(({ scheme }) => uri.startsWith(`${scheme}://`))?.mimeType;
    return { resources: items.map((entry) => listed(entry, mimeTypeOf(entry.uri))), nextCursor };
  });
  server.setRequestHandler('resources/templates/list', () => ({
    resourceTemplates: resources.kinds.map(({ scheme, uriTemplate, title, description, mimeType }) => ({
      name: scheme,
      uriTemplate,
      title,
      description,
      mimeType,
    })),
  }));
  server.setRequestHandler('resources/read', async ({ params }, context) => ({
    contents: [await resources.read(params.uri, callOf(context, caller))],
  }));
}

function listed(
  { lastModified, priority, ...entry }: ResourceEntry,
  mimeType: string | undefined,
): ListResourcesResult['resources'][number] {
  return { ...entry, mimeType, annotations: { audience: ['user', 'assistant'], lastModified, priority } };
}

function serveSubscriptions(server: Server, { resources, changes }: McpDeps, { caller }: Visitor, kind: Connection['kind']): void {
  const subscribed = new Set<string>();
  server.setRequestHandler('resources/subscribe', async ({ params }, context) => {
    if (kind === 'exchange')
      throw refused('Nobody listens here after this answer; initialize a session first, or open subscriptions/listen.');
    if (subscribed.size >= MAX_SUBSCRIPTIONS) throw refused(`No more than ${MAX_SUBSCRIPTIONS} subscriptions at once; end one first.`);
    await resources.admit(params.uri, callOf(context, caller));
    subscribed.add(params.uri);
    return {};
  });
  server.setRequestHandler('resources/unsubscribe', ({ params }) => {
    subscribed.delete(params.uri);
    return {};
  });
  if (kind === 'exchange') return;
  const end = changes.subscribe((event) => {
    // Whoever has gone in this instant misses nothing.
    if (event.kind === 'resources_list_changed') server.sendResourceListChanged().catch(() => undefined);
    if (event.kind !== 'resource_updated' || (kind === 'session' && !subscribed.has(event.uri))) return;
    server.sendResourceUpdated({ uri: event.uri }).catch(() => undefined);
  });
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- it is no EventTarget: the SDK has this one callback
  server.onclose = end;
}

const refused = (message: string): ProtocolError => new ProtocolError(ProtocolErrorCode.InvalidRequest, message);
