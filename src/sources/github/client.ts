/**
 * GitHub's REST API (also GitHub Enterprise Server's): JSON by GET, within limits of time and size, and within what GitHub allows.
 *
 * What was answered with an ETag is asked for again conditionally; such an answer does not count against GitHub's limit. Once the limit is
 * reached, primary or secondary, nothing is sent before the time that GitHub named. Redirects are followed once and to the same origin
 * alone (a repository that was renamed). Errors are `SourceError`s and never hold the token or the body.
 */
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'undici';
import type { Clock } from '../../clock.ts';
import { type GapReason, reasonOfStatus, SourceError } from '../gap.ts';
import { ACCEPTED_ENCODINGS, jsonIn, readBody } from '../http/body.ts';

export interface GitHubOptions {
  /** As configured; told in messages. */
  readonly name: string;
  /** `https://api.github.com`, or `https://host/api/v3`. */
  readonly url: string;
  /** File with a token; read for each call, as tokens are rotated. */
  readonly tokenFile?: string | undefined;
  readonly clock: Pick<Clock, 'now' | 'setTimeout'>;
  readonly timeoutMs?: number | undefined;
  readonly maxBytes?: number | undefined;
}

export interface GitHubClient {
  readonly name: string;
  /** Host of the pages, as repositories' addresses have it. */
  readonly webHost: string;
  /** @param path from the API's root, without a leading slash; its parts encoded */
  get(path: string, query?: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<unknown>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 8 * 2 ** 20;
const MOST_KEPT = 100;
/** Where GitHub does not say for how long. */
const PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 60 * 60_000;

interface Kept {
  readonly etag: string;
  readonly body: unknown;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export function createGitHub(options: GitHubOptions): GitHubClient {
  const { name, url, clock, timeoutMs = TIMEOUT_MS } = options;
  const dispatcher = new Agent({ connections: 4, pipelining: 1, allowH2: false });
  const kept = new Map<string, Kept>();
  let pausedUntil = 0;

  const ask = async (address: URL, signal: AbortSignal): Promise<unknown> => {
    const before = kept.get(address.href);
    const answer = await send(options, dispatcher, address, before?.etag, signal);
    if (answer.status === 304 && before !== undefined) return before.body;
    if (isLimited(answer)) {
      pausedUntil = clock.now() + pauseOf(answer, clock.now());
      throw limited(pausedUntil);
    }
    const body = bodyOf(answer);
    const { etag } = answer.headers;
    if (typeof etag === 'string') keep(kept, address.href, { etag, body });
    return body;
  };
  return {
    name,
    webHost: webHostOf(url),
    close: () => dispatcher.destroy(),
    get: async (path, query = {}, signal) => {
      if (clock.now() < pausedUntil) throw explained(name, limited(pausedUntil));
      const limit = new AbortController();
      const cancel = clock.setTimeout(() => limit.abort(new SourceError('TimedOut', `no answer within ${timeoutMs} ms`)), timeoutMs);
      try {
        return await ask(addressOf(url, path, query), AbortSignal.any([limit.signal, ...(signal === undefined ? [] : [signal])]));
      } catch (error) {
        throw explained(name, limit.signal.aborted ? limit.signal.reason : error);
      } finally {
        cancel();
      }
    },
  };
}

const webHostOf = (url: string): string => new URL(url).host.replace(/^api\.(github\.com|[^.]+\.ghe\.com)$/u, '$1');

function addressOf(url: string, path: string, query: Readonly<Record<string, string>>): URL {
  const address = new URL(`${url.replace(/(?<!\/)\/+$/u, '')}/${path}`);
  address.search = new URLSearchParams(query).toString();
  return address;
}

async function send(
  options: GitHubOptions,
  dispatcher: Agent,
  address: URL,
  etag: string | undefined,
  signal: AbortSignal,
): Promise<Answer> {
  const headers = {
    accept: 'application/vnd.github+json',
    'x-github-api-version': '2022-11-28',
    'user-agent': 'agent-sre',
    'accept-encoding': ACCEPTED_ENCODINGS,
    ...(options.tokenFile === undefined ? {} : { authorization: `Bearer ${await tokenIn(options.tokenFile)}` }),
    ...(etag === undefined ? {} : { 'if-none-match': etag }),
  };
  const first = await once(dispatcher, address, headers, signal, options.maxBytes);
  const to = first.status === 301 || first.status === 307 || first.status === 308 ? first.headers['location'] : undefined;
  const next = typeof to === 'string' ? URL.parse(to, address.href) : null;
  return next !== null && next.origin === address.origin ? once(dispatcher, next, headers, signal, options.maxBytes) : first;
}

async function once(
  dispatcher: Agent,
  address: URL,
  headers: Record<string, string>,
  signal: AbortSignal,
  maxBytes = MAX_BYTES,
): Promise<Answer> {
  const answer = await request(address, { dispatcher, method: 'GET', headers, signal });
  const body = await readBody(answer.body, String(answer.headers['content-encoding'] ?? ''), maxBytes);
  return { status: answer.statusCode, headers: answer.headers, text: body.toString('utf8') };
}

async function tokenIn(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new SourceError('Forbidden', `its token file ${file} cannot be read`, { cause });
  }
}

/** The primary limit leaves nothing, the secondary one says when to come again. A plain 403 is a matter of rights. */
function isLimited({ status, headers, text }: Answer): boolean {
  if (status === 429) return true;
  return (
    status === 403 &&
    (headers['x-ratelimit-remaining'] === '0' || headers['retry-after'] !== undefined || text.includes('secondary rate limit'))
  );
}

function pauseOf({ headers }: Answer, now: number): number {
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  const reset = headers['x-ratelimit-remaining'] === '0' ? Number(headers['x-ratelimit-reset'] ?? Number.NaN) * 1000 - now : Number.NaN;
  const pause = [seconds * 1000, reset].find((ms) => Number.isFinite(ms)) ?? PAUSE_MS;
  return Math.min(Math.max(pause, 0), LONGEST_PAUSE_MS);
}

const limited = (until: number): SourceError =>
  new SourceError('Unavailable', `its rate limit is reached; it is asked again after ${new Date(until).toISOString()}`);

function bodyOf({ status, text }: Answer): unknown {
  if (status !== 200) throw new SourceError(reasonOf(status), `HTTP ${status}`);
  return jsonIn(text);
}

/** 422: no such commit. 409: the repository is empty. */
function reasonOf(status: number): GapReason {
  if (status === 422 || status === 409 || status === 410 || status === 451) return 'NotFound';
  return status >= 300 && status < 400 ? 'Malformed' : reasonOfStatus(status);
}

/** The oldest goes first. */
function keep(kept: Map<string, Kept>, key: string, value: Kept): void {
  kept.delete(key);
  kept.set(key, value);
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
}

/** Only the code of a network error is told. */
function explained(name: string, error: unknown): SourceError {
  if (error instanceof SourceError) return new SourceError(error.reason, `${name}: ${error.message}`, { cause: error });
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no connection';
  const isLate =
    code.endsWith('_TIMEOUT') ||
    code === 'UND_ERR_ABORTED' ||
    (error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError'));
  return new SourceError(isLate ? 'TimedOut' : 'Unavailable', `${name}: ${isLate ? 'the time was up' : code}`, { cause: error });
}
