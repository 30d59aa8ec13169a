/**
 * A proxy in front of a real API server that harms what it passes on, as told: whole answers, bytes of watches, connections.
 *
 * It speaks HTTP/2 and HTTP/1.1 like the API server does, under a certificate of its own (`caData`), and records each request. With no fault injected it
 * changes nothing.
 */
import type { ServerResponse } from 'node:http';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { Agent, type Dispatcher } from 'undici';
import { createAuthority } from '../../cluster/api/certificates.ts';
import { openTcpGate, type TcpGate } from './tcpGate.ts';

export interface SeenRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly isWatch: boolean;
  readonly isList: boolean;
}

export interface MadeAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What happens to a request: it is answered without asking the API server, or the API server's body is passed through `body`. */
export interface Fault {
  readonly matches: (request: SeenRequest) => boolean;
  /** How often; for ever when absent. */
  times?: number;
  readonly answer?: (request: SeenRequest) => MadeAnswer;
  /** Yields what the client gets instead of `chunks`; throwing cuts the stream. */
  readonly body?: (chunks: AsyncIterable<Buffer>, request: SeenRequest) => AsyncIterable<Buffer>;
}

export interface FaultProxy {
  readonly url: string;
  /** The authority to trust, as PEM text. */
  readonly caData: string;
  readonly requests: SeenRequest[];
  readonly network: TcpGate;
  /** Gives a function that takes the fault away. */
  inject(fault: Fault): () => void;
  close(): Promise<void>;
}

export interface FaultProxyOptions {
  readonly serverUrl: string;
  readonly caData: string;
  /** Offers HTTP/1.1 alone, as some load balancers do. */
  readonly http1Only?: boolean;
  /** Ends every watch after this long, whatever the client asked for. */
  readonly watchSeconds?: number;
}

const UPSTREAM_TIMEOUT_MS = 30_000;
/** Headers of a connection, which HTTP/2 forbids. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'content-length', 'host', 'http2-settings', 'te']);

export async function startFaultProxy({ serverUrl, caData, http1Only = false, watchSeconds }: FaultProxyOptions): Promise<FaultProxy> {
  const authority = createAuthority('fault proxy');
  const { certificatePem, keyPem } = authority.server('127.0.0.1', ['127.0.0.1', 'localhost']);
  const upstream = new Agent({ connect: { ca: caData }, headersTimeout: UPSTREAM_TIMEOUT_MS, bodyTimeout: 0 });
  const requests: SeenRequest[] = [];
  const faults = new Set<Fault>();

  const take = (request: SeenRequest): Fault | undefined => {
    const fault = [...faults].find((each) => (each.times ?? 1) > 0 && each.matches(request));
    if (fault?.times !== undefined) fault.times -= 1;
    return fault;
  };
  const server = createSecureServer(
    { cert: certificatePem, key: keyPem, allowHTTP1: true, ...(http1Only ? { ALPNProtocols: ['http/1.1'] } : {}) },
    (request, response) => {
      const seen = describe(request);
      requests.push(seen);
      const fault = take(seen);
      if (fault?.answer !== undefined) answer(response, fault.answer(seen));
      else void forward({ upstream, serverUrl, request, response, path: pathFor(seen, watchSeconds), seen, fault });
    },
  );
  server.on('sessionError', () => undefined);
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve());
  });
  const network = await openTcpGate((server.address() as AddressInfo).port);
  return {
    url: `https://127.0.0.1:${network.port}`,
    caData: authority.certificatePem,
    requests,
    network,
    inject: (fault) => {
      faults.add(fault);
      return () => {
        faults.delete(fault);
      };
    },
    close: async () => {
      await network.close();
      server.close();
      await upstream.destroy();
    },
  };
}

function describe({ method, url }: Http2ServerRequest): SeenRequest {
  const { pathname, searchParams } = new URL(url, 'https://proxy');
  const isWatch = searchParams.has('watch');
  const isList = method === 'GET' && !isWatch && /\/(?:api\/v1|apis\/[^/]+\/[^/]+)(?:\/namespaces\/[^/]+)?\/[^/]+$/.test(pathname);
  return { method, path: url, isWatch, isList };
}

function answer(response: Http2ServerResponse, { status, headers = {}, body }: MadeAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body);
}

interface Exchange {
  readonly upstream: Dispatcher;
  readonly serverUrl: string;
  readonly request: Http2ServerRequest;
  readonly response: Http2ServerResponse;
  readonly path: string;
  readonly seen: SeenRequest;
  readonly fault: Fault | undefined;
}

async function forward({ upstream, serverUrl, request, response, path, seen, fault }: Exchange): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  response.on('error', () => gone.abort());
  try {
    const body = await readAll(request);
    const answered = await upstream.request({
      origin: serverUrl,
      path,
      signal: gone.signal,
      method: seen.method,
      headers: endToEnd(request.headers),
      body: body.length === 0 ? null : body,
    });
    response.writeHead(answered.statusCode, endToEnd(answered.headers));
    // Over HTTP/1.1 the response is an ordinary ServerResponse, which keeps its headers back until the first byte.
    if ('flushHeaders' in response) (response as unknown as ServerResponse).flushHeaders();
    const chunks: AsyncIterable<Buffer> = answered.body;
    for await (const chunk of fault?.body === undefined ? chunks : fault.body(chunks, seen)) response.write(chunk);
    response.end();
  } catch {
    response.stream?.destroy();
  }
}

function pathFor({ path, isWatch }: SeenRequest, watchSeconds: number | undefined): string {
  if (!isWatch || watchSeconds === undefined) return path;
  const url = new URL(path, 'https://proxy');
  url.searchParams.set('timeoutSeconds', String(watchSeconds));
  return `${url.pathname}${url.search}`;
}

function endToEnd(headers: NodeJS.Dict<string | string[]>): Record<string, string | string[]> {
  const kept = Object.entries(headers).filter(([name, value]) => value !== undefined && !name.startsWith(':') && !HOP_BY_HOP.has(name));
  return Object.fromEntries(kept) as Record<string, string | string[]>;
}

async function readAll(request: Http2ServerRequest): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of Readable.from(request)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
