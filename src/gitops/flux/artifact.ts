/**
 * Charts as source-controller has packaged them: fetched from it inside the cluster, and taken only if the digest is the one that it has recorded.
 *
 * The address stands in the status of an object. It is only followed to source-controller itself or to a host that the configuration lists, without
 * redirects, with a bound on time and size.
 */
import { createHash } from 'node:crypto';

export interface ChartArtifact {
  readonly url: string;
  /** `sha256:<hex>` */
  readonly digest: string;
}

export interface ChartSource {
  /** Throws where the artifact can't be had, or is another one. */
  readonly fetch: (artifact: ChartArtifact, signal?: AbortSignal) => Promise<Buffer>;
}

export interface ChartSourceOptions {
  /** Beside source-controller's Service: hosts, or host:port. */
  readonly hosts: readonly string[];
  readonly timeoutMs?: number | undefined;
}

const LARGEST = 16 * 2 ** 20;
const TIMEOUT_MS = 20_000;
/** Charts that are kept, as one plan renders its chart many times. */
const MOST_KEPT = 8;
const SOURCE_CONTROLLER = /^source-controller\.[a-z0-9-]+(?:\.svc(?:\.[a-z0-9.-]+)?)?\.?$/u;
const DIGEST = /^sha256:[0-9a-f]{64}$/u;

export function createChartSource({ hosts, timeoutMs = TIMEOUT_MS }: ChartSourceOptions): ChartSource {
  const kept = new Map<string, Buffer>();
  return {
    fetch: async ({ url, digest }, signal) => {
      const known = kept.get(digest);
      if (known !== undefined) return known;
      const address = checked(url, digest, hosts);
      const limit = AbortSignal.timeout(timeoutMs);
      const content = await download(address, signal === undefined ? limit : AbortSignal.any([signal, limit]));
      const found = `sha256:${createHash('sha256').update(content).digest('hex')}`;
      if (found !== digest) throw new Error(`fetch chart ${address.href}: it is ${found}, and should be ${digest}`);
      const [oldest] = kept.keys();
      if (kept.size >= MOST_KEPT && oldest !== undefined) kept.delete(oldest);
      kept.set(digest, content);
      return content;
    },
  };
}

function checked(url: string, digest: string, hosts: readonly string[]): URL {
  if (!URL.canParse(url) || !DIGEST.test(digest))
    throw new Error(`fetch chart ${JSON.stringify(url.slice(0, 200))}: it has no address, or no sha256 digest`);
  const address = new URL(url);
  const isPlain = ['http:', 'https:'].includes(address.protocol) && address.username === '' && address.password === '';
  const isKnown = SOURCE_CONTROLLER.test(address.hostname) || hosts.includes(address.host) || hosts.includes(address.hostname);
  if (isPlain && isKnown) return address;
  throw new Error(`fetch chart from ${address.host}: it is not source-controller’s address, nor a host that the configuration lists`);
}

async function download(address: URL, signal: AbortSignal): Promise<Buffer> {
  const answer = await fetch(address, { signal, redirect: 'error' }).catch((error: unknown) => {
    throw new Error(`fetch chart ${address.href}: source-controller does not answer`, { cause: error });
  });
  if (answer.status !== 200 || answer.body === null) throw new Error(`fetch chart ${address.href}: answered ${answer.status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > LARGEST) throw new Error(`fetch chart ${address.href}: it is more than ${LARGEST / 2 ** 20} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
