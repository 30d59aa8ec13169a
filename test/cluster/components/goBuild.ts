/**
 * Builds a component from the Go module proxy that the environment names, in a throw-away module.
 *
 * One build of a module runs at a time, also between processes: the programs of Kubernetes share most of their packages,
 * and the second finds them in Go's build cache.
 */
import { chmod, copyFile, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { withLock } from '../lib/lock.ts';
import { gatherHeaders } from './cHeaders.ts';
import type { Component, GoRecipe } from './components.ts';
import type { Go } from './go.ts';
import { throwAwayGoMod, toolsFile } from './goModule.ts';

const moduleDownload = z.object({ Dir: z.string(), GoMod: z.string() });

const DOWNLOAD_SECONDS = 600;
const BUILD_SECONDS = 3600;
const HEADERS = 'headers';

export interface BuildSteps {
  readonly onStep: (step: string) => void;
}

export async function buildInto(folder: string, { name, build }: Component, go: Go, { onStep }: BuildSteps): Promise<void> {
  const lock = { purpose: `building ${name}`, onWait: (holder: string) => onStep(`waiting for ${holder}`) };
  await withLock(`go-module ${build.module}@${build.version}`, lock, async () => {
    const work = join(folder, 'throw-away-module');
    await mkdir(work);
    try {
      onStep('downloading its modules');
      const module = await downloadModule(go, work, build.module, build.version);
      await writeThrowAway(go, work, build, module);
      if (build.cgo?.headers !== undefined) {
        onStep('gathering its C headers');
        await gatherHeaders(build.cgo.headers, join(work, HEADERS), onStep);
      }
      onStep('building');
      await compile(go, work, build, join(folder, name));
      for (const { from, to, module: other } of build.keep ?? []) {
        const source = other === undefined ? module : await downloadModule(go, work, other.path, other.version);
        await copyWritable(join(source.Dir, from), join(folder, to));
      }
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
}

async function downloadModule(go: Go, cwd: string, path: string, version: string): Promise<z.infer<typeof moduleDownload>> {
  const { stdout } = await go.run(['mod', 'download', '-json', `${path}@${version}`], { cwd, timeoutSeconds: DOWNLOAD_SECONDS });
  return moduleDownload.parse(JSON.parse(stdout));
}

async function writeThrowAway(go: Go, work: string, build: GoRecipe, module: z.infer<typeof moduleDownload>): Promise<void> {
  const { stdout } = await go.run(['mod', 'edit', '-json', module.GoMod], { cwd: work, timeoutSeconds: 60 });
  await writeFile(join(work, 'go.mod'), throwAwayGoMod(build, stdout));
  await writeFile(join(work, 'tools.go'), toolsFile(build.package));
  await copyFile(join(module.Dir, 'go.sum'), join(work, 'go.sum')).catch(() => {}); // tidy writes one where the module has none
  await chmod(join(work, 'go.sum'), 0o644).catch(() => {});
  // -e: packages that only tests of dependencies import may be missing on a proxy
  await go.run(['mod', 'tidy', '-e'], { cwd: work, timeoutSeconds: DOWNLOAD_SECONDS });
}

async function compile(go: Go, work: string, build: GoRecipe, output: string): Promise<void> {
  const ldflags = ['-s -w', build.ldflags].filter(Boolean).join(' ');
  const tags = build.cgo === undefined || build.cgo.tags === '' ? [] : ['-tags', build.cgo.tags];
  const args = ['build', '-mod=mod', '-trimpath', '-buildvcs=false', '-ldflags', ldflags, ...tags, '-o', output, build.package];
  const headers: Record<string, string> = build.cgo?.headers === undefined ? {} : { CGO_CPPFLAGS: `-I${join(work, HEADERS)}` };
  const env = { CGO_ENABLED: build.cgo === undefined ? '0' : '1', ...headers };
  await go.run(args, { cwd: work, env, timeoutSeconds: BUILD_SECONDS });
}

/** The module cache is read-only, and what stays in our cache must be removable. */
async function copyWritable(from: string, to: string): Promise<void> {
  await mkdir(join(to, '..'), { recursive: true });
  await cp(from, to, { recursive: true, mode: 0 });
}
