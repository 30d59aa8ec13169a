/**
 * MCP over a WebSocket: JSON-RPC as text frames, as the SDK's own client has it (subprotocol `mcp`).
 *
 * A client that does not read loses its connection before it costs memory; one that is gone without a word, too.
 */
import type { WebSocket } from 'ws';
import type { Cancel, Clock } from '../clock.ts';
import type { Visitor } from './callTool.ts';
import { type Connection, type ConnectionOptions, openConnection } from './connection.ts';

export type WebSocketDeps = Pick<ConnectionOptions, 'serverFor' | 'watching' | 'logger'> & { readonly clock: Clock };

export const SUBPROTOCOL = 'mcp';

/** What may wait to be read by a client. */
const MAX_UNREAD = 8 * 1024 * 1024;
const PING_MS = 30_000;
const NOT_TEXT = 1003;
const TOO_SLOW = 1013;

/** @param webSocket open, of somebody who has been let in */
export function serveWebSocket(webSocket: WebSocket, visitor: Visitor, { serverFor, watching, logger, clock }: WebSocketDeps): void {
  const connection: Connection = openConnection({
    visitor,
    serverFor,
    watching,
    logger,
    send: (text) => sent(webSocket, text),
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

function sent(webSocket: WebSocket, text: string): Promise<void> {
  if (webSocket.bufferedAmount > MAX_UNREAD) {
    webSocket.close(TOO_SLOW, 'what was sent is not being read');
    // A close frame would wait behind all the rest.
    webSocket.terminate();
  }
  return new Promise((resolve, reject) => {
    webSocket.send(text, (error) => (error === undefined || error === null ? resolve() : reject(error)));
  });
}

/** Ends a connection whose other side has not answered the last ping. */
function keepAlive(webSocket: WebSocket, clock: Pick<Clock, 'setTimeout'>): Cancel {
  let isAlive = true;
  let cancel: Cancel = () => undefined;
  const ping = (): void => {
    if (!isAlive) return webSocket.terminate();
    isAlive = false;
    webSocket.ping();
    cancel = clock.setTimeout(ping, PING_MS);
    return undefined;
  };
  webSocket.on('pong', () => {
    isAlive = true;
  });
  cancel = clock.setTimeout(ping, PING_MS);
  return () => cancel();
}
