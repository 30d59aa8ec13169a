/**
 * A Git server over HTTP: `git http-backend` itself, with bare repositories in a folder.
 *
 * Everyone may read and push, unless users or tokens are given; then every request takes one of them (basic authentication). Hooks can be
 * put into a repository's folder, to refuse or to delay a push.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../lib/run.ts';
import { which } from '../lib/which.ts';
import { startOnFreePorts } from '../workspace/daemon.ts';
import type { Workspace } from '../workspace/workspace.ts';

export interface GitServerOptions {
  /** Passwords by user name. */
  readonly users?: Readonly<Record<string, string>>;
  /** Access tokens by account: as Git hosts take them, in place of the password and under any user name. */
  readonly tokens?: Readonly<Record<string, string>>;
}

export interface Repository {
  readonly url: string;
  /** The bare repository. */
  readonly dir: string;
}

export interface GitServer {
  readonly url: string;
  /** An empty repository whose default branch is `main`. `partial`: may be cloned partially, as on all large hosts. */
  createRepository(name: string, options?: { readonly partial?: boolean }): Promise<Repository>;
  stop(): Promise<void>;
}

const COMMAND_SECONDS = 30;
const NAME = /^[\w][\w.-]*$/;

export async function startGitServer(workspace: Workspace, { users = {}, tokens = {} }: GitServerOptions = {}): Promise<GitServer> {
  const git = which('git');
  if (git === undefined) throw new Error('start the Git server: there is no git on PATH');
  const folder = workspace.folder('git');
  const root = workspace.folder('git/repositories');
  const configFile = join(folder, 'server.json');
  const { daemon, ports } = await startOnFreePorts<[number]>(workspace, 1, ([port]) => {
    const address = { host: workspace.hostAddress, port };
    writeFileSync(configFile, JSON.stringify({ ...address, root, users, tokens, git }), { mode: 0o600 });
    const url = `http://${address.host}:${port}`;
    return {
      name: 'git-server',
      command: process.execPath,
      args: ['--no-warnings', join(import.meta.dirname, 'gitHttpBackend.ts'), configFile],
      origin: `PATH (${git})`,
      url,
      health: { kind: 'http', url: `${url}/healthz` },
    };
  });
  const url = `http://${workspace.hostAddress}:${ports[0]}`;
  return {
    url,
    async createRepository(name, { partial = true } = {}) {
      if (!NAME.test(name)) throw new Error(`create Git repository "${name}": its name must match ${NAME}`);
      const dir = join(root, `${name}.git`);
      mkdirSync(dir, { recursive: true });
      await run(git, ['init', '--quiet', '--bare', '--initial-branch=main', dir], { timeoutSeconds: COMMAND_SECONDS });
      for (const setting of ['http.receivepack', ...(partial ? ['uploadpack.allowFilter'] : [])]) {
        await run(git, ['-C', dir, 'config', setting, 'true'], { timeoutSeconds: COMMAND_SECONDS });
      }
      return { url: `${url}/${name}.git`, dir };
    },
    stop: () => daemon.stop(),
  };
}
