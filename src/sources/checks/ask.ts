/**
 * HTTP over a connection that is open: one request, of which the status alone is kept.
 *
 * Redirects are not followed, the body is not read, headers are bounded. Nothing is sent that could be mistaken for a user: no
 * cookies, no credentials, a GET without a body.
 */
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { OutOfTime } from '../within.ts';
import type { CheckTarget, HttpOutcome } from './check.ts';
import { codeOf } from './connect.ts';

export interface HttpAnswer {
  readonly outcome: HttpOutcome;
  readonly status?: number | undefined;
  readonly detail: string;
}

const LARGEST_HEADERS = 16 * 1024;

export async function askHttp(socket: Socket, target: CheckTarget, signal: AbortSignal): Promise<HttpAnswer> {
  try {
    const { status, location } = await statusOf(socket, target, signal);
    const to = location === undefined ? '' : `, redirects to ${originOf(location)}`;
    return { outcome: 'Answered', status, detail: `HTTP ${status}${to}` };
  } catch (error) {
    return failedRequest(error);
  } finally {
    socket.destroy();
  }
}

interface Answered {
  readonly status: number;
  readonly location?: string | undefined;
}

function statusOf(socket: Socket, { host, port, speech, path = '/' }: CheckTarget, signal: AbortSignal): Promise<Answered> {
  const isUsual = port === (speech === 'https' ? 443 : 80);
  return new Promise((resolve, reject) => {
    const asked = request({
      createConnection: () => socket,
      method: 'GET',
      path,
      headers: { host: isUsual ? host : `${host}:${port}`, 'user-agent': 'agent-sre-check', accept: '*/*', connection: 'close' },
      maxHeaderSize: LARGEST_HEADERS,
      setDefaultHeaders: false,
      signal,
    });
    asked.on('response', (response) => {
      resolve({ status: response.statusCode ?? 0, location: response.headers.location });
      response.on('error', () => undefined); // the body is left where it is
      response.destroy();
    });
    asked.on('upgrade', (response, upgraded) => {
      upgraded.destroy();
      resolve({ status: response.statusCode ?? 0 });
    });
    asked.on('error', (error) => reject(signal.aborted ? (signal.reason as Error) : error));
    asked.end();
  });
}

/** Where a redirect leads, without path and query, which may hold tokens. */
function originOf(location: string): string {
  return URL.canParse(location) ? new URL(location).origin.slice(0, 200) : 'a path of its own';
}

function failedRequest(error: unknown): HttpAnswer {
  if (error instanceof OutOfTime) return { outcome: 'TimedOut', detail: `no answer to the request: ${error.message}` };
  const code = codeOf(error);
  if (code === 'HPE_HEADER_OVERFLOW') return { outcome: 'HeadersTooLarge', detail: `its headers are larger than ${LARGEST_HEADERS} bytes` };
  if (code.startsWith('HPE_')) return { outcome: 'NotHttp', detail: `its answer is not HTTP (${code})` };
  return { outcome: 'Reset', detail: `it hung up without an answer (${code})` };
}
