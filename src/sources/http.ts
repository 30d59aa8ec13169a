/**
 * JSON over HTTP from sources that may be slow, down or lying: one pool of connections, a time limit and a size limit a call.
 *
 * Redirects are not followed (they could lead anywhere). What is not JSON, too large, too late or refused is a SourceError with
 * its reason; its message never carries the body or the credentials.
 */
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'undici';
import type { Clock } from '../clock.ts';
import { type GapReason, reasonOfStatus, SourceError } from './gap.ts';

export interface Endpoint {
  /** As configured; told in messages. */
  readonly name: string;
  /** With or without a path of its own, as in https://mimir.example/prometheus. */
  readonly url: string;
  /** Tenant and the like. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** File with a token that is sent along; read for each call, as tokens are rotated. */
  readonly bearerTokenFile?: string | undefined;
}

export interface HttpSource {
  /** @param path from the endpoint's own path, without a leading slash */
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
const CONNECTIONS_AN_ORIGIN = 4;

export function createHttpSource({ clock, timeoutMs = DEFAULT_TIMEOUT_MS, maxBytes = DEFAULT_MAX_BYTES }: HttpSourceOptions): HttpSource {
  const dispatcher = new Agent({ connections: CONNECTIONS_AN_ORIGIN, pipelining: 1 });
  return {
    close: () => dispatcher.destroy(),
    async getJson(endpoint, path, query, signal) {
      const limit = new AbortController();
      const cancel = clock.setTimeout(() => limit.abort(new SourceError('TimedOut', `no answer within ${timeoutMs} ms`)), timeoutMs);
      try {
        const signals = signal === undefined ? [limit.signal] : [limit.signal, signal];
        return await fetchJson(dispatcher, addressOf(endpoint, path, query), endpoint, AbortSignal.any(signals), maxBytes);
      } catch (error) {
        throw explained(endpoint, limit.signal.aborted ? limit.signal.reason : error);
      } finally {
        cancel();
      }
    },
  };
}

function addressOf({ url }: Endpoint, path: string, query: URLSearchParams): URL {
  const address = new URL(url);
  address.pathname = `${address.pathname.replace(/\/+$/u, '')}/${path}`;
  address.search = query.toString();
  address.hash = '';
  return address;
}

async function fetchJson(dispatcher: Agent, address: URL, endpoint: Endpoint, signal: AbortSignal, maxBytes: number): Promise<unknown> {
  const headers = await headersOf(endpoint);
  const answer = await request(address, { dispatcher, signal, method: 'GET', headers });
  const body = await readBounded(answer.body, maxBytes);
  if (answer.statusCode !== 200) throw new SourceError(reasonOfAnswer(answer.statusCode), `HTTP ${answer.statusCode}`);
  try {
    return JSON.parse(body) as unknown;
  } catch (cause) {
    throw new SourceError('Malformed', body.trimStart().startsWith('<') ? 'it answered with a web page' : 'its answer is not JSON', {
      cause,
    });
  }
}

async function headersOf({ headers, bearerTokenFile }: Endpoint): Promise<Record<string, string>> {
  const common = { ...headers, accept: 'application/json' };
  if (bearerTokenFile === undefined) return common;
  try {
    return { ...common, authorization: `Bearer ${(await readFile(bearerTokenFile, 'utf8')).trim()}` };
  } catch (cause) {
    throw new SourceError('Forbidden', `its token file ${bearerTokenFile} cannot be read`, { cause });
  }
}

/** A redirect mostly leads to a login page. */
const reasonOfAnswer = (status: number): GapReason => (status >= 300 && status < 400 ? 'Malformed' : reasonOfStatus(status));

async function readBounded(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new SourceError('TooLarge', `its answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Says which source it was. Only the code of a network error is told: its message may hold addresses and more. */
function explained({ name }: Endpoint, error: unknown): SourceError {
  if (error instanceof SourceError) return new SourceError(error.reason, `${name}: ${error.message}`, { cause: error });
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no connection';
  const late =
    code === 'UND_ERR_CONNECT_TIMEOUT' ||
    code === 'UND_ERR_HEADERS_TIMEOUT' ||
    code === 'UND_ERR_BODY_TIMEOUT' ||
    code === 'UND_ERR_ABORTED';
  const aborted = error instanceof Error && error.name === 'AbortError';
  return new SourceError(late || aborted ? 'TimedOut' : 'Unavailable', `${name}: ${aborted ? 'the time was up' : code}`, { cause: error });
}
