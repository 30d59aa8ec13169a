/**
 * What is stored of one piece of evidence, and its digest.
 *
 * The digest is the sha256 of the whole document in a fixed order of fields: not only what was seen, but where and by which
 * query. Nothing in it depends on when or by whom it was stored, so the same observation has the same digest in every process.
 */
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';

export type Digest = `sha256:${string}`;

const evidence = z.object({
  source: z.string(),
  query: z.string(),
  mediaType: z.string(),
  /** Redacted; in a truncated one, a line says how much is missing, and where. */
  content: z.string(),
  /** Bytes of the redacted content that were left out. */
  cutBytes: z.int().min(0),
});
export type Evidence = z.infer<typeof evidence>;

export interface Packed {
  readonly digest: Digest;
  readonly gzipped: Buffer;
}

export function pack({ source, query, mediaType, content, cutBytes }: Evidence): Packed {
  const bytes = Buffer.from(JSON.stringify({ source, query, mediaType, content, cutBytes }));
  return { digest: digestOf(bytes), gzipped: gzipSync(bytes) };
}

/** Far above what is ever stored: a small object must not unpack to gigabytes. */
const MOST_UNPACKED_BYTES = 16 * 2 ** 20;

/** The evidence, if these bytes hold the one with this digest; otherwise undefined. */
export function unpack(gzipped: Uint8Array, digest: string): Evidence | undefined {
  try {
    const bytes = gunzipSync(gzipped, { maxOutputLength: MOST_UNPACKED_BYTES });
    return digestOf(bytes) === digest ? evidence.parse(JSON.parse(bytes.toString())) : undefined;
  } catch {
    return undefined;
  }
}

function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function isDigest(text: string): text is Digest {
  return /^sha256:[0-9a-f]{64}$/u.test(text);
}

export function uriOf(digest: Digest): string {
  return `evidence://sha256/${digest.slice('sha256:'.length)}`;
}
