import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Component } from '../../../cluster/components/components.ts';
import { createDownloader } from '../../../cluster/components/download.ts';
import { type ResolveContext, resolve } from '../../../cluster/components/resolve.ts';

const NO_GO = 'no go on PATH; no docker on PATH';

let root: string;
let server: Server;
let requests: string[];
let archive: Buffer;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'resolve-test-'));
  requests = [];
  archive = packArchive('release');
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    response.end(archive);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});

afterEach(() => {
  server.close();
  rmSync(root, { recursive: true, force: true });
});

describe('resolve', () => {
  test('takes what KUBEBUILDER_ASSETS points to when its version fits', async () => {
    put('assets/tool', 'tool v1.2.9');
    put('cache/tool-v1.2.3/tool', 'cached');
    const found = await resolve(tool(), context({ KUBEBUILDER_ASSETS: join(root, 'assets') }));
    expect(found).toEqual({ binary: join(root, 'assets/tool'), origin: `KUBEBUILDER_ASSETS (${join(root, 'assets/tool')})` });
  });

  test('takes a fitting version from PATH', async () => {
    put('bin/tool', 'tool v1.2.0');
    expect((await resolve(tool(), context({ PATH: join(root, 'bin') }))).binary).toBe(join(root, 'bin/tool'));
  });

  test('passes over a version that does not fit, to the cache', async () => {
    put('bin/tool', 'tool v0.9.0');
    put('cache/tool-v1.2.3/tool', 'cached');
    expect(await resolve(tool(), context({ PATH: join(root, 'bin') }))).toEqual({
      binary: join(root, 'cache/tool-v1.2.3/tool'),
      origin: 'cache (v1.2.3)',
    });
    expect(requests).toEqual([]);
  });

  test('downloads a release whose checksum is the pinned one, and keeps it', async () => {
    const { binary, origin } = await resolve(tool({ pinned: archive }), context());
    expect(execFileSync(binary, { encoding: 'utf8' })).toBe('release\n');
    expect(origin).toMatch(/^downloaded in \d+ s$/);
    expect((await resolve(tool({ pinned: archive }), context())).origin).toBe('cache (v1.2.3)');
    expect(requests).toEqual(['/tool.tar.gz']);
  });

  test('fetches an archive once for two components that lie in it', async () => {
    const shared = context();
    await Promise.all([resolve(tool({ pinned: archive }), shared), resolve(tool({ pinned: archive, version: 'v1.2.4' }), shared)]);
    expect(requests).toEqual(['/tool.tar.gz']);
  });

  test('refuses a release with another checksum, says both, and leaves nothing in the cache', async () => {
    const attempt = resolve(tool({ pinned: Buffer.from('something else') }), context());
    await expect(attempt).rejects.toThrow(`its sha512 is ${sha512(archive)}, pinned is ${sha512(Buffer.from('something else'))}`);
    expect(existsSync(join(root, 'cache/tool-v1.2.3'))).toBe(false);
  });

  test('names every way and why it did not do when none works', async () => {
    put('bin/tool', 'tool v0.9.0');
    const { reason } = await resolve(tool({ platform: 'plan9-mips' }), context({ PATH: join(root, 'bin') })).then(
      () => ({ reason: '' }),
      (error: Error) => ({ reason: error.message }),
    );
    expect(reason).toBe(
      `get tool v1.2.3: yours: ${join(root, 'bin/tool')} from PATH is not like v1.2.3: "tool v0.9.0"; ` +
        `cache: not in ${join(root, 'cache')}; release: no release for ${process.platform}-${process.arch} has a pinned checksum here; build: ${NO_GO}`,
    );
  });

  test('does not ask a host again that could not be reached', async () => {
    server.close();
    const shared = context();
    await expect(resolve(tool({ pinned: archive }), shared)).rejects.toThrow('release: download http://127.0.0.1');
    await expect(resolve(tool({ pinned: archive }), shared)).rejects.toThrow(/release: fetch failed/);
  });

  test('takes a cached folder for missing when files of a newer recipe are not in it', async () => {
    put('cache/tool-v1.2.3/tool', 'cached');
    const withCrds = { ...tool(), build: { ...tool().build, keep: [{ from: 'crds', to: 'crds' }] } };
    await expect(resolve(withCrds, context())).rejects.toThrow('cache: not in');
  });
});

function context(env: NodeJS.ProcessEnv = {}): ResolveContext {
  const cacheRoot = join(root, 'cache');
  const findGo = () => Promise.resolve({ reason: NO_GO });
  return { cacheRoot, env: { PATH: '', ...env }, log: () => {}, downloader: createDownloader(cacheRoot), findGo };
}

interface ToolOptions {
  readonly pinned?: Buffer;
  readonly version?: string;
  readonly platform?: string;
}

function tool({ pinned, version = 'v1.2.3', platform = `${process.platform}-${process.arch}` }: ToolOptions = {}): Component {
  const { port } = (server.address() as AddressInfo | null) ?? { port: 1 };
  const url = `http://127.0.0.1:${port}/tool.tar.gz`;
  return {
    name: 'tool',
    version,
    inEnvtest: true,
    accepts: { args: ['--version'], output: /v1\.2\.\d+/ },
    download: { member: 'pack/tool', archives: { [platform]: { url, sha512Base64: sha512(pinned ?? Buffer.alloc(0)) } } },
    build: { module: 'example.test/tool', version, package: 'example.test/tool' },
  };
}

/** A program that prints the text, whatever it is asked. */
function put(path: string, says: string): void {
  const file = join(root, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho "${says}"\n`);
  chmodSync(file, 0o755);
}

function packArchive(says: string): Buffer {
  put('packing/pack/tool', says);
  execFileSync('tar', ['-czf', join(root, 'packed.tar.gz'), '-C', join(root, 'packing'), 'pack']);
  return readFileSync(join(root, 'packed.tar.gz'));
}

const sha512 = (content: Buffer): string => createHash('sha512').update(content).digest('base64');
