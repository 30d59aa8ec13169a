/**
 * The body of a delivery as JSON, within bounds of size and depth.
 *
 * Size is judged as the bytes come in, never by what the sender claims alone; what is too large or too deep is refused at that byte,
 * and the rest of it is not read.
 */
import { createNestingGuard } from './nesting.ts';
import { Rejection } from './rejection.ts';

export interface BodyLimits {
  readonly maxBytes: number;
  /** Levels of lists and objects. Alertmanager's own messages have four. */
  readonly maxDepth: number;
}

/** @param onBytes is told of each chunk before it is kept, and may throw to refuse it */
export async function readJson(request: Request, limits: BodyLimits, onBytes: (count: number) => void): Promise<unknown> {
  requireJson(request.headers);
  const claimed = Number(request.headers.get('content-length') ?? 0);
  if (claimed > limits.maxBytes) throw tooLarge(limits);
  const chunks = await collect(request, limits, onBytes);
  if (chunks.every(({ byteLength }) => byteLength === 0))
    throw new Rejection(400, 'not_json', 'The body is empty; send an alert message as JSON.');
  return parse(decode(chunks));
}

function requireJson(headers: Headers): void {
  const type = (headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type !== 'application/json' && !/^application\/[a-z0-9.-]+\+json$/u.test(type)) {
    throw new Rejection(
      415,
      'unsupported_media_type',
      `The content type is ${type === '' ? 'missing' : JSON.stringify(type.slice(0, 100))}; send application/json.`,
    );
  }
  const encoding = (headers.get('content-encoding') ?? 'identity').trim().toLowerCase();
  if (encoding !== 'identity' && encoding !== '') {
    throw new Rejection(
      415,
      'unsupported_encoding',
      `The content encoding ${JSON.stringify(encoding.slice(0, 100))} is not understood; send the body as it is.`,
    );
  }
}

async function collect(request: Request, limits: BodyLimits, onBytes: (count: number) => void): Promise<readonly Uint8Array[]> {
  if (request.body === null) return [];
  const isTooDeep = createNestingGuard(limits.maxDepth);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunksOf(request.body)) {
    bytes += chunk.byteLength;
    if (bytes > limits.maxBytes) throw tooLarge(limits);
    onBytes(chunk.byteLength);
    if (isTooDeep(chunk))
      throw new Rejection(400, 'too_deep', `The body is nested deeper than ${limits.maxDepth} levels; no alert message is.`);
    chunks.push(chunk);
  }
  return chunks;
}

async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw new Rejection(408, 'incomplete', 'The body broke off before its end; send it again.', { cause });
  }
}

function decode(chunks: readonly Uint8Array[]): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new Rejection(400, 'not_utf8', 'The body is not UTF-8; send JSON in UTF-8.', { cause });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Rejection(400, 'not_json', `The body is not JSON${placeIn(cause)}; send an alert message as JSON.`, { cause });
  }
}

/** Where the parser stopped, without what it saw there: that may be a secret. */
function placeIn(error: unknown): string {
  const at = error instanceof Error ? /at position ([0-9]+)/u.exec(error.message)?.[1] : undefined;
  return at === undefined ? '' : ` (at character ${at})`;
}

function tooLarge({ maxBytes }: BodyLimits): Rejection {
  return new Rejection(
    413,
    'too_large',
    `The body is larger than ${maxBytes / 2 ** 20} MiB; set max_alerts in the receiver to send fewer alerts at once.`,
  );
}
