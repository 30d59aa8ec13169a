/** Ends a WebSocket whose other side has not answered the last ping: one that is gone without a word would be held for ever. */
import type { WebSocket } from 'ws';
import type { Cancel, Clock } from '../clock.ts';

const PING_MS = 30_000;

/** Gives what stops the pings, for a connection that has ended. */
export function keepAlive(webSocket: WebSocket, clock: Pick<Clock, 'setTimeout'>): Cancel {
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
