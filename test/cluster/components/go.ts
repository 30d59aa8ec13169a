/**
 * The Go command: the one on PATH if it is new enough, else the same by Docker.
 *
 * Go fetches a newer toolchain by itself where a module asks for one (GOTOOLCHAIN=auto). In Docker the module and build
 * caches are folders of this machine under their own paths, so that paths that Go prints mean the same inside and outside.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type RunResult, run } from '../lib/run.ts';
import { which } from '../lib/which.ts';

export interface GoOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly timeoutSeconds: number;
}

export interface Go {
  readonly description: string;
  run(args: readonly string[], options: GoOptions): Promise<RunResult>;
}

export const GO_MINIMUM = [1, 26] as const;
const IMAGE = 'golang:1.26-bookworm';
const PASSED_ON = ['GOPROXY', 'GOSUMDB', 'GONOSUMDB', 'GOPRIVATE', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];
/** Flags of the user's environment must not change what is built. */
const FIXED_ENV = { GOTOOLCHAIN: 'auto', GOFLAGS: '-mod=mod', GOWORK: 'off' };

/** Undefined, with a reason, when neither Go nor a running Docker is there. */
export async function findGo(env: NodeJS.ProcessEnv, cacheRoot: string): Promise<Go | { readonly reason: string }> {
  const local = await findLocalGo(env);
  if (!('reason' in local)) return local;
  const docker = await findDocker(env, cacheRoot);
  if (!('reason' in docker)) return docker;
  return { reason: `${local.reason}; ${docker.reason}` };
}

async function findLocalGo(env: NodeJS.ProcessEnv): Promise<Go | { readonly reason: string }> {
  const binary = which('go', env['PATH']);
  if (binary === undefined) return { reason: 'no go on PATH' };
  const version = await run(binary, ['env', 'GOVERSION'], { timeoutSeconds: 10, env: { ...env, GOTOOLCHAIN: 'local' } }).catch(
    () => undefined,
  );
  const said = version?.stdout.trim() ?? 'nothing';
  if (!isNewEnough(said)) return { reason: `${binary} says ${said}, needed is go${GO_MINIMUM.join('.')} or newer` };
  return {
    description: said,
    run: (args, options) => run(binary, args, { ...options, env: { ...env, ...FIXED_ENV, ...options.env } }),
  };
}

export function isNewEnough(version: string): boolean {
  const match = /^go(\d+)\.(\d+)/.exec(version);
  if (match === null) return false;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major > GO_MINIMUM[0] || (major === GO_MINIMUM[0] && minor >= GO_MINIMUM[1]);
}

async function findDocker(env: NodeJS.ProcessEnv, cacheRoot: string): Promise<Go | { readonly reason: string }> {
  const docker = which('docker', env['PATH']);
  if (docker === undefined) return { reason: 'no docker on PATH' };
  const alive = await run(docker, ['version', '--format', '{{.Server.Version}}'], { timeoutSeconds: 5, env }).catch(() => undefined);
  if (alive === undefined) return { reason: 'docker does not answer' };
  const caches = { GOPATH: join(cacheRoot, 'go'), GOCACHE: join(cacheRoot, 'go-build'), GOMODCACHE: join(cacheRoot, 'go/pkg/mod') };
  return {
    description: `${IMAGE} in Docker ${alive.stdout.trim()}`,
    run(args, options) {
      for (const folder of Object.values(caches)) mkdirSync(folder, { recursive: true });
      const passed = Object.fromEntries(PASSED_ON.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
      const variables = Object.entries({ HOME: cacheRoot, ...passed, ...FIXED_ENV, ...caches, ...options.env });
      const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
      const mounts = [cacheRoot, options.cwd].flatMap((folder) => ['-v', `${folder}:${folder}`]);
      const settings = variables.flatMap(([name, value]) => ['-e', `${name}=${value}`]);
      const container = ['run', '--rm', '--user', user, '-w', options.cwd, ...mounts, ...settings, IMAGE, 'go'];
      return run(docker, [...container, ...args], { timeoutSeconds: options.timeoutSeconds, env });
    },
  };
}
