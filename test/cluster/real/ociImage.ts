/**
 * An OCI image (image-spec v1) with a single layer, made of a folder, as one tar file that containerd imports.
 *
 * Reproducible: the same folder gives the same digests. The layer is not compressed, as it never travels.
 */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { entriesBelow, type TarEntry, tar, textEntry } from './tar.ts';

export interface ImageConfig {
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  /** `NAME=value` each. */
  readonly env?: readonly string[];
  readonly workingDir?: string;
  readonly user?: string;
}

const LAYER = 'application/vnd.oci.image.layer.v1.tar';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const ARCHITECTURE: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };
const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Writes the image under every one of the names, which are full references like `example.test/name:tag`. */
export async function writeOciImage(file: string, rootDir: string, names: readonly string[], config: ImageConfig): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'oci-image-'));
  try {
    const layerFile = join(scratch, 'layer.tar');
    const layer = await writeLayer(layerFile, rootDir);
    const configBlob = blob(CONFIG, imageConfig(config, layer.digest));
    const manifest = { schemaVersion: 2, mediaType: MANIFEST, config: configBlob.descriptor, layers: [layer] };
    const manifestBlob = blob(MANIFEST, manifest);
    // containerd takes the image's name from this annotation
    const named = names.map((name) => ({ ...manifestBlob.descriptor, annotations: { 'io.containerd.image.name': name } }));
    const entries: TarEntry[] = [
      textEntry('oci-layout', JSON.stringify({ imageLayoutVersion: '1.0.0' })),
      textEntry('index.json', JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: named })),
      textEntry(blobPath(configBlob.descriptor.digest), configBlob.text),
      textEntry(blobPath(manifestBlob.descriptor.digest), manifestBlob.text),
      { kind: 'file', path: blobPath(layer.digest), mode: 0o644, size: layer.size, content: { file: layerFile } },
    ];
    await pipeline(Readable.from(tar(entries)), createWriteStream(file));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

async function writeLayer(file: string, rootDir: string): Promise<Descriptor> {
  const hash = createHash('sha256');
  const hashed = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of tar(entriesBelow(rootDir))) {
      hash.update(chunk);
      yield chunk;
    }
  };
  await pipeline(Readable.from(hashed()), createWriteStream(file));
  return { mediaType: LAYER, digest: `sha256:${hash.digest('hex')}`, size: (await stat(file)).size };
}

function imageConfig({ entrypoint, command, env = [], workingDir, user }: ImageConfig, layerDigest: string): object {
  return {
    architecture: ARCHITECTURE[process.arch] ?? process.arch,
    os: 'linux',
    config: { Env: [PATH, ...env], Entrypoint: entrypoint, Cmd: command, WorkingDir: workingDir, User: user },
    rootfs: { type: 'layers', diff_ids: [layerDigest] },
  };
}

function blob(mediaType: string, content: object): { readonly text: string; readonly descriptor: Descriptor } {
  const text = JSON.stringify(content);
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  return { text, descriptor: { mediaType, digest, size: Buffer.byteLength(text) } };
}

const blobPath = (digest: string): string => `blobs/${digest.replace(':', '/')}`;
