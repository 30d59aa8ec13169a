/**
 * The body of an answer, read up to a limit: of what comes over the wire, and of what it unpacks to. A small answer may unpack to
 * gigabytes; it is given up at the first byte too many.
 */

import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { ownMember } from '../../domain/ownMember.ts';
import { SourceError } from '../gap.ts';

/** What we say that we can unpack. */
export const ACCEPTED_ENCODINGS = 'gzip, deflate, br';

const UNPACKERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** @param encoding the header `content-encoding`, if there was one */
export async function readBody(body: Readable, encoding: string | undefined, maxBytes: number): Promise<Buffer> {
  // whoever reads it is told; one that is given up unread fails for nobody
  body.on('error', () => undefined);
  const name = (encoding ?? 'identity').trim().toLowerCase();
  if (name === 'identity' || name === '') return readBounded(body, maxBytes);
  const create = ownMember(UNPACKERS, name);
  if (create === undefined) {
    body.destroy();
    throw new SourceError('Malformed', 'its answer is packed in a way that was not asked for');
  }
  const unpacker = create();
  let failure: unknown;
  // what comes in is bounded too: a header of a packed stream may go on for ever without unpacking to anything
  const bounded = pipeline(boundedChunks(body, maxBytes), unpacker, (error) => {
    failure = error;
  });
  try {
    return await readBounded(bounded, maxBytes);
  } catch (error) {
    throw packedFailure(failure ?? error);
  } finally {
    body.destroy();
  }
}

function packedFailure(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!code.startsWith('Z_') && !code.startsWith('ERR_PADDING') && !code.startsWith('ERR__ERROR')) return error;
  return new SourceError('Malformed', 'its packed answer is damaged or broken off', { cause: error });
}

async function readBounded(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of boundedChunks(body, maxBytes)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* boundedChunks(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new SourceError('TooLarge', `its answer is larger than ${maxBytes} bytes`);
    yield chunk;
  }
}

/** Deeper than any answer of a source; a list that holds nothing but a list takes fifty times the memory of its text. */
const DEEPEST = 200;

export function jsonIn(body: string): unknown {
  if (isDeeperThan(DEEPEST, body)) throw new SourceError('Malformed', `its answer nests more than ${DEEPEST} deep`);
  try {
    return JSON.parse(body) as unknown;
  } catch (cause) {
    const what = body.trimStart().startsWith('<') ? 'it answered with a web page' : 'its answer is not JSON';
    throw new SourceError('Malformed', what, { cause });
  }
}

/** @param json of any kind, also none: then the answer does not matter */
function isDeeperThan(most: number, json: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < json.length; at += 1) {
    const letter = json.charCodeAt(at);
    if (letter === QUOTE) quoted = !quoted;
    else if (quoted) at += letter === BACKSLASH ? 1 : 0;
    else if (letter === OPEN_LIST || letter === OPEN_OBJECT) depth += 1;
    else if (letter === CLOSE_LIST || letter === CLOSE_OBJECT) depth -= 1;
    if (depth > most) return true;
  }
  return false;
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = Array.from('"\\[]{}', (letter) => letter.charCodeAt(0));
