/** Serves the answers from a thread of its own, so that serving takes no time from what is measured. Tells its port. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort } from 'node:worker_threads';
import { ANSWERS } from './answers.ts';

const bodies = new Map(Object.entries(ANSWERS).map(([path, answer]) => [path, Buffer.from(JSON.stringify(answer))]));

const server = createServer((request, response) => {
  const body = bodies.get(new URL(request.url ?? '', 'http://server').pathname);
  request.resume();
  response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(body);
});
// It is the port of a thread, not a window: there is no origin.
// oxlint-disable-next-line unicorn/require-post-message-target-origin
server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
