/**
 * Official releases by download, each archive checked against the digest that `components.ts` pins.
 *
 * Where there is no network this fails in seconds, so that the next way is tried; a host that could not be reached is not
 * asked again by the same downloader. Proxies are taken from the usual variables.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EnvHttpProxyAgent, fetch } from 'undici';
import { withLock } from '../lib/lock.ts';
import { describeError } from '../lib/poll.ts';
import { run } from '../lib/run.ts';
import type { Archive, Component } from './components.ts';

const CONNECT_MS = 3000;
const SILENCE_MS = 15_000;
const WHOLE_MS = 600_000;
const UNPACK_SECONDS = 120;

export interface Downloader {
  /** Writes the component's binary into the folder. */
  fetchInto(folder: string, component: Component): Promise<void>;
  /** Why this component can't be downloaded, if that is known without trying. */
  readonly obstacle: (component: Component) => string | undefined;
}

export function createDownloader(cacheRoot: string, platform = `${process.platform}-${process.arch}`): Downloader {
  const unreachable = new Map<string, string>();

  return {
    obstacle({ download }) {
      if (download === undefined) return 'no release of it has a pinned checksum here';
      const archive = download.archives[platform];
      if (archive === undefined) return `no release for ${platform} has a pinned checksum here`;
      return unreachable.get(new URL(archive.url).host);
    },
    async fetchInto(folder, { name, download }) {
      const archive = download?.archives[platform];
      if (download === undefined || archive === undefined) throw new Error(`download ${name}: nothing is pinned for ${platform}`);
      const file = await getArchive(join(cacheRoot, 'downloads'), archive).catch((error: unknown) => {
        unreachable.set(new URL(archive.url).host, describeError(error));
        throw new Error(`download ${archive.url}`, { cause: error });
      });
      await run('tar', ['-xzf', file, '-C', folder, download.member], { timeoutSeconds: UNPACK_SECONDS });
      await rename(join(folder, download.member), join(folder, name));
      await chmod(join(folder, name), 0o755);
      await rm(join(folder, download.member.split('/')[0] ?? ''), { recursive: true, force: true });
    },
  };
}

/** Several components may lie in one archive: it is fetched once, kept, and checked each time it is used. */
function getArchive(folder: string, archive: Archive): Promise<string> {
  const file = join(folder, basename(new URL(archive.url).pathname));
  return withLock(`archive ${file}`, { purpose: `downloading ${archive.url}` }, async () => {
    const kept = existsSync(file) ? await digestOf(file) : undefined;
    if (kept !== archive.sha512Base64) await fetchFile(archive, file);
    return file;
  });
}

async function fetchFile({ url, sha512Base64 }: Archive, file: string): Promise<void> {
  const dispatcher = new EnvHttpProxyAgent({ connect: { timeout: CONNECT_MS }, headersTimeout: SILENCE_MS, bodyTimeout: SILENCE_MS });
  const draft = `${file}.part`;
  try {
    const response = await fetch(url, { dispatcher, signal: AbortSignal.timeout(WHOLE_MS) });
    if (!response.ok || response.body === null) throw new Error(`the server answers ${response.status}`);
    await mkdir(dirname(file), { recursive: true });
    await pipeline(Readable.fromWeb(response.body), createWriteStream(draft));
    const digest = await digestOf(draft);
    if (digest !== sha512Base64) throw new Error(`its sha512 is ${digest}, pinned is ${sha512Base64}`);
    await rename(draft, file);
  } finally {
    await Promise.all([rm(draft, { force: true }), dispatcher.destroy()]);
  }
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha512');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('base64');
}
