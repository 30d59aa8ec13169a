/**
 * The part of a kubelet that gives out logs: HTTPS with a serving certificate, `/containerLogs/{namespace}/{pod}/{container}` with
 * `previous`, `tailLines` and `limitBytes`, as the API server asks it on behalf of whoever reads a log.
 *
 * It keeps the real one's rules: the last lines first, then at most so many bytes of them from their beginning; 400 for a run that it
 * does not hold. Logs are made while they are sent, so that they may be of any length. A log may also be no answer of a kubelet at all.
 * Source: `GetKubeletContainerLogs` in pkg/kubelet/kubelet_pods.go and pkg/kubelet/kuberuntime/logs/logs.go of Kubernetes.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface Log {
  /** Line by its number, without its break. */
  readonly line: (index: number) => Buffer | string;
  readonly count: number;
}

export interface KubeletStandIn {
  readonly port: number;
  /** Paths and queries that were asked, oldest first. */
  readonly asked: readonly URL[];
  /** Of the present run and of the one before of every container. */
  logs: { readonly current?: Log | RequestListener; readonly previous?: Log | RequestListener };
  stop(): Promise<void>;
}

export async function startKubelet(serving: { readonly cert: Buffer; readonly key: Buffer }): Promise<KubeletStandIn> {
  const asked: URL[] = [];
  const server = createServer(serving, (request, response) => {
    response.on('error', () => undefined);
    const url = new URL(request.url ?? '/', 'https://kubelet');
    asked.push(url);
    answer(kubelet, url, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const kubelet: KubeletStandIn = {
    port: (server.address() as AddressInfo).port,
    asked,
    logs: {},
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return kubelet;
}

async function answer({ logs }: KubeletStandIn, url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!url.pathname.startsWith('/containerLogs/')) return void response.writeHead(404).end();
  const log = url.searchParams.get('previous') === 'true' ? logs.previous : logs.current;
  if (log === undefined) return void response.writeHead(400).end('container is not there, or has terminated and is gone');
  if (typeof log === 'function') return log(request, response);
  const number = (name: string): number => Number(url.searchParams.get(name) ?? Number.POSITIVE_INFINITY);
  response.writeHead(200, { 'content-type': 'text/plain' });
  await pipeline(Readable.from(bytesOf(log, number('tailLines'), number('limitBytes'))), response);
}

function* bytesOf({ line, count }: Log, tailLines: number, limitBytes: number): Generator<Buffer> {
  let left = limitBytes;
  for (let index = Math.max(0, count - tailLines); index < count && left > 0; index += 1) {
    const bytes = Buffer.concat([Buffer.from(line(index)), Buffer.from('\n')]).subarray(0, left);
    left -= bytes.length;
    yield bytes;
  }
}
