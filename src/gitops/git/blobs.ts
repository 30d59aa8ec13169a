/**
 * Files' contents by their ids, fetched from the host where the mirror has them not yet: all that one reading needs in one request.
 *
 * Mirrors of manifests hold every commit and every tree, and only the blobs that somebody has asked for (`repositories.ts`). Git itself would fetch a
 * missing one behind our back, one at a time; the mirror's own commands are not told that it could, so that what reaches the network is in this file.
 */
import { GitError } from '../errors.ts';
import type { CallLimits, Repository } from './repositories.ts';

/** Largest file, and most at once, in bytes. What is larger is no manifest. */
const LARGEST_FILE = 4 * 2 ** 20;
const MOST_BYTES = 64 * 2 ** 20;
/** Room for the headers between the files. */
const MOST_OUTPUT = MOST_BYTES + 16 * 2 ** 20;

/** Rejects with a GitError: of kind `TooLarge` beyond the limits. */
export async function readBlobs(
  repository: Repository,
  oids: readonly string[],
  { signal }: CallLimits = {},
): Promise<ReadonlyMap<string, Buffer>> {
  if (oids.length === 0) return new Map();
  const sizes = await fetchBlobs(repository, oids, { signal });
  const tooLarge = [...sizes].find(([, size]) => size > LARGEST_FILE);
  if (tooLarge !== undefined) {
    throw new GitError('TooLarge', `a file of ${repository.url} (${tooLarge[0]}) is larger than ${LARGEST_FILE / 2 ** 20} MiB`);
  }
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  if (total > MOST_BYTES)
    throw new GitError('TooLarge', `the files that are read of ${repository.url} are more than ${MOST_BYTES / 2 ** 20} MiB`);
  const input = `${[...sizes.keys()].join('\n')}\n`;
  return parseBatch(await repository.must({ args: ['cat-file', '--batch', '--buffer'], input, signal, maxBytes: MOST_OUTPUT }));
}

/** Sees to it that the mirror has them all; gives their sizes in bytes. */
export async function fetchBlobs(
  repository: Repository,
  oids: readonly string[],
  { signal }: CallLimits = {},
): Promise<ReadonlyMap<string, number>> {
  const wanted = [...new Set(oids)];
  const here = await sizesOf(repository, wanted, { signal });
  const missing = wanted.filter((oid) => !here.has(oid));
  if (missing.length === 0) return here;
  await repository.fetchObjects(missing, { signal });
  const fetched = await sizesOf(repository, missing, { signal });
  const lost = missing.find((oid) => !fetched.has(oid));
  if (lost !== undefined) throw new GitError('NotFound', `${repository.url} has no file ${lost}, which one of its commits names`);
  return new Map([...here, ...fetched]);
}

async function sizesOf(repository: Repository, oids: readonly string[], { signal }: CallLimits): Promise<Map<string, number>> {
  const input = `${oids.join('\n')}\n`;
  const answer = await repository.must({ args: ['cat-file', '--batch-check', '--buffer'], input, signal });
  const sizes = new Map<string, number>();
  for (const line of answer.toString('latin1').split('\n')) {
    const [oid = '', type, size] = line.split(' ');
    if (oid === '' || type === 'missing') continue;
    if (type !== 'blob') throw new GitError('Failed', `read ${oid} of ${repository.url}: it is no file`);
    sizes.set(oid, Number(size));
  }
  return sizes;
}

function parseBatch(answer: Buffer): ReadonlyMap<string, Buffer> {
  const blobs = new Map<string, Buffer>();
  for (let at = 0; at < answer.length; ) {
    const end = answer.indexOf(0x0a, at);
    const [oid = '', , size = ''] = answer.subarray(at, end).toString('latin1').split(' ');
    blobs.set(oid, Buffer.from(answer.subarray(end + 1, end + 1 + Number(size))));
    at = end + 1 + Number(size) + 1;
  }
  return blobs;
}
