/**
 * An `HttpSource` whose answers are kept for some seconds, by instance and question.
 *
 * For looking around, where several steps of one investigation ask the same. Who judges whether something is over asks without it.
 */
import type { Clock } from '../clock.ts';
import { createCache } from './cache.ts';
import { SourceError } from './gap.ts';
import { explained } from './http/failure.ts';
import type { Answer, AskOptions, Endpoint, HttpSource } from './http.ts';

const TTL_MS = 15_000;
const ERROR_TTL_MS = 3_000;
/** Of JSON; parsed it takes several times as much. */
const MAX_BYTES = 8 * 2 ** 20;

export function createCachedHttp(http: HttpSource, clock: Pick<Clock, 'monotonic'>): HttpSource {
  const cache = createCache<Answer>({ clock, ttlMs: TTL_MS, errorTtlMs: ERROR_TTL_MS, maxSize: MAX_BYTES, sizeOf: ({ bytes }) => bytes });
  const ask: HttpSource['ask'] = async (endpoint, path, options = {}, signal) => {
    try {
      return await cache.get(keyOf(endpoint, path, options), (shared) => http.ask(endpoint, path, options, shared), signal);
    } catch (error) {
      if (error instanceof SourceError) throw error;
      throw explained(endpoint.name, signal?.aborted === true ? new SourceError('TimedOut', 'the time was up') : error);
    }
  };
  return {
    ask,
    getJson: async (endpoint, path, query, signal) => (await ask(endpoint, path, { query }, signal)).json,
    close: () => http.close(),
  };
}

/** Instances of different kinds may have one name; their addresses differ, and so may what they are shown. */
function keyOf({ name, url, tenant, headers }: Endpoint, path: string, { query, body }: AskOptions): string {
  const sent = body instanceof URLSearchParams ? body.toString() : body?.json;
  return JSON.stringify([name, url, tenant, headers, path, query?.toString(), sent]);
}
