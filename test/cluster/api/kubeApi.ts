/**
 * The few requests that the test cluster itself makes of its API server.
 *
 * Plain JSON over HTTPS with a bearer token; an answer other than 2xx is an error that holds the server's message. It shares no
 * code with the client of the product, which is among what this cluster is there to test.
 */
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

export interface KubeApi {
  request(method: string, path: string, body?: unknown): Promise<unknown>;
  /** Server-side apply. Waits for a kind that was just defined to be served. */
  apply(path: string, object: object): Promise<unknown>;
}

interface Access {
  readonly serverUrl: string;
  readonly caData: string;
  readonly token: string;
}

class KubeApiError extends Error {
  readonly status: number;
  constructor(what: string, status: number, message: string) {
    super(`${what}: ${status}: ${message}`);
    this.status = status;
  }
}

const TIMEOUT_MS = 30_000;
const APPLY_TRIES = 40;
const APPLY_PAUSE_MS = 250;

export function createKubeApi(access: Access): KubeApi {
  const request = (method: string, path: string, body?: unknown): Promise<unknown> => send(access, method, path, body);
  return {
    request,
    async apply(path, object) {
      for (let tries = 1; ; tries++) {
        try {
          return await request('PATCH', `${path}?fieldManager=test-cluster&force=true`, object);
        } catch (error) {
          const notServedYet = error instanceof KubeApiError && (error.status === 404 || error.status >= 500);
          if (!notServedYet || tries === APPLY_TRIES) throw error;
          await sleep(APPLY_PAUSE_MS);
        }
      }
    },
  };
}

async function send({ serverUrl, caData, token }: Access, method: string, path: string, body: unknown): Promise<unknown> {
  const what = `${method} ${path}`;
  const headers = {
    authorization: `Bearer ${token}`,
    accept: 'application/json',
    // JSON is YAML, and this is the one media type of apply that every version knows
    'content-type': method === 'PATCH' ? 'application/apply-patch+yaml' : 'application/json',
  };
  const response = await new Promise<{ status: number; content: string }>((resolve, reject) => {
    const request = httpsRequest(
      new URL(path, serverUrl),
      { method, headers, ca: caData, agent: false, timeout: TIMEOUT_MS },
      (incoming) => {
        text(incoming).then((content) => resolve({ status: incoming.statusCode ?? 0, content }), reject);
      },
    );
    request.on('timeout', () => request.destroy(new Error(`no answer in ${TIMEOUT_MS} ms`)));
    request.on('error', (error) => reject(new Error(what, { cause: error })));
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
  if (response.status < 200 || response.status > 299) throw new KubeApiError(what, response.status, messageOf(response.content));
  return response.content === '' || !response.content.startsWith('{') ? response.content : JSON.parse(response.content);
}

function messageOf(content: string): string {
  try {
    return (JSON.parse(content) as { message?: string }).message ?? content;
  } catch {
    return content.slice(0, 500);
  }
}
