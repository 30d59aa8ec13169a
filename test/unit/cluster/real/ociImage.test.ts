import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeOciImage } from '../../../cluster/real/ociImage.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oci-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const LONG = `${'long'.repeat(20)}/${'name'.repeat(20)}`;

describe('writeOciImage', () => {
  test('is an OCI layout whose blobs are what their names say', async () => {
    const { index, blob } = await image(rootFolder());
    expect(index.manifests.map(({ annotations }) => annotations['io.containerd.image.name'])).toEqual(['a.test/x:1', 'a.test/x:2']);
    const manifest = blob(index.manifests[0]?.digest);
    const config = blob(manifest.config.digest);
    expect(config.config).toMatchObject({ Entrypoint: ['/bin/run'], Env: [expect.stringMatching(/^PATH=/), 'MODE=test'] });
    expect(config.rootfs.diff_ids).toEqual([manifest.layers[0].digest]);
  });

  test('keeps contents, modes, links and names of any length', async () => {
    const { layer } = await image(rootFolder());
    const out = join(folder, 'out');
    mkdirSync(out);
    execFileSync('tar', ['-xpf', layer, '-C', out], { stdio: ['ignore', 'ignore', 'inherit'] });
    expect(readFileSync(join(out, 'bin/run'), 'utf8')).toBe('#!/bin/sh\n');
    expect(statSync(join(out, 'bin/run')).mode & 0o7777).toBe(0o755);
    expect(statSync(join(out, 'tmp')).mode & 0o7777).toBe(0o1777);
    expect(readlinkSync(join(out, 'bin/sh'))).toBe('run');
    expect(readlinkSync(join(out, 'far'))).toBe(`/${LONG}`);
    expect(readFileSync(join(out, LONG), 'utf8')).toBe('x'.repeat(1000));
  });

  test('gives the same bytes for the same folder', async () => {
    const root = rootFolder();
    const once = await image(root, 'once.tar');
    const again = await image(root, 'again.tar');
    expect(again.digest).toBe(once.digest);
  });
});

function rootFolder(): string {
  const root = join(folder, 'root');
  for (const name of ['bin', 'tmp', LONG.split('/')[0] ?? '']) mkdirSync(join(root, name), { recursive: true });
  writeFileSync(join(root, 'bin/run'), '#!/bin/sh\n');
  chmodSync(join(root, 'bin/run'), 0o755);
  chmodSync(join(root, 'tmp'), 0o1777);
  symlinkSync('run', join(root, 'bin/sh'));
  symlinkSync(`/${LONG}`, join(root, 'far'));
  writeFileSync(join(root, LONG), 'x'.repeat(1000));
  return root;
}

async function image(root: string, name = 'image.tar') {
  const archive = join(folder, name);
  await writeOciImage(archive, root, ['a.test/x:1', 'a.test/x:2'], { entrypoint: ['/bin/run'], env: ['MODE=test'] });
  const unpacked = mkdtempSync(join(folder, 'unpacked-'));
  execFileSync('tar', ['-xf', archive, '-C', unpacked]);
  const index = JSON.parse(readFileSync(join(unpacked, 'index.json'), 'utf8')) as {
    manifests: { digest: string; annotations: Record<string, string> }[];
  };
  const blob = (digest = '') => {
    const content = readFileSync(blobFile(unpacked, digest));
    expect(sha256(content)).toBe(digest);
    return JSON.parse(content.toString('utf8'));
  };
  const layer = blobFile(unpacked, blob(index.manifests[0]?.digest).layers[0].digest);
  return { index, blob, layer, digest: sha256(readFileSync(archive)) };
}

const blobFile = (unpacked: string, digest: string): string => join(unpacked, 'blobs', ...digest.split(':'));
const sha256 = (content: Buffer): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;
