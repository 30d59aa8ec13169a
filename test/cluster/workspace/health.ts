/** Asks a daemon for its health, by what the daemon itself offers for it. The same probe serves readiness and `status`. */
import { readFileSync } from 'node:fs';
import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';
import { connect } from 'node:net';
import type { Health } from './state.ts';

const TIMEOUT_MS = 2000;

/** Undefined when it is healthy, otherwise what it said. A daemon of kind `running` offers no health: that it runs must do. */
export async function probeHealth(health: Health): Promise<string | undefined> {
  if (health.kind === 'http') return probeHttp(health.url, health.caFile);
  if (health.kind === 'socket') return answersOn(health.path);
  return undefined;
}

/** Without a CA the server's certificate is not checked: that is for health ports on the loopback with a certificate of their own making. */
function probeHttp(url: string, caFile: string | undefined): Promise<string | undefined> {
  return new Promise((resolve) => {
    const trust = caFile === undefined ? { rejectUnauthorized: false } : { ca: readFileSync(caFile) };
    const options = { timeout: TIMEOUT_MS, agent: false, ...trust };
    const request = (url.startsWith('https:') ? httpsGet : httpGet)(url, options, (response) => {
      response.resume();
      const ok = response.statusCode !== undefined && response.statusCode >= 200 && response.statusCode < 300;
      resolve(ok ? undefined : `${url} answers ${response.statusCode}`);
    });
    request.on('timeout', () => request.destroy(new Error(`no answer in ${TIMEOUT_MS} ms`)));
    request.on('error', (error) => resolve(`${url}: ${error.message}`));
  });
}

function answersOn(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ path, timeout: TIMEOUT_MS });
    socket.once('connect', () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.once('timeout', () => socket.destroy(new Error(`no answer in ${TIMEOUT_MS} ms`)));
    socket.once('error', (error) => resolve(`${path}: ${error.message}`));
  });
}
