/** MCP servers for tests: real ones made with the SDK, over HTTP, and ones that speak whatever a test says. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMcpHandler, McpServer, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server';
import { z } from 'zod';

export interface RunningServer {
  readonly url: string;
  /** Headers of the requests, in order. */
  readonly headers: readonly Readonly<Record<string, unknown>>[];
  stop(): Promise<void>;
}

export async function listen(listener: RequestListener): Promise<RunningServer> {
  const headers: Readonly<Record<string, unknown>>[] = [];
  const server: Server = createServer((request, response) => {
    headers.push(request.headers);
    listener(request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    headers,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** Serves what `build` makes, anew for each request, over both revisions of the protocol. */
export function serve(build: () => McpServer): Promise<RunningServer> {
  const handler = createMcpHandler(build);
  return serveFetch((request) => handler.fetch(request));
}

/** The same over the revisions before 2026-07-28 alone, as servers of the SDK's first version do. */
export function serveOlder(build: () => McpServer): Promise<RunningServer> {
  return serveFetch(async (request) => {
    const transport = new WebStandardStreamableHTTPServerTransport({});
    await build().connect(transport);
    return transport.handleRequest(request);
  });
}

function serveFetch(answerTo: (request: Request) => Promise<Response>): Promise<RunningServer> {
  return listen((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const isBare = request.method === 'GET' || request.method === 'HEAD';
      const answer = await answerTo(
        new Request(`http://${request.headers.host}${request.url}`, {
          method: request.method ?? 'GET',
          headers: Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
          ...(isBare ? {} : { body: Buffer.concat(chunks) }),
        }),
      );
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      if (answer.body !== null) for await (const chunk of answer.body) response.write(chunk);
      response.end();
    })().catch(() => response.destroy());
  });
}

/** A server of a shop's metrics, as a good one is. */
export function metricsServer(change: (server: McpServer) => void = () => undefined): McpServer {
  const server = new McpServer({ name: 'metrics', version: '1' });
  server.registerTool(
    'get_metric',
    {
      description: 'Reads a metric.',
      inputSchema: z.object({ name: z.string(), minutes: z.int().max(60).optional() }),
      annotations: { readOnlyHint: true },
    },
    ({ name }) => ({ content: [{ type: 'text', text: `${name} is 42\npassword=hunter2-correct-horse` }] }),
  );
  server.registerTool('delete_metric', { inputSchema: z.object({}), annotations: { readOnlyHint: false } }, () => ({ content: [] }));
  server.registerTool('drop_all', { inputSchema: z.object({}), annotations: { destructiveHint: true } }, () => ({ content: [] }));
  server.registerTool('silent', { inputSchema: z.object({}) }, () => ({ content: [{ type: 'text', text: 'no annotations' }] }));
  change(server);
  return server;
}
