/**
 * MCP over HTTP: Streamable HTTP of the current protocol revision (each request by itself) and of those before it, and what people type:
 * bare JSON-RPC by POST, without a session and whatever they accept, and batches. `GET` without a stream says what this is.
 *
 * Who asks is told first, for every request; nothing of a body is looked at before.
 */
import {
  type AuthInfo,
  createMcpHandler,
  isInitializeRequest,
  isJSONRPCRequest,
  isJsonContentType,
  isLegacyRequest,
  type JSONRPCMessage,
  type LegacyHttpHandler,
  legacyStatelessFallback,
  type McpHttpHandler,
  type McpServer,
  readRequestBody,
  type Server,
  type ServerEventBus,
} from '@modelcontextprotocol/server';
import type { Clock } from '../clock.ts';
import type { Logger } from '../kube/logger.ts';
import type { Visitor } from './callTool.ts';
import { exchange } from './exchange.ts';
import { errorResponse, type Incoming, incoming } from './jsonRpc.ts';
import { relayed } from './relay.ts';
import type { Connection } from './server.ts';
import { createSessions, type Sessions } from './sessions.ts';
import type { Watching } from './watching.ts';

export interface EndpointDeps {
  readonly serverFor: (visitor: Visitor, connection: Connection) => Server | McpServer;
  /** What a client that does not speak MCP reads. */
  readonly information: (visitor: Visitor, url: URL) => Readonly<Record<string, unknown>>;
  readonly watching: Watching;
  /** What has changed, for who listens. */
  readonly changes: ServerEventBus;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly logger: Logger;
}

export interface Endpoint {
  /** @param hangUp ends the connection of a client that does not read */
  answer(request: Request, visitor: Visitor, hangUp: () => void): Promise<Response>;
  close(): Promise<void>;
}

const MAX_BODY = 4 * 1024 * 1024;
const KEEP_ALIVE_MS = 15_000;
/** Of this process; each is a connection of its own as well. */
const MAX_STREAMS = 2000;

/** Codes that JSON-RPC leaves to whoever implements it. */
const SERVER_ERROR = -32_000;
const NO_SUCH_SESSION = -32_001;

interface Asked {
  readonly request: Request;
  readonly visitor: Visitor;
  /** The same, for a request that asks several things. */
  readonly several: Visitor;
  readonly authInfo: AuthInfo;
}

export function createEndpoint(deps: EndpointDeps): Endpoint {
  const { serverFor, changes, clock, logger } = deps;
  const onerror = (error: Error): void => logger.debug({ error }, 'an MCP request was not as it should be');
  const exchanging = ({ authInfo }: { readonly authInfo?: AuthInfo }) => serverFor(visitorIn(authInfo), { kind: 'exchange' });
  const modern = createMcpHandler(exchanging, {
    legacy: 'reject',
    bus: changes,
    maxSubscriptions: MAX_STREAMS,
    maxRequestBodySize: MAX_BODY,
    keepAliveMs: KEEP_ALIVE_MS,
    onerror,
  });
  const stateless = legacyStatelessFallback(exchanging, onerror);
  const sessions = createSessions(clock);
  const served: Served = { ...deps, modern, stateless, sessions };
  return {
    answer: async (request, whoever, hangUp) => {
      // Each request is counted by who let it in; what more a batch asks for, by the server.
      const visitor: Visitor = { ...whoever, count: undefined };
      const asked: Asked = { request, visitor, several: whoever, authInfo: authInfoOf(visitor) };
      if (request.method === 'POST') return relayed(await posted(asked, served), hangUp);
      if (request.method === 'GET') return relayed(await got(asked, served), hangUp);
      if (request.method === 'DELETE') return deleted(asked, served);
      return failed(405, SERVER_ERROR, 'MCP takes POST, GET and DELETE.', { headers: ALLOW });
    },
    close: async () => {
      await Promise.all([modern.close(), sessions.close()]);
    },
  };
}

interface Served extends EndpointDeps {
  readonly modern: McpHttpHandler;
  readonly stateless: LegacyHttpHandler;
  readonly sessions: Sessions;
}

async function posted(asked: Asked, served: Served): Promise<Response> {
  const { request, visitor, authInfo } = asked;
  const body = await bodyOf(request);
  if (body instanceof Response) return body;
  if (body.kind === 'malformed') return Response.json(body.error, { status: 400 });
  if (body.kind === 'batch') return direct({ ...asked, visitor: asked.several }, served, body.items, (answers) => answers);
  const { message } = body;
  if (!(await isLegacyRequest(request, message))) {
    const refusal = await served.watching.refuse(message, { caller: visitor.caller, signal: request.signal });
    return refusal === undefined ? served.modern.fetch(request, { authInfo, parsedBody: message }) : Response.json(refusal);
  }
  const answer = await ofSession(asked, served, message);
  if (answer !== undefined) return answer;
  if (!takesStream(request)) return direct(asked, served, [message], ([only]) => only);
  if (!isInitializeRequest(message)) return served.stateless(request, { authInfo, parsedBody: message });
  const session = await served.sessions.open(visitor.caller.username, served.serverFor(visitor, { kind: 'session' }));
  return session.answer(request, { authInfo, parsedBody: message });
}

async function got(asked: Asked, served: Served): Promise<Response> {
  const { request, visitor } = asked;
  if (!(request.headers.get('accept') ?? '').includes('text/event-stream'))
    return readable(served.information(visitor, new URL(request.url)));
  const how = 'There is no stream without a session; open subscriptions/listen by POST, or initialize a session first.';
  return (await ofSession(asked, served)) ?? failed(405, SERVER_ERROR, how, { headers: ALLOW });
}

/** For a person at a terminal. */
function readable(value: unknown): Response {
  return new Response(`${JSON.stringify(value, undefined, 2)}\n`, { headers: { 'content-type': 'application/json' } });
}

async function deleted(asked: Asked, served: Served): Promise<Response> {
  return (await ofSession(asked, served)) ?? failed(400, SERVER_ERROR, 'The header Mcp-Session-Id does not say which session to end.');
}

/** Undefined where there is no session to speak of: none is named, or another replica's, which a plain request can do without. */
async function ofSession(
  { request, visitor, authInfo }: Asked,
  { sessions }: Served,
  message?: JSONRPCMessage,
): Promise<Response | undefined> {
  const id = request.headers.get('mcp-session-id');
  if (id === null) return undefined;
  const session = sessions.find(id);
  if (session === 'elsewhere' && message !== undefined && !isOfStream(message)) return undefined;
  if (session === 'ended' || session === 'elsewhere')
    return failed(404, NO_SUCH_SESSION, 'There is no such session; initialize a new one.', { about: message });
  if (session.username !== visitor.caller.username)
    return failed(403, SERVER_ERROR, 'That session is somebody else’s.', { about: message });
  return session.answer(request, { authInfo, ...(message === undefined ? {} : { parsedBody: message }) });
}

/** For who takes no stream: the answers alone, as JSON. */
async function direct(
  { request, visitor }: Asked,
  { serverFor }: Served,
  messages: readonly JSONRPCMessage[],
  shape: (answers: readonly JSONRPCMessage[]) => unknown,
): Promise<Response> {
  const answers = await exchange(serverFor(visitor, { kind: 'exchange' }), messages, request.signal);
  return answers.length === 0 ? new Response(null, { status: 202 }) : Response.json(shape(answers));
}

async function bodyOf(request: Request): Promise<Incoming | Response> {
  if (!isJsonContentType(request.headers.get('content-type')))
    return failed(415, SERVER_ERROR, 'The content type is not application/json; send the header Content-Type: application/json.');
  const body = await readRequestBody(request, MAX_BODY);
  if (body.tooLarge) return failed(413, SERVER_ERROR, `The body is larger than ${MAX_BODY / 1024 / 1024} MiB; ask for less at once.`);
  return incoming(body.text);
}

/** What is of no use but to who listens on the session's own stream. */
function isOfStream(message: JSONRPCMessage): boolean {
  return isJSONRPCRequest(message) && message.method.startsWith('resources/') && message.method.endsWith('subscribe');
}

function takesStream(request: Request): boolean {
  const accept = request.headers.get('accept') ?? '';
  return accept.includes('text/event-stream') && accept.includes('application/json');
}

const ALLOW = { allow: 'POST, GET, DELETE' };

function failed(
  status: number,
  code: number,
  message: string,
  { about, headers = {} }: { readonly about?: JSONRPCMessage | undefined; readonly headers?: Readonly<Record<string, string>> } = {},
): Response {
  const id = about !== undefined && isJSONRPCRequest(about) ? about.id : null;
  return Response.json(errorResponse(id, code, message), { status, headers });
}

/** The way of the SDK to hand on who asks. The credential itself goes no further than to who checked it. */
function authInfoOf(visitor: Visitor): AuthInfo {
  return { token: '', clientId: visitor.caller.username, scopes: [], extra: { visitor } };
}

function visitorIn(authInfo: AuthInfo | undefined): Visitor {
  const visitor = authInfo?.extra?.['visitor'];
  if (visitor === undefined) throw new Error('a request came through without a caller');
  return visitor as Visitor;
}
