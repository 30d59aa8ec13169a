/**
 * A connection that lasts, whatever carries its text: one server for its whole life, of the protocol revision that its first message speaks.
 * Batches are answered as batches, and what is no JSON-RPC is told to be none.
 */
import {
  isJSONRPCErrorResponse,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type McpServer,
  type Server,
  type Transport,
} from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { Logger } from '../kube/logger.ts';
import type { Visitor } from './callTool.ts';
import { incoming, isError } from './jsonRpc.ts';
import type { Connection as Kind } from './server.ts';
import type { Watching } from './watching.ts';

export interface ConnectionOptions {
  readonly visitor: Visitor;
  readonly serverFor: (visitor: Visitor, kind: Kind) => Server | McpServer;
  readonly watching: Watching;
  readonly logger: Logger;
  /** Writes a message out. */
  readonly send: (text: string) => Promise<void>;
  /** Called when the server's side ends it. */
  readonly onEnd: () => void;
}

export interface Connection {
  /** One message, or one batch. */
  receive(text: string): void;
  /** Resolves once all that has been asked is answered. */
  answered(): Promise<void>;
  /** The other side has gone. */
  close(): Promise<void>;
}

const MAX_SUBSCRIPTIONS = 200;

export function openConnection({ visitor, serverFor, watching, logger, send, onEnd }: ConnectionOptions): Connection {
  const left = new AbortController();
  const batches = new Set<Batch>();
  const asked = createAsked();
  const write = async (value: unknown): Promise<void> => {
    if (!left.signal.aborted) await send(JSON.stringify(value));
  };
  const transport: Transport = {
    start: async () => undefined,
    send: async (message) => {
      const batch = [...batches].find((each) => each.takes(message));
      if (batch === undefined) await write(message);
      else if (batch.isComplete()) {
        batches.delete(batch);
        await write(batch.answers);
      }
      asked.end(message);
    },
    close: async () => {
      left.abort();
      transport.onclose?.();
      onEnd();
    },
  };
  const handle = serveStdio(({ era }) => serverFor(visitor, { kind: era === 'modern' ? 'stream' : 'session' }), {
    transport,
    maxSubscriptions: MAX_SUBSCRIPTIONS,
    onerror: (error) => logger.debug({ error }, 'an MCP message was not as it should be'),
  });

  /** In the order in which they came, but for the time that asking about a subscription takes. */
  const deliver = (message: JSONRPCMessage): void => {
    if (!isListening(message)) {
      asked.begin(message);
      transport.onmessage?.(message);
      return;
    }
    watching
      .refuse(message, { caller: visitor.caller, signal: left.signal })
      .then((refusal) => (refusal === undefined ? transport.onmessage?.(message) : write(refusal)))
      .catch((error: unknown) => logger.warn({ error }, 'whether somebody may listen could not be told'));
  };

  return {
    receive: (text) => {
      const what = incoming(text);
      if (what.kind === 'one') return deliver(what.message);
      if (what.kind === 'malformed') return swallow(write(what.error));
      const batch = createBatch(what.items);
      if (batch.isComplete() && batch.answers.length > 0) return swallow(write(batch.answers));
      batches.add(batch);
      for (const message of what.items) if (!isError(message)) deliver(message);
      return undefined;
    },
    answered: () => asked.ended(),
    close: async () => {
      left.abort();
      await handle.close();
    },
  };
}

interface Asked {
  begin(message: JSONRPCMessage): void;
  end(message: JSONRPCMessage): void;
  ended(): Promise<void>;
}

/** What waits for an answer. */
function createAsked(): Asked {
  const open = new Set<unknown>();
  let waiting: (() => void)[] = [];
  return {
    begin: (message) => {
      if (isJSONRPCRequest(message)) open.add(message.id);
    },
    end: (message) => {
      if ('id' in message && !isJSONRPCRequest(message)) open.delete(message.id);
      if (open.size > 0) return;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    ended: () => (open.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
}

interface Batch {
  readonly answers: readonly JSONRPCMessage[];
  /** Whether it is an answer to a message of this batch; then it is kept. */
  takes(message: JSONRPCMessage): boolean;
  isComplete(): boolean;
}

function createBatch(items: readonly JSONRPCMessage[]): Batch {
  const answers: JSONRPCMessage[] = items.filter(isError);
  const expected = new Set(
    items.filter((item) => !isError(item) && isJSONRPCRequest(item)).map((item) => (item as { readonly id: unknown }).id),
  );
  return {
    answers,
    takes: (message) => {
      const isAnswer = isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message);
      if (!isAnswer || !expected.delete(message.id)) return false;
      answers.push(message);
      return true;
    },
    isComplete: () => expected.size === 0,
  };
}

function isListening(message: JSONRPCMessage): boolean {
  return isJSONRPCRequest(message) && message.method === 'subscriptions/listen';
}

/** Whoever cannot be written to has gone; the transport says so itself. */
function swallow(promise: Promise<void>): void {
  promise.catch(() => undefined);
}
