/** The clients that people's programs are made with, each over each transport that it has, as one shape for tests. */
import {
  Client as CurrentClient,
  StreamableHTTPClientTransport as CurrentHttp,
  type JSONRPCMessage,
  type Transport,
} from '@modelcontextprotocol/client';
import { StdioClientTransport as CurrentStdio } from '@modelcontextprotocol/client/stdio';
import { Client as FirstClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as FirstStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as FirstHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { WebSocketClientTransport as FirstWebSocket } from '@modelcontextprotocol/sdk/client/websocket.js';
import { ResourceListChangedNotificationSchema, ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { WebSocket } from 'ws';

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onprogress?: (progress: {
    readonly progress: number;
    readonly total?: number | undefined;
    readonly message?: string | undefined;
  }) => void;
}

export interface CallResult {
  readonly text: string;
  readonly data: unknown;
  readonly isError: boolean;
}

export interface McpClient {
  /** Of all pages. */
  readonly tools: () => Promise<readonly string[]>;
  readonly call: (name: string, input?: Record<string, unknown>, options?: CallOptions) => Promise<CallResult>;
  readonly read: (uri: string) => Promise<string>;
  readonly resources: () => Promise<readonly string[]>;
  readonly prompt: (name: string, given: Record<string, string>) => Promise<string>;
  readonly complete: (prompt: string, argument: string, value: string) => Promise<readonly string[]>;
  /** Rejects where the server does not let it. @param onChange is told the URI, or `list` */
  readonly subscribe: (uri: string, onChange: (what: string) => void) => Promise<void>;
  readonly protocol: () => string | undefined;
  readonly close: () => Promise<void>;
}

export interface Address {
  /** `http://…/mcp`. */
  readonly url: string;
  readonly token?: string;
}

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const about = { name: 'agent-sre-test', version: '1' };
const headersOf = ({ token }: Address): Record<string, string> => (token === undefined ? {} : { authorization: `Bearer ${token}` });

/** Each in turn is a program that somebody uses. */
export const OVER_NETWORK: readonly { readonly name: string; readonly connect: (to: Address) => Promise<McpClient> }[] = [
  { name: 'the 1.x client over HTTP', connect: (to) => first(new FirstHttp(new URL(to.url), { requestInit: { headers: headersOf(to) } })) },
  { name: 'the 1.x client over a WebSocket', connect: (to) => first(new FirstWebSocket(new URL(to.url.replace(/^http/u, 'ws')))) },
  {
    name: 'the 2.x client over HTTP, revision 2026-07-28',
    connect: (to) => current(new CurrentHttp(new URL(to.url), { requestInit: { headers: headersOf(to) } }), 'auto'),
  },
  {
    name: 'the 2.x client over HTTP, revision 2025-11-25',
    connect: (to) => current(new CurrentHttp(new URL(to.url), { requestInit: { headers: headersOf(to) } }), 'legacy'),
  },
  { name: 'the 2.x client over a WebSocket, revision 2026-07-28', connect: (to) => current(webSocketTransport(to), 'auto') },
];

export const OVER_STDIO: readonly { readonly name: string; readonly connect: (to: Command) => Promise<McpClient> }[] = [
  {
    name: 'the 1.x client',
    connect: ({ command, args, env }) => first(new FirstStdio({ command, args: [...args], env: { ...env }, stderr: 'ignore' })),
  },
  {
    name: 'the 2.x client',
    connect: ({ command, args, env }) => current(new CurrentStdio({ command, args: [...args], env: { ...env }, stderr: 'ignore' }), 'auto'),
  },
];

function resultOf({ content, structuredContent, isError }: Readonly<Record<string, unknown>>): CallResult {
  const blocks = content as readonly { readonly type: string; readonly text?: string }[];
  return { text: blocks.map(({ text = '' }) => text).join('\n'), data: structuredContent, isError: isError === true };
}

const textOf = (contents: readonly object[]): string => contents.map((each) => ('text' in each ? String(each.text) : '')).join('\n');
const saidIn = (messages: readonly { readonly content: object }[]): string => textOf(messages.map(({ content }) => content));

async function first(transport: Parameters<FirstClient['connect']>[0]): Promise<McpClient> {
  const client = new FirstClient(about);
  await client.connect(transport);
  return {
    tools: async () => {
      const names: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await client.listTools({ cursor });
        names.push(...page.tools.map(({ name }) => name));
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      return names;
    },
    call: async (name, input = {}, options = {}) => resultOf(await client.callTool({ name, arguments: input }, undefined, options)),
    read: async (uri) => textOf((await client.readResource({ uri })).contents),
    resources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    prompt: async (name, given) => saidIn((await client.getPrompt({ name, arguments: given })).messages),
    complete: async (name, argument, value) =>
      (await client.complete({ ref: { type: 'ref/prompt', name }, argument: { name: argument, value } })).completion.values,
    subscribe: async (uri, onChange) => {
      client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => onChange(params.uri));
      client.setNotificationHandler(ResourceListChangedNotificationSchema, () => onChange('list'));
      await client.subscribeResource({ uri });
    },
    protocol: () => ('protocolVersion' in transport ? String(transport.protocolVersion) : undefined),
    close: () => client.close(),
  };
}

async function current(transport: Transport, mode: 'auto' | 'legacy'): Promise<McpClient> {
  const client = new CurrentClient(about, { versionNegotiation: { mode } });
  await client.connect(transport);
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, input = {}, options = {}) => resultOf(await client.callTool({ name, arguments: input }, options)),
    read: async (uri) => textOf((await client.readResource({ uri })).contents),
    resources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    prompt: async (name, given) => saidIn((await client.getPrompt({ name, arguments: given })).messages),
    complete: async (name, argument, value) =>
      (await client.complete({ ref: { type: 'ref/prompt', name }, argument: { name: argument, value } })).completion.values,
    subscribe: async (uri, onChange) => {
      client.setNotificationHandler('notifications/resources/updated', ({ params }) => onChange(params.uri));
      client.setNotificationHandler('notifications/resources/list_changed', () => onChange('list'));
      if (client.getNegotiatedProtocolVersion() === '2026-07-28')
        await client.listen({ resourceSubscriptions: [uri], resourcesListChanged: true });
      else await client.subscribeResource({ uri });
    },
    protocol: () => client.getNegotiatedProtocolVersion(),
    close: () => client.close(),
  };
}

/** The 2.x client brings none of its own. */
function webSocketTransport({ url, token }: Address): Transport {
  const socket = new WebSocket(url.replace(/^http/u, 'ws'), 'mcp', {
    headers: headersOf({ url, ...(token === undefined ? {} : { token }) }),
  });
  const transport: Transport = {
    start: () =>
      new Promise((resolve, reject) => {
        socket.once('open', resolve).once('error', reject);
        socket.on('message', (data: Buffer) => transport.onmessage?.(JSON.parse(data.toString('utf8')) as JSONRPCMessage));
        socket.on('close', () => transport.onclose?.());
      }),
    send: (message) =>
      new Promise((resolve, reject) => socket.send(JSON.stringify(message), (error) => (error ? reject(error) : resolve()))),
    close: async () => socket.close(),
  };
  return transport;
}
