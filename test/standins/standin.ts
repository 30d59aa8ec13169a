/**
 * What all stand-ins of telemetry sources have in common: a server on the loopback, routes, a credential, and failures on demand.
 *
 * A stand-in keeps the rules of a protocol whose real server cannot be had here; it holds what a test gives it and answers by them.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Ask {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Told {
  readonly status: number;
  readonly body: unknown;
  /** Text is sent as it is; all else as JSON. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface StandIn {
  readonly url: string;
  /** What was asked, oldest first. */
  readonly asked: readonly Ask[];
  stop(): Promise<void>;
}

export async function startStandIn(answer: (ask: Ask) => Told): Promise<StandIn> {
  const asked: Ask[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const ask = await readAsk(request);
    asked.push(ask);
    tell(response, answer(ask));
  };
  const server = createServer((request, response) => {
    void serve(request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

async function readAsk(request: IncomingMessage): Promise<Ask> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://standin');
  const { method = 'GET', headers } = request;
  return { method, path: decodeURIComponent(pathname), query: searchParams, headers, body: Buffer.concat(chunks).toString('utf8') };
}

function tell(response: ServerResponse, { status, body, headers = {} }: Told): void {
  const isText = typeof body === 'string';
  response.writeHead(status, { 'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json', ...headers });
  response.end(isText ? body : JSON.stringify(body));
}
