/**
 * Gitea, a whole Git host: pull requests, reviews and an API, with one administrator and a token; Git over HTTP and over SSH.
 *
 * All its data is in the workspace. Its static files lie beside the binary in the cache.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { getBinaries } from '../components/binaries.ts';
import { post } from '../lib/http.ts';
import { run } from '../lib/run.ts';
import { startOnFreePorts } from '../workspace/daemon.ts';
import type { Workspace } from '../workspace/workspace.ts';

export interface Gitea {
  readonly url: string;
  readonly admin: { readonly name: string; readonly password: string; readonly token: string };
  readonly ssh: {
    /** Addresses of repositories begin with it: `ssh://git@host:port`. */
    readonly url: string;
    /** The line of a known-hosts file. */
    readonly hostKey: string;
  };
  /** A repository of the administrator's, empty unless `initialise`; its URL for clones. */
  createRepository(name: string, options?: { readonly initialise?: boolean }): Promise<string>;
  stop(): Promise<void>;
}

const ADMIN = 'sre-admin';
const COMMAND_SECONDS = 60;

export interface GiteaOptions {
  /** Public keys: what is signed with one is shown as verified. */
  readonly trustedKeys?: readonly string[];
}

export async function startGitea(workspace: Workspace, { trustedKeys = [] }: GiteaOptions = {}): Promise<Gitea> {
  const { gitea } = await getBinaries(['gitea'], workspace.log);
  const folder = workspace.folder('gitea');
  const configFile = join(folder, 'app.ini');
  const secrets = { secretKey: hex(), password: hex() };
  const environment = { HOME: folder, GITEA_WORK_DIR: folder };
  const admin = async (...args: string[]): Promise<string> => {
    const env = { ...process.env, ...environment };
    const { stdout } = await run(gitea.binary, ['--config', configFile, ...args], { env, timeoutSeconds: COMMAND_SECONDS });
    return stdout.trim();
  };
  const hostKeyFile = join(folder, 'host-key');
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', hostKeyFile], { timeoutSeconds: COMMAND_SECONDS });
  const { daemon, ports } = await startOnFreePorts<[number, number]>(workspace, 2, ([port, sshPort]) => {
    const url = `http://${workspace.hostAddress}:${port}`;
    writeFileSync(
      configFile,
      appIni({
        folder,
        staticRoot: join(dirname(gitea.binary), 'static'),
        host: workspace.hostAddress,
        port,
        sshPort,
        hostKeyFile,
        trustedKeys,
        url,
        ...secrets,
      }),
      {
        mode: 0o600,
      },
    );
    return {
      name: 'gitea',
      command: gitea.binary,
      args: ['--config', configFile, 'web'],
      env: environment,
      origin: gitea.origin,
      url,
      health: { kind: 'http', url: `${url}/api/healthz` },
    };
  });
  const url = `http://${workspace.hostAddress}:${ports[0]}`;
  await admin(
    'admin',
    'user',
    'create',
    '--admin',
    '--username',
    ADMIN,
    '--password',
    secrets.password,
    '--email',
    `${ADMIN}@example.test`,
    '--must-change-password=false',
  );
  const token =
    (await admin('admin', 'user', 'generate-access-token', '--username', ADMIN, '--scopes', 'all', '--raw')).split('\n').at(-1) ?? '';
  return {
    url,
    admin: { name: ADMIN, password: secrets.password, token },
    ssh: {
      url: `ssh://git@${workspace.hostAddress}:${ports[1]}`,
      hostKey: `[${workspace.hostAddress}]:${ports[1]} ${readFileSync(`${hostKeyFile}.pub`, 'utf8').trim()}`,
    },
    async createRepository(name, { initialise = false } = {}) {
      const body = { name, auto_init: initialise, default_branch: 'main', private: false };
      await post(`${url}/api/v1/user/repos`, body, { authorization: `token ${token}` });
      return `${url}/${ADMIN}/${name}.git`;
    },
    stop: () => daemon.stop(),
  };
}

const hex = (): string => randomBytes(32).toString('hex');

interface AppSettings {
  readonly folder: string;
  readonly staticRoot: string;
  readonly host: string;
  readonly port: number;
  readonly sshPort: number;
  readonly hostKeyFile: string;
  readonly trustedKeys: readonly string[];
  readonly url: string;
  readonly secretKey: string;
}

function appIni(settings: AppSettings): string {
  const { folder, staticRoot, host, port, sshPort, hostKeyFile, trustedKeys, url, secretKey } = settings;
  return `
APP_NAME = agent-sre tests
RUN_USER = ${userInfo().username}
RUN_MODE = prod
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true
[server]
PROTOCOL = http
HTTP_ADDR = ${host}
HTTP_PORT = ${port}
ROOT_URL = ${url}/
START_SSH_SERVER = true
BUILTIN_SSH_SERVER_USER = git
SSH_DOMAIN = ${host}
SSH_LISTEN_HOST = ${host}
SSH_PORT = ${sshPort}
SSH_LISTEN_PORT = ${sshPort}
SSH_SERVER_HOST_KEYS = ${hostKeyFile}
SSH_ROOT_PATH = ${join(folder, 'ssh')}
STATIC_ROOT_PATH = ${staticRoot}
LFS_START_SERVER = false
OFFLINE_MODE = true
[database]
DB_TYPE = sqlite3
PATH = ${join(folder, 'gitea.db')}
[repository]
ROOT = ${join(folder, 'repositories')}
DEFAULT_BRANCH = main
[repository.signing]
TRUSTED_SSH_KEYS = ${trustedKeys.join(',')}
[security]
INSTALL_LOCK = true
SECRET_KEY = ${secretKey}
PASSWORD_HASH_ALGO = pbkdf2_v1
MIN_PASSWORD_LENGTH = 6
[service]
DISABLE_REGISTRATION = true
[webhook]
ALLOWED_HOST_LIST = private,loopback
[log]
LEVEL = Warn
[indexer]
REPO_INDEXER_ENABLED = false
[cron]
ENABLED = false
[actions]
ENABLED = false
[session]
PROVIDER = memory
`;
}
