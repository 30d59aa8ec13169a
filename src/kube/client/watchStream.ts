/**
 * The body of a watch as events: one JSON document a line.
 *
 * Whatever can't be read as such ends the stream with an error, so that the watcher resumes from the last good event instead
 * of losing one in silence. A line that is cut off by the end of the stream counts as that.
 */

import type { WatchEvent } from '../client.ts';
import { ConnectionError } from '../errors.ts';
import type { KubeObject } from '../object.ts';
import { watchError } from './answers.ts';

/** Twice what etcd stores of an object by default, with room for the JSON of its metadata. */
const LONGEST_LINE = 8 * 2 ** 20;

export async function* watchEvents<T extends KubeObject>(chunks: AsyncIterable<Uint8Array>, what: string): AsyncGenerator<WatchEvent<T>> {
  for await (const line of linesOf(chunks, what)) yield parseEvent<T>(line, what);
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>, what: string): AsyncGenerator<string> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      parts.push(chunk.subarray(start, end));
      yield decode(parts);
      parts = [];
      length = 0;
      start = end + 1;
    }
    if (start < chunk.length) {
      parts.push(chunk.subarray(start));
      length += chunk.length - start;
    }
    if (length > LONGEST_LINE) throw new ConnectionError(`${what}: an event of more than ${LONGEST_LINE} bytes`, 'malformed');
  }
  if (length > 0) throw new ConnectionError(`${what}: the stream ended in the middle of an event`, 'malformed');
}

function decode(parts: readonly Uint8Array[]): string {
  const only = parts.length === 1 ? parts[0] : undefined;
  const bytes = only === undefined ? Buffer.concat(parts) : Buffer.from(only.buffer, only.byteOffset, only.byteLength);
  return bytes.toString('utf8');
}

function parseEvent<T extends KubeObject>(line: string, what: string): WatchEvent<T> {
  let event: { readonly type?: unknown; readonly object?: unknown };
  try {
    event = (JSON.parse(line) ?? {}) as typeof event;
  } catch (cause) {
    throw new ConnectionError(`${what}: an event that is not JSON`, 'malformed', { cause });
  }
  if (event.type === 'ERROR') throw watchError(what, event.object);
  const resourceVersion = versionOf(event.object);
  if (resourceVersion !== undefined) {
    if (event.type === 'BOOKMARK') return { type: 'BOOKMARK', resourceVersion };
    if (event.type === 'ADDED' || event.type === 'MODIFIED' || event.type === 'DELETED') {
      return { type: event.type, object: event.object as T };
    }
  }
  throw new ConnectionError(`${what}: an event of type ${JSON.stringify(event.type)} that is none of a watch's`, 'malformed');
}

function versionOf(object: unknown): string | undefined {
  const version = (object as { readonly metadata?: { readonly resourceVersion?: unknown } } | undefined)?.metadata?.resourceVersion;
  return typeof version === 'string' && version !== '' ? version : undefined;
}
