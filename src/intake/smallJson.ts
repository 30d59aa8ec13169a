/** The body of a small message as JSON: one that is read as a whole, and refused where it is larger than any such message. */
import { Rejection } from './rejection.ts';

export const MOST_BYTES = 256 * 1024;

export async function readSmallJson(body: AsyncIterable<Uint8Array>): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES)
      throw new Rejection(413, 'too_large', `The body is larger than ${MOST_BYTES / 1024} KiB; no message of this sort is.`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch (cause) {
    throw new Rejection(400, 'not_json', 'The body is not JSON in UTF-8.', { cause });
  }
}
