/**
 * One call to the API server, to its whole answer, within a time limit.
 *
 * Tried again where a repetition does no harm: after 429 or 503 that name a time to come back (the server did not take the
 * request up), and a GET whose connection broke, once. Everything else is the caller's to judge.
 */

import type { CallOptions } from '../client.ts';
import type { ClientOptions } from '../clientOptions.ts';
import { withDeadline } from '../deadline.ts';
import { ConnectionError } from '../errors.ts';
import type { KubeObject, ResourceType } from '../object.ts';
import { type Answer, apiError } from './answers.ts';
import type { Transport, TransportRequest, TransportResponse } from './transport.ts';

export type Headers = Readonly<Record<string, string | string[]>>;

export interface CallRequest extends Pick<TransportRequest, 'what' | 'method' | 'path'> {
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly contentType?: string | undefined;
  readonly accept?: string | undefined;
  /** Of an answer that another machine sends through the API server; absent: as long as it is. */
  readonly maxBytes?: number | undefined;
}

/** Gives the answer if its status is below 300 or `accept` takes it; throws otherwise. */
export type Caller = (request: CallRequest, limits?: CallOptions, accept?: (answer: Answer) => boolean) => Promise<Answer>;

const DEFAULT_TIMEOUT_MS = 30_000;
const MOST_RETRIES = 10;

export function callerOn(transport: Transport, { clock }: ClientOptions, identity: Headers): Caller {
  const lane = Object.values(identity).some((value) => Array.isArray(value) && value.length > 1) ? 'repeated' : 'call';

  async function exchange(request: CallRequest, signal: AbortSignal): Promise<Answer> {
    const { what, method, path, body, contentType, accept } = request;
    const headers = {
      ...identity,
      ...(accept === undefined ? {} : { accept }),
      ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
    };
    const text = body === undefined ? undefined : JSON.stringify(body);
    const leave = await transport.gate.enter(signal);
    try {
      return await received(request, await transport.send({ what, method, path, headers, body: text, lane, signal }), signal);
    } finally {
      leave();
    }
  }

  async function received({ what, maxBytes }: CallRequest, answer: TransportResponse, signal: AbortSignal): Promise<Answer> {
    try {
      const body = maxBytes === undefined ? await answer.body.text() : await textOf(what, answer.body, maxBytes);
      return { status: answer.status, retryAfter: answer.header('retry-after'), contentType: answer.header('content-type') ?? '', body };
    } catch (cause) {
      if (cause instanceof ConnectionError) throw cause;
      throw signal.aborted ? signal.reason : transport.broken(what, cause);
    }
  }

  async function once(request: CallRequest, signal: AbortSignal): Promise<Answer> {
    try {
      return await exchange(request, signal);
    } catch (error) {
      const repeatable = request.method === 'GET' && error instanceof ConnectionError && error.kind === 'closed';
      if (!repeatable) throw error;
      return await exchange(request, signal);
    }
  }

  return (request, { signal, timeoutMs = DEFAULT_TIMEOUT_MS } = {}, accept = () => false) => {
    const deadline = clock.monotonic() + timeoutMs;
    return withDeadline(
      clock,
      timeoutMs,
      signal,
      () => tooLate(request, timeoutMs, transport),
      async (bounded) => {
        for (let retries = 0; ; retries++) {
          const answer = await once(request, bounded);
          if (answer.status < 300 || accept(answer)) return answer;
          const error = apiError(request.what, answer, transport.place);
          const pause = retryPauseMs(answer, error.retryAfterSeconds);
          if (pause === undefined || retries >= MOST_RETRIES || clock.monotonic() + pause >= deadline) throw error;
          await clock.sleep(pause, bounded);
        }
      },
    );
  };
}

/** Given up at the first byte too many. */
async function textOf(what: string, body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new ConnectionError(`${what}: the answer is larger than ${maxBytes} bytes`, 'tooLarge');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** How long the server asks to wait before the same request; undefined where it does not, or where it may have acted on it. */
function retryPauseMs(answer: Answer, retryAfterSeconds: number | undefined): number | undefined {
  if (answer.status === 429) return (retryAfterSeconds ?? 1) * 1000;
  return answer.status === 503 && answer.retryAfter !== undefined && retryAfterSeconds !== undefined ? retryAfterSeconds * 1000 : undefined;
}

function tooLate({ what }: CallRequest, timeoutMs: number, { place }: Transport): ConnectionError {
  return new ConnectionError(`${what}: no answer from ${place.server} within ${timeoutMs} ms`, 'timeout');
}

/** The object in an answer to a call about `resource`. */
export function objectIn<T extends KubeObject>(_resource: ResourceType<T>, what: string, answer: Answer): T {
  return jsonIn(what, answer) as T;
}

export function jsonIn(what: string, { body }: Answer): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new ConnectionError(`${what}: the answer is not JSON`, 'malformed', { cause });
  }
}
