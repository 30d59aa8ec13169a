/**
 * Makes the three subjects of the comparison runnable: ours and `@dot-i/k8s-operator` as bundles, as an operator is shipped; controller-runtime
 * built from the Go module proxy in a throw-away module, and kept in the cache.
 */
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { cachedBinary, cacheRoot, fillCache } from '../../cluster/components/cache.ts';
import { findGo } from '../../cluster/components/go.ts';

const CONTROLLER_RUNTIME = 'v0.24.1';
const BUILD_SECONDS = 1800;
const NAME = 'bench-controller-runtime';
/** As the operator is started: a service with a small working set does better with a small heap. The same for both programs on Node. */
const NODE_FLAGS = ['--max-semi-space-size=4', '--optimize-for-size'];

export interface Subject {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** It can elect a leader, and does in the idle measure. */
  readonly elects: boolean;
}

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** @param folder for the bundles */
export async function buildSubjects(folder: string, log: (line: string) => void): Promise<readonly Subject[]> {
  const subjects: Subject[] = [
    { name: 'src/kube', command: process.execPath, args: [...NODE_FLAGS, await bundle(folder, 'ours')], elects: true },
    { name: '@dot-i/k8s-operator 1.3.9', command: process.execPath, args: [...NODE_FLAGS, await bundle(folder, 'dotI')], elects: false },
  ];
  const binary = await controllerRuntime(log);
  if (binary !== undefined) subjects.push({ name: `controller-runtime ${CONTROLLER_RUNTIME}`, command: binary, args: [], elects: true });
  return subjects;
}

async function bundle(folder: string, name: string): Promise<string> {
  const outfile = join(folder, `${name}.mjs`);
  // CommonJS inside an ES module wants a require of its own.
  const banner = {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  };
  await build({
    entryPoints: [source(`./subjects/${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    banner,
    logLevel: 'error',
  });
  return outfile;
}

async function controllerRuntime(log: (line: string) => void): Promise<string | undefined> {
  const root = cacheRoot();
  const key = { name: NAME, version: CONTROLLER_RUNTIME };
  const cached = cachedBinary(root, key);
  if (cached !== undefined) return cached;
  const go = await findGo(process.env, root);
  if ('reason' in go) {
    log(`controller-runtime is left out: ${go.reason}`);
    return undefined;
  }
  log('building the controller-runtime reconciler (some minutes, once)');
  return await fillCache(root, key, async (draft) => {
    const work = join(draft, 'throw-away-module');
    await mkdir(work);
    await writeFile(join(work, 'go.mod'), `module bench\n\ngo 1.26\n\nrequire sigs.k8s.io/controller-runtime ${CONTROLLER_RUNTIME}\n`);
    await copyFile(source('./subjects/controller-runtime/main.go'), join(work, 'main.go'));
    // -e: packages that only tests of dependencies import may be missing on a proxy
    await go.run(['mod', 'tidy', '-e'], { cwd: work, timeoutSeconds: BUILD_SECONDS });
    const args = ['build', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w', '-o', join(draft, NAME), '.'];
    await go.run(args, { cwd: work, env: { CGO_ENABLED: '0' }, timeoutSeconds: BUILD_SECONDS });
    await rm(work, { recursive: true });
  });
}
