/**
 * Official releases by download, each archive checked against the digest that `components.ts` pins.
 *
 * Where there is no network this fails in seconds, so that the next way is tried; a host that could not be reached is not
 * asked again by the same downloader. Proxies are taken from the usual variables.
 */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EnvHttpProxyAgent, fetch } from 'undici';
import { describeError } from '../lib/poll.ts';
import { run } from '../lib/run.ts';
import type { Component } from './components.ts';

const CONNECT_MS = 3000;
const SILENCE_MS = 15_000;
const WHOLE_MS = 600_000;

export interface Downloader {
  /** Writes the component's binary into the folder. */
  fetchInto(folder: string, component: Component): Promise<void>;
  /** Why this component can't be downloaded, if that is known without trying. */
  obstacle(component: Component): string | undefined;
}

export function createDownloader(platform = `${process.platform}-${process.arch}`): Downloader {
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
      const file = join(folder, 'archive.tar.gz');
      await fetchFile(archive, file).catch((error: unknown) => {
        unreachable.set(new URL(archive.url).host, describeError(error));
        throw new Error(`download ${archive.url}`, { cause: error });
      });
      await run('tar', ['-xzf', file, '-C', folder, download.member], { timeoutSeconds: 120 });
      await rename(join(folder, download.member), join(folder, basename(download.member)));
      await chmod(join(folder, name), 0o755);
      await Promise.all([rm(file), rm(join(folder, download.member.split('/')[0] ?? ''), { recursive: true, force: true })]);
    },
  };
}

async function fetchFile({ url, sha512Base64 }: { readonly url: string; readonly sha512Base64: string }, file: string): Promise<void> {
  const dispatcher = new EnvHttpProxyAgent({ connect: { timeout: CONNECT_MS }, headersTimeout: SILENCE_MS, bodyTimeout: SILENCE_MS });
  try {
    const response = await fetch(url, { dispatcher, signal: AbortSignal.timeout(WHOLE_MS) });
    if (!response.ok || response.body === null) throw new Error(`the server answers ${response.status}`);
    await mkdir(join(file, '..'), { recursive: true });
    const hash = createHash('sha512');
    const body = Readable.fromWeb(response.body);
    body.on('data', (chunk: Buffer) => hash.update(chunk));
    await pipeline(body, createWriteStream(file));
    const digest = hash.digest('base64');
    if (digest !== sha512Base64) throw new Error(`its sha512 is ${digest}, pinned is ${sha512Base64}`);
  } finally {
    await dispatcher.destroy();
  }
}
