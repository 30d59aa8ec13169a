/** A file that should be a snapshot, to JSON: bounded before it is in memory, and what is wrong with it in words that say what to do. */
import { createReadStream } from 'node:fs';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

/** Not a snapshot: the message says which file, what is wrong, and what to do. */
export class BundleError extends Error {
  override readonly name = 'BundleError';
}

const LARGEST_MIB = 256;
const LARGEST = LARGEST_MIB * 2 ** 20;

/** The text of a file, plain or gzipped. */
export async function readText(path: string): Promise<string> {
  const bytes = await bytesOf(path);
  if (bytes.length === 0) throw new BundleError(`${path}: is empty; copy it, or collect it, again`);
  const isZipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return (isZipped ? await inflated(path, bytes) : bytes).toString('utf8');
}

const READING: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'is a folder; name the file that agent-sre collect wrote',
  EACCES: 'may not be read by you; its owner alone may read what agent-sre collect writes',
};

async function bytesOf(path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > LARGEST) break;
      chunks.push(chunk);
    }
  } catch (error) {
    const known = READING[codeOf(error)];
    if (known !== undefined) throw new BundleError(`${path}: ${known}`);
    throw new BundleError(`${path}: cannot be read`, { cause: error });
  }
  if (size > LARGEST) throw tooLarge(path);
  return Buffer.concat(chunks);
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

const tooLarge = (path: string): BundleError =>
  new BundleError(
    `${path}: holds more than ${LARGEST_MIB} MiB, which no snapshot of one namespace is; name the file that agent-sre collect wrote`,
  );

const cutOff = (path: string): BundleError => new BundleError(`${path}: ends in the middle; copy it, or collect it, again`);

async function inflated(path: string, bytes: Uint8Array): Promise<Buffer> {
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: LARGEST });
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(path);
    if (codeOf(error) === 'Z_BUF_ERROR') throw cutOff(path);
    throw new BundleError(`${path}: is damaged gzip; copy it, or collect it, again`, { cause: error });
  }
}

/** What the file holds is never told: it may be anything, a key too. */
export function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    const at = /at position (\d+)/u.exec(message)?.[1];
    if (/end of JSON input|Unterminated/u.test(message) || Number(at) >= text.length) throw cutOff(path);
    const where = /line \d+ column \d+/u.exec(message)?.[0];
    throw new BundleError(`${path}: is not JSON${where === undefined ? '' : ` at ${where}`}; name the file that agent-sre collect wrote`);
  }
}
