/**
 * Listens on a port, and stops in order: what has been begun is answered, then the connections are closed.
 *
 * A client that is too slow with its request loses its connection; one that stays silent between two requests, too.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import type { Clock } from '../clock.ts';

export interface ListenOptions {
  readonly fetch: (request: Request, bindings: HttpBindings) => Response | Promise<Response>;
  /** For connections that become WebSockets, where some may. */
  readonly upgrade?: ((request: IncomingMessage, socket: Duplex, head: Buffer) => void) | undefined;
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** What sets them, for whoever has to change them. */
  readonly settings?: PlaceSettings | undefined;
  readonly clock: Clock;
  readonly timeouts?: Partial<Timeouts> | undefined;
}

export interface PlaceSettings {
  /** As in `http.host or API_HOST`. */
  readonly host: string;
  readonly port: string;
}

const SETTINGS: PlaceSettings = { host: 'http.host or API_HOST', port: 'http.port or API_PORT' };

interface Timeouts {
  /** For a request's headers to come in. */
  readonly headersMs: number;
  /** For a whole request to come in. */
  readonly requestMs: number;
  readonly keepAliveMs: number;
  /** For answers that are under way when the server stops. */
  readonly drainMs: number;
}

const TIMEOUTS: Timeouts = { headersMs: 10_000, requestMs: 60_000, keepAliveMs: 75_000, drainMs: 10_000 };
const MAX_CONNECTIONS = 2000;

export interface Listening {
  readonly port: number;
  /** Takes no more connections, answers what is under way, and closes. */
  readonly close: () => Promise<void>;
}

export async function listen({ fetch, host, port, settings, clock, timeouts, upgrade }: ListenOptions): Promise<Listening> {
  const { headersMs, requestMs, keepAliveMs, drainMs } = { ...TIMEOUTS, ...timeouts };
  const serverOptions = {
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    keepAliveTimeout: keepAliveMs,
    connectionsCheckingInterval: Math.min(headersMs, requestMs, 5000),
  };
  const server = createAdaptorServer({
    fetch: (request, bindings) => fetch(request, bindings as HttpBindings),
    overrideGlobalObjects: false,
    serverOptions: upgrade === undefined ? serverOptions : { ...serverOptions, shouldUpgradeCallback },
  }) as Server;
  server.maxConnections = MAX_CONNECTIONS;
  closeOnceAnswered(server);
  const upgraded = upgrade === undefined ? new Set<Duplex>() : takeUpgrades(server, upgrade);
  await bind(server, { host, port, settings });
  return { port: (server.address() as AddressInfo).port, close: () => close(server, upgraded, clock, drainMs) };
}

/** Gives the sockets that are no longer the server's to close. */
function takeUpgrades(server: Server, upgrade: NonNullable<ListenOptions['upgrade']>): ReadonlySet<Duplex> {
  const upgraded = new Set<Duplex>();
  server.on('upgrade', (request, socket, head) => {
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
    upgrade(request, socket, head);
  });
  return upgraded;
}

/** Any other upgrade that is asked for, as to HTTP/2, is left alone, and the request answered. */
function shouldUpgradeCallback({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

async function bind(server: Server, { host, port, settings = SETTINGS }: Pick<ListenOptions, 'host' | 'port' | 'settings'>): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException): void =>
      reject(new Error(`listen on ${host}:${port}: ${reasonOf(cause, settings)}`, { cause }));
    server.once('error', onError);
    server.listen(port, host, () => {
      server.off('error', onError);
      resolve();
    });
  });
}

function reasonOf({ code, message }: NodeJS.ErrnoException, settings: PlaceSettings): string {
  if (code === 'EADDRINUSE') return `the port is in use; set ${settings.port} to another one`;
  if (code === 'EACCES') return 'this user may not use that port; take one above 1023';
  if (code === 'EADDRNOTAVAIL') return `this machine has no such address; set ${settings.host} to one that it has`;
  return message;
}

async function close(server: Server, upgraded: ReadonlySet<Duplex>, clock: Clock, drainMs: number): Promise<void> {
  const cancel = clock.setTimeout(() => {
    server.closeAllConnections();
    for (const socket of upgraded) socket.destroy();
  }, drainMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  cancel();
}

/** A connection that is kept alive after its last answer would hold up the end until it times out. */
function closeOnceAnswered(server: Server): void {
  server.on('request', (_request, response) => {
    response.once('close', () => {
      if (!server.listening) setImmediate(() => server.closeIdleConnections());
    });
  });
}
