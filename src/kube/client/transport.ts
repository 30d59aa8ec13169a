/**
 * Carries one request to the API server: credentials, the right sockets, and errors that say what broke.
 *
 * The sockets are remade when the TLS material changes; streams on the old ones may end first. A 401 is tried once more with
 * credentials read anew. Retries for other reasons are left to the caller, who knows whether a repetition does harm.
 */
import type { Dispatcher } from 'undici';
import type { ClientOptions } from '../clientOptions.ts';
import { untilAborted } from '../deadline.ts';
import { ConnectionError } from '../errors.ts';
import type { RestMetrics } from '../metrics.ts';
import { connectionError, type Place } from './answers.ts';
import { credentialSource } from './credentials.ts';
import { createGate, type Gate } from './gate.ts';
import { keepLanes, type LaneName } from './lanes.ts';

const CALLS_AT_ONCE = 64;

export interface TransportRequest {
  /** The call in words, for messages. */
  readonly what: string;
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | string[]>> | undefined;
  readonly body?: string | undefined;
  readonly lane: LaneName;
  readonly signal: AbortSignal;
}

export interface TransportResponse {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: Dispatcher.ResponseData['body'];
}

export interface Transport {
  readonly place: Place;
  /** What calls pass, to the end of their answers; watches do not. */
  readonly gate: Gate;
  send(request: TransportRequest): Promise<TransportResponse>;
  /** The error for an answer whose body broke off. */
  broken(what: string, cause: unknown): ConnectionError;
  close(): Promise<void>;
}

export function createTransport(options: ClientOptions, metrics: RestMetrics): Transport {
  const { kubeConfig, clock, userAgent } = options;
  const cluster = kubeConfig.getCurrentCluster();
  if (cluster === null) {
    throw new ConnectionError(
      'the kubeconfig names no cluster; set KUBECONFIG or --kubeconfig to one that has a current-context, or run inside a cluster',
      'credentials',
    );
  }
  const user = kubeConfig.getCurrentUser();
  if (user === null) {
    throw new ConnectionError(
      `context "${kubeConfig.getCurrentContext()}" of the kubeconfig names a user that is not in it; add the user or choose another context`,
      'credentials',
    );
  }
  const server = new URL(cluster.server);
  const basePath = server.pathname.replace(/\/$/, '');
  const place: Place = { server: cluster.server, user: `user "${user.name}"` };
  const credentials = credentialSource(kubeConfig, clock);
  const lanes = keepLanes(options, server);

  async function attempt(request: TransportRequest): Promise<TransportResponse> {
    const held = await credentials.current();
    const dispatcher = (await lanes.with(held)).of(request.lane);
    const answer = await dispatcher.request({
      origin: server.origin,
      path: `${basePath}${request.path}`,
      method: request.method,
      headers: { accept: 'application/json', 'user-agent': userAgent ?? 'kube-runtime', ...held.headers, ...request.headers },
      body: request.body ?? null,
      // A body that is cut off under way has Node's HTTP/2 write empty frames without end. It is sent to its end, and nobody waits for the answer.
      signal: request.body === undefined ? request.signal : null,
    });
    // Whoever reads it is told; an answer that came after its call was given up is read by nobody.
    answer.body.on('error', () => undefined);
    if (request.signal.aborted) giveUp(request, answer.body);
    return { status: answer.statusCode, header: (name) => single(answer.headers[name]), body: answer.body };
  }

  return {
    place,
    gate: createGate(CALLS_AT_ONCE),
    send: async (request) => {
      const observed = metrics.start(request.method, server.host);
      try {
        let answer = await untilAborted(attempt(request), request.signal);
        if (answer.status === 401) {
          credentials.invalidate();
          answer.body.resume();
          answer = await untilAborted(attempt(request), request.signal);
        }
        observed(String(answer.status));
        return answer;
      } catch (error) {
        observed('<error>');
        throw failure(request, error, place);
      }
    },
    broken: (what, cause) => (cause instanceof ConnectionError ? cause : connectionError(what, cause, place)),
    close: () => lanes.destroy(new Error('the client was closed')),
  };
}

function giveUp({ body: sent }: TransportRequest, answer: Dispatcher.ResponseData['body']): void {
  if (sent === undefined) answer.destroy();
  else answer.resume();
}

function failure({ signal, what }: TransportRequest, error: unknown, place: Place): unknown {
  if (signal.aborted) return signal.reason;
  return error instanceof ConnectionError ? error : connectionError(what, error, place);
}

const single = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);
