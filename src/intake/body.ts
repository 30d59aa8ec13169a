/**
 * The body of a delivery as it comes in, unpacked and within bounds of size.
 *
 * Size is judged by the bytes that come, packed and unpacked, never by what the sender claims alone; what is too large is refused at that
 * byte, and the rest of it is not read.
 */
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Rejection } from './rejection.ts';

export interface BodyLimits {
  /** Of the body as it is sent, and of the body unpacked. */
  readonly maxBytes: number;
  /** What a sender of too much may do; absent: what a receiver of Alertmanager may. */
  readonly advice?: string | undefined;
}

/** @param onBytes is told of each chunk before it is handed on, and may throw to refuse it */
export async function* bodyOf(request: Request, limits: BodyLimits, onBytes: (count: number) => void): AsyncGenerator<Uint8Array> {
  requireJson(request.headers);
  yield* bytesOf(request, limits, onBytes);
}

/** The same of whatever type. */
export async function* bytesOf(request: Request, limits: BodyLimits, onBytes: (count: number) => void): AsyncGenerator<Uint8Array> {
  const isPacked = isGzip(request.headers);
  const claimed = Number(request.headers.get('content-length') ?? 0);
  if (claimed > limits.maxBytes) throw tooLarge(limits);
  if (request.body === null) return;
  const arriving = within(received(request.body), limits);
  const body = isPacked ? within(unpacked(arriving), limits) : arriving;
  for await (const chunk of body) {
    onBytes(chunk.byteLength);
    yield chunk;
  }
}

function requireJson(headers: Headers): void {
  const type = (headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/json' || /^application\/[a-z0-9.-]+\+json$/u.test(type)) return;
  throw new Rejection(
    415,
    'unsupported_media_type',
    `The content type is ${type === '' ? 'missing' : JSON.stringify(type.slice(0, 100))}; send application/json.`,
  );
}

function isGzip(headers: Headers): boolean {
  const encoding = (headers.get('content-encoding') ?? 'identity').trim().toLowerCase();
  if (encoding === 'gzip' || encoding === 'x-gzip') return true;
  if (encoding === 'identity' || encoding === '') return false;
  throw new Rejection(
    415,
    'unsupported_encoding',
    `The content encoding ${JSON.stringify(encoding.slice(0, 100))} is not understood; send the body as it is, or by gzip.`,
  );
}

async function* received(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    if (cause instanceof Rejection) throw cause;
    throw new Rejection(408, 'incomplete', 'The body broke off before its end; send it again.', { cause });
  }
}

/** By zlib's own stream: the platform's DecompressionStream throws where nobody can catch it when it is left in the middle. */
async function* unpacked(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const [source, gunzip] = [Readable.from(body, { objectMode: false }), createGunzip()];
  source.on('error', (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  try {
    yield* gunzip as AsyncIterable<Uint8Array>;
  } catch (cause) {
    if (cause instanceof Rejection) throw cause;
    throw new Rejection(400, 'not_gzip', 'The body is said to be packed by gzip and is not, or not to its end.', { cause });
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

async function* within(chunks: AsyncIterable<Uint8Array>, limits: BodyLimits): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    if (bytes > limits.maxBytes) throw tooLarge(limits);
    yield chunk;
  }
}

function tooLarge({ maxBytes, advice = 'set max_alerts in the receiver to send fewer alerts at once' }: BodyLimits): Rejection {
  return new Rejection(413, 'too_large', `The body is larger than ${maxBytes / 2 ** 20} MiB; ${advice}.`);
}
