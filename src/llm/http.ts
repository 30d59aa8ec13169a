/**
 * POST to a model server, bounded: one pool of connections, a limit on the whole call, on silence, and on size.
 *
 * Redirects are not followed. The body is given on as it arrives; whoever reads it gets a ModelError as soon as a limit is passed, however
 * the server goes on. Undici's own time-outs are off: they would cut a slow local model that says nothing for minutes, and nobody else.
 */
import { Agent, request } from 'undici';
import type { Clock } from '../clock.ts';
import { failureOfStatus, ModelError } from './error.ts';
import { CALLS_AT_ONCE } from './places.ts';

export interface CallLimits {
  /** The whole call, from connecting to the last byte. */
  readonly timeoutMs: number;
  /** Without a single byte; a server that loads its model first is silent for long. */
  readonly silenceMs: number;
  readonly maxBytes: number;
}

export const DEFAULT_LIMITS: CallLimits = { timeoutMs: 60_000, silenceMs: 45_000, maxBytes: 8 * 2 ** 20 };

export interface PostRequest {
  /** As messages name the server. */
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
  readonly limits: CallLimits;
}

/** The body of a 200, as it arrives. It throws a ModelError as soon as a limit is passed. */
export interface OpenCall {
  readonly body: AsyncIterable<Uint8Array>;
  /** Ends the call, whatever is still being sent. */
  readonly end: () => void;
}

export interface ModelHttp {
  open(request: PostRequest): Promise<OpenCall>;
  close(): Promise<void>;
}

const LONGEST_ERROR_BODY = 16 * 1024;
const CONNECT_MS = 5_000;

export function createModelHttp(clock: Pick<Clock, 'setTimeout' | 'now'>): ModelHttp {
  const dispatcher = new Agent({
    connections: CALLS_AT_ONCE,
    pipelining: 1,
    // Node's HTTP/2 writes without end once a body has been cut off under way, as one is when a caller leaves.
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: CONNECT_MS },
  });
  return {
    close: () => dispatcher.destroy(),
    open: async (call) => {
      const watch = watchOver(clock, call);
      try {
        const body = await watch.guard(send(dispatcher, clock, call, watch));
        return { body: bounded(body, call, watch), end: watch.end };
      } catch (error) {
        watch.end();
        throw error;
      }
    },
  };
}

interface Watch {
  readonly signal: AbortSignal;
  /** Something arrived. */
  readonly heard: () => void;
  /** `work`, unless a limit is passed first: even work that never looks at the signal cannot hold the caller up. */
  readonly guard: <T>(work: Promise<T>) => Promise<T>;
  readonly end: () => void;
}

function watchOver(clock: Pick<Clock, 'setTimeout'>, { name, signal, limits }: PostRequest): Watch {
  const limit = new AbortController();
  const stopWith = (error: ModelError): void => limit.abort(error);
  const late = (what: string): ModelError => new ModelError('TimedOut', `${name}: ${what}`, { mayHaveSpent: true });
  const onAbort = (): void =>
    stopWith(new ModelError('Aborted', `${name}: the caller gave up`, { cause: signal.reason, mayHaveSpent: true }));
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  const cancelWhole = clock.setTimeout(() => stopWith(late(`no end within ${limits.timeoutMs} ms`)), limits.timeoutMs);
  const silence = (): (() => void) => clock.setTimeout(() => stopWith(late(`silent for ${limits.silenceMs} ms`)), limits.silenceMs);
  let cancelSilence = silence();
  return {
    signal: limit.signal,
    heard: () => {
      cancelSilence();
      cancelSilence = silence();
    },
    guard: (work) =>
      new Promise((resolve, reject) => {
        const stop = (): void => reject(limit.signal.reason as ModelError);
        if (limit.signal.aborted) stop();
        limit.signal.addEventListener('abort', stop, { once: true });
        work
          .then(resolve, (error: unknown) => reject(limit.signal.aborted ? (limit.signal.reason as ModelError) : networkError(name, error)))
          .finally(() => limit.signal.removeEventListener('abort', stop));
      }),
    end: () => {
      signal.removeEventListener('abort', onAbort);
      cancelWhole();
      cancelSilence();
      // Whatever is still being sent is of no more use.
      if (!limit.signal.aborted) limit.abort();
    },
  };
}

async function send(dispatcher: Agent, clock: Pick<Clock, 'now'>, call: PostRequest, watch: Watch): Promise<AsyncIterable<Uint8Array>> {
  const { url, headers, body, name } = call;
  watch.signal.throwIfAborted();
  const options = {
    dispatcher,
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body,
    signal: watch.signal,
  } as const;
  const answer = await request(url, options);
  watch.heard();
  if (answer.statusCode === 200) return answer.body;
  const detail = await beginningOf(answer.body);
  throw refusal(name, answer.statusCode, detail, retryAfterOf(answer.headers['retry-after'], clock));
}

async function* bounded(body: AsyncIterable<Uint8Array>, { name, limits }: PostRequest, watch: Watch): AsyncIterable<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  let bytes = 0;
  for (;;) {
    const { done, value } = await watch.guard(chunks.next());
    if (done === true) return;
    watch.heard();
    bytes += value.byteLength;
    if (bytes > limits.maxBytes) {
      throw new ModelError('TooLarge', `${name}: its answer is larger than ${limits.maxBytes} bytes`, { mayHaveSpent: true });
    }
    yield value;
  }
}

async function beginningOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > LONGEST_ERROR_BODY) break;
  }
  return Buffer.concat(chunks).toString('utf8').slice(0, LONGEST_ERROR_BODY);
}

/** What the body says decides between reasons and is not repeated: servers quote the prompt, and strangers fill prompts. */
function refusal(name: string, status: number, detail: string, retryAfterMs: number | undefined): ModelError {
  const reason = failureOfStatus(status, detail);
  return new ModelError(reason, `${name}: HTTP ${status}${WORDS[reason] ?? ''}`, { retryAfterMs });
}

const WORDS: Readonly<Record<string, string>> = {
  ContextExceeded: ', the prompt does not fit into its context',
  NoTools: ', it cannot call tools',
  NotFound: ', it has no such model or address',
  Forbidden: ', it wants other credentials',
};

/** Seconds or a date (RFC 9110, 10.2.3). */
function retryAfterOf(header: string | string[] | undefined, clock: Pick<Clock, 'now'>): number | undefined {
  const text = typeof header === 'string' ? header.trim() : undefined;
  if (text === undefined) return undefined;
  if (/^\d{1,9}(?:\.\d{1,3})?$/u.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - clock.now());
}

/** Only the code of a network error is told: its message may hold addresses and more. */
function networkError(name: string, error: unknown): ModelError {
  if (error instanceof ModelError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no connection';
  const neverSent = code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'UND_ERR_CONNECT_TIMEOUT';
  const reason = code.endsWith('TIMEOUT') ? 'TimedOut' : 'Unavailable';
  return new ModelError(reason, `${name}: ${code}`, { cause: error, mayHaveSpent: !neverSent });
}
