/**
 * MCP over a WebSocket: JSON-RPC as text frames, as the SDK's own client has it (subprotocol `mcp`).
 *
 * A client that does not read loses its connection before it costs memory; one that is gone without a word, too.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../clock.ts';
import type { Logger } from '../kube/logger.ts';
import { keepAlive } from '../server/keepAlive.ts';
import type { Visitor } from './callTool.ts';
import { type Connection, type ConnectionOptions, openConnection } from './connection.ts';

export type WebSocketDeps = Pick<ConnectionOptions, 'serverFor' | 'watching' | 'logger'> & { readonly clock: Clock };

export interface WebSocketEndpoint {
  /** Takes a connection over, for somebody who has been let in. */
  accept(connection: Upgrading, visitor: Visitor): void;
  close(): void;
}

export interface Upgrading {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

const SUBPROTOCOL = 'mcp';
const MAX_MESSAGE = 4 * 1024 * 1024;
/** What may wait to be read by a client. */
const MAX_UNREAD = 4 * 1024 * 1024;
const GOING_AWAY = 1001;
const NOT_TEXT = 1003;

export function createWebSocketEndpoint(deps: WebSocketDeps): WebSocketEndpoint {
  const handleProtocols = (offered: ReadonlySet<string>): string | false => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false);
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE, handleProtocols });
  return {
    accept: ({ request, socket, head }, visitor) =>
      server.handleUpgrade(request, socket, head, (webSocket) => serveWebSocket(webSocket, visitor, deps)),
    close: () => {
      for (const webSocket of server.clients) webSocket.close(GOING_AWAY, 'Agent-SRE is stopping');
      server.close();
    },
  };
}

function serveWebSocket(webSocket: WebSocket, visitor: Visitor, { serverFor, watching, logger, clock }: WebSocketDeps): void {
  const connection: Connection = openConnection({
    visitor,
    serverFor,
    watching,
    logger,
    send: (text) => sent(webSocket, text, logger),
    onEnd: () => webSocket.close(),
  });
  const stopPings = keepAlive(webSocket, clock);
  webSocket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) webSocket.close(NOT_TEXT, 'JSON-RPC comes as text');
    else connection.receive(data.toString('utf8'));
  });
  webSocket.on('error', (error) => logger.debug({ error }, 'an MCP connection failed'));
  webSocket.on('close', () => {
    stopPings();
    connection.close().catch((error: unknown) => logger.warn({ error }, 'an MCP connection did not end in order'));
  });
}

function sent(webSocket: WebSocket, text: string, logger: Logger): Promise<void> {
  if (webSocket.bufferedAmount > MAX_UNREAD && webSocket.readyState === webSocket.OPEN) {
    logger.info({ unread: webSocket.bufferedAmount }, 'a client does not read what it is sent');
    // A close frame would wait behind all the rest.
    webSocket.terminate();
  }
  return new Promise((resolve, reject) => {
    webSocket.send(text, (error) => (error === undefined || error === null ? resolve() : reject(error)));
  });
}
