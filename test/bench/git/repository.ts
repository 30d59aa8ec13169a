/** A repository as large as one likes: an overlay of 200 objects that is edited now and then, and files of noise that come with every commit. */
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { KustomizeBuild } from '../../../src/gitops/kustomize/build.ts';
import type { FieldEdit } from '../../../src/gitops/locate.ts';

const OBJECTS = 200;
const COMMITS = 200;
const MEBIBYTE = 2 ** 20;

export const BUILD: KustomizeBuild = {
  type: 'Kustomize',
  path: 'apps',
  patches: [],
  images: [],
  components: [],
  ignoreMissingComponents: false,
  buildMetadata: [],
  labels: {},
  annotations: {},
};

/** An image of one of the objects. */
export const TARGET = 'app-007';
export const EDIT: Omit<FieldEdit, 'target'> = {
  path: ['spec', 'template', 'spec', 'containers', { key: 'name', value: 'app' }, 'image'],
  value: 'registry.test/app:2',
};

/** Fills the first of the bare repositories, and pushes that to the others. */
export async function fillRepositories(bare: string, others: readonly string[], mebibytes: number): Promise<void> {
  const git = spawn('git', ['-C', bare, 'fast-import', '--quiet', '--force'], { stdio: ['pipe', 'inherit', 'inherit'] });
  await writeHistory(git.stdin, mebibytes);
  git.stdin.end();
  const [code] = (await once(git, 'close')) as [number | null];
  if (code !== 0) throw new Error(`git fast-import ended with ${code}`);
  for (const other of others) execFileSync('git', ['-C', bare, 'push', '--quiet', other, 'main'], { stdio: 'pipe' });
}

async function writeHistory(stream: Writable, mebibytes: number): Promise<void> {
  const names = Array.from({ length: OBJECTS }, (_, n) => `app-${String(n).padStart(3, '0')}`);
  const write = async (content: Buffer | string): Promise<void> => {
    if (!stream.write(content)) await once(stream, 'drain');
  };
  const file = async (path: string, content: Buffer | string): Promise<void> => {
    await write(`M 100644 inline ${path}\ndata ${Buffer.byteLength(content)}\n`);
    await write(content);
    await write('\n');
  };
  let noise = 0;
  for (let n = 0; n < COMMITS; n += 1) {
    await write(`commit refs/heads/main\ncommitter Ada <ada@people.test> ${1_800_000_000 + n} +0000\ndata 4\nWork\n`);
    if (n === 0) {
      await file('apps/kustomization.yaml', `resources:\n${names.map((name) => `- ${name}.yaml\n`).join('')}`);
      for (const name of names) await file(`apps/${name}.yaml`, deployment(name, 0));
    } else await file(`apps/${names[n % OBJECTS]}.yaml`, deployment(names[n % OBJECTS] ?? '', n));
    for (; noise < ((n + 1) * mebibytes) / COMMITS; noise += 1) await file(`media/${noise}.bin`, randomBytes(MEBIBYTE));
  }
}

const deployment = (name: string, version: number): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: 2
  selector:
    matchLabels: {app: ${name}}
  template:
    metadata:
      labels: {app: ${name}}
    spec:
      containers:
        - name: app
          image: registry.test/app:1.${version}
`;
