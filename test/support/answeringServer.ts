/** An HTTP or HTTPS server on the loopback that answers as its test says, and a few answers that real ones give. */
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface AnsweringServer {
  readonly url: string;
  /** How the next requests are answered. */
  answer: RequestListener;
  close(): Promise<void>;
}

export async function startAnsweringServer(tls?: ServerOptions): Promise<AnsweringServer> {
  const listener: RequestListener = (request, response) => handle.answer(request, response);
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const scheme = tls === undefined ? 'http' : 'https';
  const handle: AnsweringServer = {
    url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: status(404),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
  return handle;
}

export const json =
  (body: unknown): RequestListener =>
  (_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body));
  };

export const text =
  (body: string, code = 200): RequestListener =>
  (_, response) => {
    response.writeHead(code).end(body);
  };

export const status =
  (code: number, headers = {}): RequestListener =>
  (_, response) => {
    response.writeHead(code, headers).end('x');
  };

/** Reads the whole request first: what its body was goes to `seen`. */
export const recording =
  (
    seen: (request: {
      readonly method: string;
      readonly url: URL;
      readonly headers: NodeJS.Dict<string | string[]>;
      readonly body: string;
    }) => void,
    next: RequestListener,
  ): RequestListener =>
  (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '', 'http://server');
      seen({ method: request.method ?? '', url, headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      next(request, response);
    });
  };
