/**
 * One watch request, from its start until the API server ends it.
 *
 * Ends by itself, too, when it was promised events or bookmarks and not a byte came for too long: a connection can die
 * without either side being told.
 */
import type { Clock } from '../../clock.ts';
import type { WatchEvent, WatchOptions } from '../client.ts';
import { ConnectionError } from '../errors.ts';
import { type KubeObject, type ResourceType, resourceName } from '../object.ts';
import { apiError } from './answers.ts';
import type { Headers } from './call.ts';
import { collectionPath, withQuery } from './resourcePath.ts';
import type { Transport, TransportResponse } from './transport.ts';
import { watchEvents } from './watchStream.ts';

/** The API server bookmarks a watch once a minute: a stream that is silent for longer is broken, or of a kind without bookmarks. */
const DEFAULT_SILENCE_MS = 90_000;
/** Until the headers: those of a watch come at once. */
const ANSWER_MS = 30_000;

export async function* watchOnce<T extends KubeObject>(
  transport: Transport,
  clock: Clock,
  identity: Headers,
  resource: ResourceType<T>,
  options: WatchOptions,
): AsyncGenerator<WatchEvent<T>> {
  const what = `watch ${resourceName(resource)}`;
  const watchdog = createWatchdog(clock, options.signal, (ms) => {
    return new ConnectionError(`${what}: ${transport.place.server} was silent for ${ms} ms`, 'timeout');
  });
  try {
    watchdog.expectWithin(ANSWER_MS);
    const request = { what, method: 'GET', path: watchPath(resource, options), headers: identity, lane: 'watch' } as const;
    const answer = await transport.send({ ...request, signal: watchdog.signal });
    if (answer.status !== 200) throw await refusal(what, transport, answer);
    options.onOpen?.();
    yield* watchEvents<T>(watched(answer.body, watchdog, options.silenceMs ?? DEFAULT_SILENCE_MS), what);
  } catch (error) {
    if (watchdog.signal.aborted) throw watchdog.signal.reason;
    throw isOurs(error) ? error : transport.broken(what, error);
  } finally {
    watchdog.stop();
  }
}

function watchPath(resource: ResourceType, options: WatchOptions): string {
  const { namespace, labelSelector, fieldSelector, resourceVersion, timeoutSeconds } = options;
  const query = { watch: 1, allowWatchBookmarks: true, labelSelector, fieldSelector, resourceVersion, timeoutSeconds };
  return withQuery(collectionPath(resource, namespace), query);
}

async function refusal(what: string, transport: Transport, answer: TransportResponse): Promise<Error> {
  const [retryAfter, contentType] = [answer.header('retry-after'), answer.header('content-type') ?? ''];
  return apiError(what, { status: answer.status, retryAfter, contentType, body: await answer.body.text() }, transport.place);
}

async function* watched(chunks: AsyncIterable<Uint8Array>, watchdog: Watchdog, silenceMs: number): AsyncGenerator<Uint8Array> {
  watchdog.expectWithin(silenceMs);
  for await (const chunk of chunks) {
    watchdog.expectWithin(silenceMs);
    yield chunk;
  }
}

interface Watchdog {
  readonly signal: AbortSignal;
  expectWithin(ms: number): void;
  stop(): void;
}

function createWatchdog(clock: Clock, outer: AbortSignal | undefined, late: (ms: number) => Error): Watchdog {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(outer?.reason);
  outer?.addEventListener('abort', onAbort, { once: true });
  if (outer?.aborted === true) onAbort();
  let cancel = (): void => undefined;
  return {
    signal: controller.signal,
    expectWithin: (ms) => {
      cancel();
      cancel = clock.setTimeout(() => controller.abort(late(ms)), ms);
    },
    stop: () => {
      cancel();
      outer?.removeEventListener('abort', onAbort);
      // Ends the request if the reader left before the stream did.
      controller.abort(new Error('the watch was left'));
    },
  };
}

const isOurs = (error: unknown): boolean => error instanceof Error && (error.name === 'ApiError' || error.name === 'ConnectionError');
