/**
 * JSON over HTTP with a Git host: a time limit and a size limit a call, and never more often than the host allows.
 *
 * What was answered with an ETag is asked for again conditionally. Once a rate limit is reached nothing is sent before the time that the host has named.
 * Redirects are not followed: they could take the token elsewhere. A read whose kept connection was reset is made once more; a write never is.
 */
import { readFile } from 'node:fs/promises';
import { Agent, type Dispatcher, request } from 'undici';
import type { z } from 'zod';
import type { Clock } from '../../clock.ts';
import { GitError, type GitFailure } from '../errors.ts';
import { createMemory } from './memory.ts';
import type { CallLimits } from './port.ts';
import { pauseMs } from './rateLimit.ts';

export interface HostEndpoint {
  /** As messages call it. */
  readonly host: string;
  /** Root of the REST API. */
  readonly url: string;
  /** File with a token; read for each call, as tokens are rotated. */
  readonly tokenFile: string;
  /** Beside the ones that are always sent. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface Ask extends CallLimits {
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly json?: unknown;
  /** Statuses other than 2xx that the caller judges itself. */
  readonly also?: readonly number[] | undefined;
}

export interface Answer {
  readonly status: number;
  readonly json: unknown;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH';

export interface HostHttp {
  readonly host: string;
  /** @param path from the API's root, without a leading slash; its parts encoded */
  readonly ask: (method: Method, path: string, ask?: Ask) => Promise<Answer>;
  /** A read, as the schema has it. */
  readonly read: <T extends z.ZodType>(schema: T, path: string, ask?: Ask) => Promise<z.output<T>>;
  /** The answer, as the schema has it. Throws where the host says that it has done something, and not what. */
  readonly as: <T extends z.ZodType>(schema: T, answer: Answer) => z.output<T>;
  readonly close: () => Promise<void>;
}

export interface HostHttpOptions {
  readonly clock: Pick<Clock, 'now' | 'setTimeout'>;
  readonly timeoutMs?: number | undefined;
}

/** Within a lease's renew deadline, so that no other process can lead meanwhile. */
const CALL_TIMEOUT_MS = 7_000;
const MAX_BYTES = 8 * 2 ** 20;

interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export function createHostHttp(endpoint: HostEndpoint, { clock, timeoutMs = CALL_TIMEOUT_MS }: HostHttpOptions): HostHttp {
  const dispatcher = new Agent({ connections: 4, pipelining: 1, allowH2: false });
  const memory = createMemory();
  const { host } = endpoint;
  let pausedUntil = 0;

  const exchange = async (method: Method, address: URL, ask: Ask, signal: AbortSignal): Promise<Answer> => {
    const known = method === 'GET' ? memory.get(address.href) : undefined;
    const received = await send(endpoint, dispatcher, { method, address, json: ask.json, etag: known?.etag, signal });
    if (received.status === 304 && known !== undefined) return { status: 200, json: known.json };
    const pause = pauseMs(received, clock.now());
    if (pause !== undefined) {
      pausedUntil = clock.now() + pause;
      throw limited(host, pause);
    }
    const isWanted = (received.status >= 200 && received.status < 300) || ask.also?.includes(received.status) === true;
    if (!isWanted) throw refusal(host, method, address, received.status);
    const json = jsonIn(host, received.text);
    const { etag } = received.headers;
    if (method === 'GET' && received.status === 200 && typeof etag === 'string') memory.set(address.href, { etag, json });
    return { status: received.status, json };
  };

  const ask: HostHttp['ask'] = async (method, path, options = {}) => {
    if (clock.now() < pausedUntil) throw limited(host, pausedUntil - clock.now());
    const limit = new AbortController();
    const cancel = clock.setTimeout(() => limit.abort(), timeoutMs);
    const signal = options.signal === undefined ? limit.signal : AbortSignal.any([limit.signal, options.signal]);
    try {
      return await exchange(method, addressOf(endpoint.url, path, options.query), options, signal);
    } catch (error) {
      throw explained(host, error, signal.aborted, timeoutMs);
    } finally {
      cancel();
    }
  };
  const as: HostHttp['as'] = (schema, { json }) => {
    const parsed = schema.safeParse(json);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new GitError('Failed', `${host}: its answer is not as expected at ${issue?.path.join('.') || 'its root'}; check git.hosts`);
  };
  return {
    host,
    ask,
    as,
    read: async (schema, path, options) => as(schema, await ask('GET', path, options)),
    close: () => dispatcher.destroy(),
  };
}

function addressOf(url: string, path: string, query: Readonly<Record<string, string>> = {}): URL {
  const address = new URL(`${url.replace(/(?<!\/)\/+$/u, '')}/${path}`);
  address.search = new URLSearchParams(query).toString();
  return address;
}

interface Sent {
  readonly method: Method;
  readonly address: URL;
  readonly json: unknown;
  readonly etag: string | undefined;
  readonly signal: AbortSignal;
}

async function send(endpoint: HostEndpoint, dispatcher: Agent, sent: Sent): Promise<Received> {
  const { method, address, json, etag, signal } = sent;
  const headers = {
    accept: 'application/json',
    'user-agent': 'agent-sre',
    ...endpoint.headers,
    authorization: `Bearer ${await tokenOf(endpoint)}`,
    ...(etag === undefined ? {} : { 'if-none-match': etag }),
    ...(json === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const once = async (): Promise<Received> => {
    const answer = await request(address, {
      dispatcher,
      method,
      headers,
      signal,
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    return { status: answer.statusCode, headers: answer.headers, text: await textOf(endpoint.host, answer.body) };
  };
  try {
    return await once();
  } catch (error) {
    if (method !== 'GET' || !RESET.has(codeOf(error)) || signal.aborted) throw error;
    return once();
  }
}

const RESET = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

async function tokenOf({ host, tokenFile }: HostEndpoint): Promise<string> {
  const token = await readFile(tokenFile, 'utf8').catch((cause: unknown) => {
    throw new GitError(
      'Unauthorized',
      `${host}: its token file ${tokenFile} cannot be read; mount the Secret there, or correct git.hosts`,
      { cause },
    );
  });
  if (/^[!-~]{1,4096}$/u.test(token.trim())) return token.trim();
  throw new GitError('Unauthorized', `${host}: its token file ${tokenFile} does not hold a token, and nothing else`);
}

async function textOf(host: string, body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new GitError('TooLarge', `${host}: its answer is larger than ${MAX_BYTES / 2 ** 20} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Hosts answer some writes with nothing. */
function jsonIn(host: string, text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const what = text.trimStart().startsWith('<') ? 'a web page' : 'what is not JSON';
    throw new GitError('Failed', `${host} answered with ${what}; check that url in git.hosts is the address of its API`, { cause });
  }
}

const MEANINGS: Readonly<Record<number, readonly [GitFailure, string]>> = {
  401: ['Unauthorized', 'it does not know the token; put a valid one into the token file of git.hosts'],
  403: ['Unauthorized', 'the token does not suffice; it needs to write pull requests of this repository'],
  404: ['NotFound', 'there is no such thing, or the token may not see it'],
  409: ['Refused', 'it is in conflict with what is there'],
  410: ['Refused', 'this repository takes no pull requests'],
  422: ['Refused', 'it does not take this request as it is'],
};

function refusal(host: string, method: Method, { pathname }: URL, status: number): GitError {
  const [kind, meaning] = MEANINGS[status] ?? otherwise(status);
  return new GitError(kind, `${host}: ${method} ${pathname.slice(0, 300)}: HTTP ${status}: ${meaning}`);
}

function otherwise(status: number): readonly [GitFailure, string] {
  if (status >= 500 || status === 408) return ['Unavailable', 'it fails at present; it is tried again'];
  if (status >= 300 && status < 400) return ['Refused', 'it redirects; write the address that it redirects to into git.hosts'];
  return ['Refused', 'it refuses'];
}

const limited = (host: string, pause: number): GitError =>
  new GitError('Unavailable', `${host}: its rate limit is reached; it is asked again in ${Math.ceil(pause / 1000)} s`, {
    retryAfterMs: pause,
  });

/** Only the code of a network error is told. */
function explained(host: string, error: unknown, isLate: boolean, timeoutMs: number): GitError {
  if (error instanceof GitError) return error;
  if (isLate || codeOf(error).endsWith('_TIMEOUT'))
    return new GitError('TimedOut', `${host}: no answer within ${timeoutMs} ms; it is tried again`, { cause: error });
  return new GitError('Unavailable', `${host}: ${codeOf(error)}; it is tried again`, { cause: error });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'no connection';
}
