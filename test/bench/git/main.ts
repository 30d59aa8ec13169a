/**
 * `make bench-git`: from nothing to a rendered edit of a large repository, beside a plain `git clone` of it, over HTTP on the loopback.
 *
 * The repositories are made: an overlay of 200 objects among incompressible files, in 200 commits. Hosts are `git http-backend`, with and without
 * partial clones, and Gitea. Prints each figure beside what is aimed at, and judges nothing.
 * `BENCH_ARGS=200` measures the smaller one alone.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { systemClock } from '../../../src/clock.ts';
import { createChartSource } from '../../../src/gitops/flux/artifact.ts';
import { createRepositories } from '../../../src/gitops/git/repositories.ts';
import { openTree } from '../../../src/gitops/git/tree.ts';
import { locateAndEdit } from '../../../src/gitops/locate.ts';
import { createRenderer } from '../../../src/gitops/render.ts';
import { startGitea } from '../../cluster/addons/gitea.ts';
import { startGitServer } from '../../cluster/addons/gitServer.ts';
import { getBinaries } from '../../cluster/components/binaries.ts';
import { openWorkspace } from '../../cluster/workspace/workspace.ts';
import { silentLogger } from '../../support/logger.ts';
import { type Figure, printFigures } from '../loop/table.ts';
import { BUILD, EDIT, fillRepositories, TARGET } from './repository.ts';

const SIZES = [
  { name: '200 MB', mebibytes: 200, aim: '≤ 10 s' },
  { name: '1 GB', mebibytes: 1000 },
] as const;

const workspace = await openWorkspace({ description: 'bench of large repositories' });
const folder = mkdtempSync(join(tmpdir(), 'bench-git-'));
try {
  const { kubectl, helm } = await getBinaries(['kubectl', 'helm'], () => undefined);
  const renderer = createRenderer({
    kubectl: kubectl.binary,
    helm: helm.binary,
    charts: createChartSource({ hosts: [] }),
    clock: systemClock,
  });
  const server = await startGitServer(workspace);
  const gitea = await startGitea(workspace);
  const [only] = process.argv.slice(2);
  for (const { name, mebibytes, ...rest } of SIZES.filter((size) => only === undefined || only === String(size.mebibytes))) {
    const figures: Figure[] = [];
    const plain = await server.createRepository(`plain-${mebibytes}`, { partial: false });
    const partial = await server.createRepository(`partial-${mebibytes}`);
    const hosted = await gitea.createRepository(`large-${mebibytes}`);
    await fillRepositories(plain.dir, [partial.dir, withLogin(hosted, gitea.admin)], mebibytes);
    figures.push({ what: `${name}: plain git clone, git http-backend`, value: seconds(() => clone(plain.url)), unit: 's' });
    figures.push({ what: `${name}: plain git clone, Gitea`, value: seconds(() => clone(hosted)), unit: 's' });
    for (const [host, url] of [
      ['git http-backend', partial.url],
      ['Gitea', hosted],
      ['a host without partial clones', plain.url],
    ] as const) {
      const { first, again, size } = await measure(url);
      figures.push({ what: `${name}: nothing to a rendered edit, ${host}`, value: first, unit: 's', ...rest });
      figures.push({ what: `${name}: once more from the mirror, ${host}`, value: again, unit: 's' });
      figures.push({ what: `${name}: size of the mirror, ${host}`, value: size, unit: 'MiB' });
    }
    printFigures(figures);
  }

  async function measure(url: string): Promise<{ readonly first: number; readonly again: number; readonly size: number }> {
    const dir = mkdtempSync(join(folder, 'mirror-'));
    const { host } = new URL(url);
    const repositories = createRepositories({ dir, credentials: [], httpHosts: [host], clock: systemClock, logger: silentLogger });
    const once = async (): Promise<number> => {
      const start = performance.now();
      const repository = await repositories.open(url);
      const tree = await openTree(repository, await repository.fetch('main'));
      const before = await renderer.render(tree, BUILD);
      if (before.kind === 'refused') throw new Error(before.message);
      const target = before.objects.find(({ metadata }) => metadata.name === TARGET);
      if (target === undefined) throw new Error(`${TARGET} is not rendered`);
      const edit = await locateAndEdit({ tree, renderer, build: BUILD, before }, { ...EDIT, target });
      if (edit.kind === 'refused') throw new Error(edit.message);
      return (performance.now() - start) / 1000;
    };
    const measured = { first: await once(), again: await once(), size: sizeOf(dir) / 2 ** 20 };
    rmSync(dir, { recursive: true });
    return measured;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
  await workspace.stop();
}

function clone(url: string): void {
  const dir = mkdtempSync(join(folder, 'clone-'));
  execFileSync('git', ['clone', '--quiet', url, dir], { stdio: 'pipe' });
  rmSync(dir, { recursive: true });
}

function withLogin(url: string, { name, token }: { readonly name: string; readonly token: string }): string {
  const login = new URL(url);
  [login.username, login.password] = [name, token];
  return login.href;
}

function seconds(work: () => void): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}

function sizeOf(dir: string): number {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}
