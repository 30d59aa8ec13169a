/**
 * C headers that a program needs to be built and its Go module leaves out: vendored code that has a licence or a size of its own.
 *
 * Taken from Debian packages (installed where that can be done) and from source archives on PyPI, each pinned by its digest. They are gathered
 * in one folder, so that a build in Docker finds them too.
 */
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../lib/log.ts';
import { run } from '../lib/run.ts';
import { which } from '../lib/which.ts';
import { installNeeds, type Need } from './debian.ts';

export interface CHeaders {
  /** A package, and the folder of headers that it brings. */
  readonly debian: readonly { readonly need: Need; readonly folder: string }[];
  readonly pypi: readonly {
    readonly name: string;
    readonly version: string;
    readonly sha256: string;
    /** Where in the archive the header is, and where it is looked for. */
    readonly member: string;
    readonly to: string;
  }[];
}

const FETCH_SECONDS = 300;

/** Fills `folder`, which then can be given to the compiler by `-I`. */
export async function gatherHeaders({ debian, pypi }: CHeaders, folder: string, log: Log): Promise<void> {
  await mkdir(folder, { recursive: true });
  await installNeeds(
    debian.map(({ need }) => need),
    log,
  );
  for (const { folder: from } of debian) await cp(from, join(folder, from.split('/').at(-1) ?? ''), { recursive: true });
  for (const source of pypi) await fromPyPi(source, folder);
}

async function fromPyPi({ name, version, sha256, member, to }: CHeaders['pypi'][number], folder: string): Promise<void> {
  const python = which('python3');
  if (python === undefined) throw new Error(`${name} ${version} is needed from PyPI, and there is no python3; install it with pip`);
  const work = join(folder, `.${name}`);
  await mkdir(work);
  const requirements = join(work, 'requirements.txt');
  await writeFile(requirements, `${name}==${version} --hash=sha256:${sha256}\n`);
  const download = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--no-binary', ':all:', '--dest', work, '-r', requirements];
  await run(python, download, { timeoutSeconds: FETCH_SECONDS });
  const archive = (await readdir(work)).find((file) => file.endsWith('.tar.gz'));
  if (archive === undefined) throw new Error(`pip brought no source archive of ${name} ${version}`);
  await run('tar', ['-xzf', join(work, archive), '-C', work], { timeoutSeconds: 60 });
  await mkdir(join(folder, to, '..'), { recursive: true });
  await cp(join(work, member), join(folder, to));
}
