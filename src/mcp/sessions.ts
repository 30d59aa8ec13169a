/**
 * Sessions of clients of protocol 2025-11-25 and before: what such a client needs to be told of changes on a stream of its own.
 *
 * A session lives in the replica that opened it. Its id says which one that is, so that another replica can tell a session that it does not
 * hold from one that has ended, and answers plain requests all the same. Sessions are few and end when nobody uses them.
 */
import { randomUUID } from 'node:crypto';
import {
  type AuthInfo,
  type EventStore,
  type JSONRPCMessage,
  type McpServer,
  type Server,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import type { Clock } from '../clock.ts';

export interface Session {
  readonly username: string;
  answer(request: Request, options: { readonly parsedBody?: unknown; readonly authInfo: AuthInfo }): Promise<Response>;
}

export interface Sessions {
  /** For an `initialize`, which its transport answers. */
  open(username: string, server: Server | McpServer): Promise<Session>;
  /** `elsewhere`: another replica's; `ended`: it was ours. */
  find(id: string): Session | 'elsewhere' | 'ended';
  close(): Promise<void>;
}

interface Held extends Session {
  readonly close: () => Promise<void>;
  usedAt: number;
  streams: number;
}

const MAX_SESSIONS = 2000;
const MAX_OF_ONE_CALLER = 200;
const IDLE_MS = 30 * 60_000;
const KEEP_ALIVE_MS = 15_000;
/** For a client whose stream broke off. */
const RETRY_MS = 1000;

export function createSessions(clock: Pick<Clock, 'monotonic'>): Sessions {
  const replica = randomUUID().slice(0, 8);
  const held = new Map<string, Held>();
  const end = async (id: string): Promise<void> => {
    const session = held.get(id);
    held.delete(id);
    await session?.close();
  };
  return {
    open: async (username, server) => {
      await Promise.all(superfluous(held, username, clock.monotonic()).map(end));
      const id = `${replica}.${randomUUID()}`;
      const transport = new WebStandardStreamableHTTPServerTransport({
        sessionIdGenerator: () => id,
        eventStore: createEventStore(),
        retryInterval: RETRY_MS,
        keepAliveMs: KEEP_ALIVE_MS,
        onsessionclosed: () => end(id),
      });
      await server.connect(transport);
      const session: Held = {
        username,
        usedAt: clock.monotonic(),
        streams: 0,
        answer: async (request, options) => {
          session.usedAt = clock.monotonic();
          if (request.method === 'GET') countStream(session, request.signal);
          return transport.handleRequest(request, options);
        },
        close: () => server.close(),
      };
      held.set(id, session);
      return session;
    },
    find: (id) => held.get(id) ?? (id.startsWith(`${replica}.`) ? 'ended' : 'elsewhere'),
    close: async () => {
      await Promise.all([...held.keys()].map(end));
    },
  };
}

function countStream(session: Held, signal: AbortSignal): void {
  session.streams += 1;
  signal.addEventListener('abort', () => (session.streams -= 1), { once: true });
}

/** Those that idle, and the longest unused where there are too many: of the caller first. */
function superfluous(held: ReadonlyMap<string, Held>, username: string, now: number): readonly string[] {
  const byUse = [...held].sort(([, a], [, b]) => a.streams - b.streams || a.usedAt - b.usedAt);
  const own = byUse.filter(([, session]) => session.username === username);
  const idle = byUse.filter(([, { streams, usedAt }]) => streams === 0 && now - usedAt > IDLE_MS);
  const gone = new Set(idle);
  const surplus = own.length >= MAX_OF_ONE_CALLER ? own.slice(0, 1) : byUse.slice(0, held.size >= MAX_SESSIONS ? 1 : 0);
  for (const each of surplus) gone.add(each);
  return [...gone].map(([id]) => id);
}

const MAX_EVENTS = 256;

/** What was sent lately, for a client whose stream broke off. The oldest goes when there is too much. */
function createEventStore(): EventStore {
  const events: { readonly id: string; readonly stream: string; readonly message: JSONRPCMessage }[] = [];
  let count = 0;
  return {
    storeEvent: async (stream, message) => {
      count += 1;
      const id = `${stream}_${count}`;
      events.push({ id, stream, message });
      if (events.length > MAX_EVENTS) events.shift();
      return id;
    },
    getStreamIdForEventId: async (id) => events.find((event) => event.id === id)?.stream,
    replayEventsAfter: async (last, { send }) => {
      const from = events.findIndex(({ id }) => id === last);
      const stream = last.slice(0, last.lastIndexOf('_'));
      for (const event of events.slice(from + 1)) {
        // The first event of a stream is empty: there only to have an id.
        if (event.stream === stream && 'jsonrpc' in event.message) await send(event.id, event.message);
      }
      return stream;
    },
  };
}
