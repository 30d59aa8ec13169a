/**
 * JSON over HTTP from sources that may be slow, down or lying: few connections, a time limit and a size limit a call.
 *
 * What is asked is a read, also by POST, unless it says that it has an effect: so a call whose kept connection was reset is made once more; one with
 * an effect never is, nor anything else. Redirects are not followed (they could lead anywhere). What is not JSON, too large, too late or
 * refused is a SourceError with its reason; its message never carries the body (that stands apart, in `said`) or the credentials.
 */
import { type Dispatcher, request } from 'undici';
import type { Clock } from '../clock.ts';
import { type GapReason, reasonOfStatus, SourceError } from './gap.ts';
import { ACCEPTED_ENCODINGS, jsonIn, readBody } from './http/body.ts';
import { createConnections } from './http/connections.ts';
import { headersOf } from './http/credentials.ts';
import { addressOf, type Endpoint } from './http/endpoint.ts';
import { explained, wasReset } from './http/failure.ts';

export type { Endpoint } from './http/endpoint.ts';

export interface AskOptions {
  /** Parameters in the address. */
  readonly query?: URLSearchParams | undefined;
  /** Sent by POST: a form, or a value as JSON. */
  readonly body?: URLSearchParams | { readonly json: unknown } | undefined;
  /** It changes something there, and is sent once: whoever gets no answer has to look. DELETE sends no body, and may be answered with none. */
  readonly effect?: 'POST' | 'DELETE' | undefined;
  /** Why the source refused, from what it says; undefined leaves it to the status. The text is cut, and never told. */
  readonly reasonOf?: ((status: number, text: string) => GapReason | undefined) | undefined;
}

export interface Answer {
  /** 200, or 206 for one who says that it is not all. */
  readonly status: 200 | 206;
  readonly json: unknown;
  /** Of the unpacked body. */
  readonly bytes: number;
}

export interface HttpSource {
  /** @param path from the endpoint's own path, without a leading slash */
  ask(endpoint: Endpoint, path: string, options?: AskOptions, signal?: AbortSignal): Promise<Answer>;
  /** `ask` by GET, for the JSON alone. */
  getJson(endpoint: Endpoint, path: string, query: URLSearchParams, signal?: AbortSignal): Promise<unknown>;
  close(): Promise<void>;
}

export interface HttpSourceOptions {
  readonly clock: Pick<Clock, 'setTimeout'>;
  readonly timeoutMs?: number | undefined;
  readonly maxBytes?: number | undefined;
}

const DEFAULT_TIMEOUT_MS = 5_000;
const DEFAULT_MAX_BYTES = 8 * 2 ** 20;
/** Of a refusal; enough to tell its reason. */
const REFUSAL_CHARACTERS = 4_096;

export function createHttpSource({ clock, timeoutMs = DEFAULT_TIMEOUT_MS, maxBytes = DEFAULT_MAX_BYTES }: HttpSourceOptions): HttpSource {
  const connections = createConnections();
  const ask: HttpSource['ask'] = async (endpoint, path, options = {}, signal) => {
    const limit = new AbortController();
    const cancel = clock.setTimeout(() => limit.abort(new SourceError('TimedOut', `no answer within ${timeoutMs} ms`)), timeoutMs);
    const either = signal === undefined ? limit.signal : AbortSignal.any([limit.signal, signal]);
    try {
      const [dispatcher, headers] = await Promise.all([connections.to(endpoint), headersOf(endpoint)]);
      const address = addressOf(endpoint, path, options.query ?? new URLSearchParams());
      const sent = { dispatcher, signal: either, headers: { ...headers, ...COMMON_HEADERS }, ...methodOf(options) };
      return await readAnswer(await send(address, sent, options.effect === undefined), options, maxBytes);
    } catch (error) {
      throw explained(endpoint.name, either.aborted ? endOf(limit.signal) : error);
    } finally {
      cancel();
    }
  };
  return {
    ask,
    getJson: async (endpoint, path, query, signal) => (await ask(endpoint, path, { query }, signal)).json,
    close: () => connections.close(),
  };
}

/** Whatever the caller gave as its reason: its time was up. */
const endOf = (limit: AbortSignal): unknown => (limit.aborted ? limit.reason : new SourceError('TimedOut', 'the time was up'));

const COMMON_HEADERS = { accept: 'application/json', 'accept-encoding': ACCEPTED_ENCODINGS };

type Sent = { readonly dispatcher: Dispatcher; readonly signal: AbortSignal; readonly headers: Readonly<Record<string, string>> } & Method;

interface Method {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly body?: string;
  readonly type?: string;
}

function methodOf({ body, effect }: AskOptions): Method {
  if (effect === 'DELETE') return { method: effect };
  if (body === undefined) return { method: 'GET' };
  if (body instanceof URLSearchParams) return { method: 'POST', body: body.toString(), type: 'application/x-www-form-urlencoded' };
  return { method: 'POST', body: JSON.stringify(body.json), type: 'application/json' };
}

/** @param mayRepeat whether it is sent again where the connection was reset */
async function send(address: URL, sent: Sent, mayRepeat: boolean): Promise<Dispatcher.ResponseData> {
  const { dispatcher, signal, method, body, type } = sent;
  const headers = type === undefined ? sent.headers : { ...sent.headers, 'content-type': type };
  const attempt = (): Promise<Dispatcher.ResponseData> =>
    request(address, { dispatcher, signal, method, headers, ...(body !== undefined && { body }) });
  try {
    return await attempt();
  } catch (error) {
    if (!mayRepeat || !wasReset(error) || signal.aborted) throw error;
    return attempt();
  }
}

async function readAnswer({ statusCode, headers, body }: Dispatcher.ResponseData, options: AskOptions, maxBytes: number): Promise<Answer> {
  const bytes = await readBody(body, String(headers['content-encoding'] ?? ''), maxBytes);
  if (statusCode !== 200 && statusCode !== 206) {
    const text = bytes.subarray(0, REFUSAL_CHARACTERS).toString('utf8');
    throw new SourceError(options.reasonOf?.(statusCode, text) ?? reasonOfAnswer(statusCode), wordsOf(statusCode), { said: text });
  }
  const isEmpty = options.effect === 'DELETE' && bytes.byteLength === 0;
  return { status: statusCode, json: isEmpty ? undefined : jsonIn(bytes.toString('utf8')), bytes: bytes.byteLength };
}

/** A redirect mostly leads to a login page. */
const reasonOfAnswer = (status: number): GapReason => (status >= 300 && status < 400 ? 'Malformed' : reasonOfStatus(status));

const MEANINGS: Readonly<Record<number, string>> = {
  400: ': it does not take this question',
  401: ': it wants other credentials',
  403: ': its credentials do not suffice',
  422: ': it could not work out the answer',
  429: ': it has been asked too often',
};
const wordsOf = (status: number): string => `HTTP ${status}${MEANINGS[status] ?? ''}`;
