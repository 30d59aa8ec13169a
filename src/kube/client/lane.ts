/**
 * A lane is the sockets for one kind of traffic: calls, or watches. Apart, so that a list that is read slowly never holds
 * back a watch (HTTP/2 streams of one connection share its flow-control window).
 *
 * Over HTTP/2 a lane is one socket, checked by pings: a connection whose pings stay unanswered is dropped with all its
 * streams, since a half-open one would otherwise hang until the kernel gives up. Over HTTP/1.1 a lane is a keep-alive pool.
 */
import type { EventEmitter } from 'node:events';
import { TLSSocket } from 'node:tls';
import { buildConnector, type Dispatcher, Pool, Client as UndiciClient } from 'undici';
import type { Cancel, Clock } from '../../clock.ts';
import type { TlsMaterial } from './credentials.ts';
import type { Protocol } from './negotiate.ts';

export interface LaneOptions {
  readonly server: URL;
  readonly tls: TlsMaterial;
  readonly protocol: Protocol;
  readonly clock: Clock;
  /** Sockets over HTTP/1.1; unlimited when absent. */
  readonly http1Sockets?: number | undefined;
  /** The server stopped speaking HTTP/2: a lane of one socket would now queue everything behind the first watch. */
  readonly onDowngrade: () => void;
}

export interface Lane {
  readonly dispatcher: Dispatcher;
  /** Lets running streams end. */
  retire(): Promise<void>;
  /** Ends everything now. */
  destroy(reason: Error): Promise<void>;
}

/** client-go pings after 30 s without a frame and waits 15 s; a ping costs 34 bytes, and watches hang on every second. */
const PING_EVERY_MS = 5000;
const PING_LOST_MS = 12_000;
/** A new connection answers its first ping, or it was dead when it was handed over. */
const FIRST_PING_LOST_MS = 7000;
const CHECK_EVERY_MS = 2500;
const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_SOCKET_MS = 60_000;

export function openLane(options: LaneOptions): Lane {
  return options.protocol === 'h2' ? multiplexedLane(options) : pooledLane(options);
}

function pooledLane({ server, tls, http1Sockets }: LaneOptions): Lane {
  const connect = buildConnector({ ...connectOptions(tls), allowH2: false });
  const pool = new Pool(server.origin, { ...NO_TIME_LIMITS, connections: http1Sockets ?? null, connect });
  return { dispatcher: pool, retire: () => pool.close(), destroy: (reason) => pool.destroy(reason) };
}

function multiplexedLane(options: LaneOptions): Lane {
  const { server, clock } = options;
  const connect = http2Connector(options);
  const make = (): UndiciClient =>
    new UndiciClient(server.origin, { ...NO_TIME_LIMITS, connect, allowH2: true, h2Options: { pingInterval: PING_EVERY_MS } });
  let client = make();
  let stopWatching = watchPings(client, clock, onLost);

  function onLost(): void {
    const lost = client;
    client = make();
    stopWatching = watchPings(client, clock, onLost);
    void lost.destroy(new Error('the connection does not answer pings'));
  }
  return {
    get dispatcher() {
      return client;
    },
    retire: async () => {
      await client.close();
      stopWatching();
    },
    destroy: async (reason) => {
      stopWatching();
      await client.destroy(reason);
    },
  };
}

function http2Connector({ tls, onDowngrade }: LaneOptions): buildConnector.connector {
  const connect = buildConnector({ ...connectOptions(tls), allowH2: true, preferH2: true });
  return (options, callback) =>
    connect(options, (...result) => {
      const [error, socket] = result;
      if (error !== null) {
        callback(error, null);
        return;
      }
      // A reset that arrives just now would be lost on the way from the TLS socket to the HTTP/2 session, and the session wait for ever.
      setImmediate(() => {
        if (socket instanceof TLSSocket && socket.alpnProtocol === 'h2' && !socket.destroyed) {
          callback(null, socket);
          return;
        }
        if (!socket.destroyed) onDowngrade();
        const why = socket.destroyed ? 'the connection broke right after the TLS handshake' : 'the server stopped speaking HTTP/2';
        socket.destroy();
        callback(new Error(why), null);
      });
    });
}

/** Time limits are the caller's, on the clock that it was given; a watch may be silent for minutes. */
const NO_TIME_LIMITS = { headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: IDLE_SOCKET_MS } as const;

function connectOptions(tls: TlsMaterial): buildConnector.BuildOptions {
  return { ...tls, timeout: CONNECT_TIMEOUT_MS, keepAlive: true, keepAliveInitialDelay: 30_000 };
}

/** Calls `onLost` once when a connected client has had no answer to its pings for too long. */
function watchPings(client: UndiciClient, clock: Clock, onLost: () => void): Cancel {
  let lastAnswer: number | undefined;
  let limit = FIRST_PING_LOST_MS;
  let lastTick = 0;
  let cancel: Cancel = () => undefined;
  const tick = (): void => {
    const now = clock.monotonic();
    // A process that itself stood still gives the answers that wait in its socket a chance to be read.
    if (now - lastTick > 2 * CHECK_EVERY_MS && lastAnswer !== undefined) lastAnswer = now;
    lastTick = now;
    if (lastAnswer !== undefined && now - lastAnswer > limit) onLost();
    else cancel = clock.setTimeout(tick, CHECK_EVERY_MS);
  };
  client.on('connect', () => {
    lastAnswer = clock.monotonic();
    lastTick = lastAnswer;
    limit = FIRST_PING_LOST_MS;
    cancel();
    cancel = clock.setTimeout(tick, CHECK_EVERY_MS);
  });
  client.on('disconnect', () => {
    lastAnswer = undefined;
    cancel();
  });
  // An event that undici documents, and its types leave out.
  (client as EventEmitter).on('ping', () => {
    lastAnswer = clock.monotonic();
    limit = PING_LOST_MS;
  });
  return () => cancel();
}
