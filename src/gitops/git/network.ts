/**
 * What a git command needs to reach a host, and what its failure means.
 *
 * A password never appears in an argument, the environment or a log: a helper of one line hands git the file that it is in, and only when the host
 * of that very repository asks. Files are read at each use, so that a rotated secret counts at once.
 */
import { access, constants } from 'node:fs/promises';
import { resolve } from 'node:path';
import { GitError, type GitFailure } from '../errors.ts';
import { firstLines, type GitAnswer } from './git.ts';
import { readKeyFile } from './keyFile.ts';
import type { GitCredential, RepositoryUrl } from './url.ts';

export interface NetworkAccess {
  /** Goes before the command: `-c` and its value. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Static: the file's name comes by the environment, so nothing that is configured is ever read as a command. */
const PASSWORD_HELPER =
  '!f() { test "$1" = get || exit 0; printf "username=%s\\npassword=" "$AGENT_SRE_GIT_USER"; head -n 1 "$AGENT_SRE_GIT_PASSWORD_FILE"; }; f';

export async function networkAccess(url: RepositoryUrl, credential: GitCredential | undefined): Promise<NetworkAccess> {
  if (url.scheme === 'ssh') return { args: [], env: { GIT_SSH_COMMAND: await sshCommand(url, credential) } };
  const protocols = { GIT_ALLOW_PROTOCOL: url.scheme };
  if (credential?.passwordFile === undefined) return { args: [], env: protocols };
  const passwordFile = await readableFile(credential.passwordFile, `password file of git credential ${credential.urlPrefix}`);
  return {
    args: ['-c', `credential.helper=${PASSWORD_HELPER}`],
    env: { ...protocols, AGENT_SRE_GIT_USER: credential.username ?? 'git', AGENT_SRE_GIT_PASSWORD_FILE: passwordFile },
  };
}

async function sshCommand(url: RepositoryUrl, credential: GitCredential | undefined): Promise<string> {
  if (credential?.sshKeyFile === undefined || credential.knownHostsFile === undefined) {
    throw new GitError(
      'Unauthorized',
      `no ssh key and known-hosts file are configured for ${url.href}: add a git credential with sshKeyFile and knownHostsFile whose urlPrefix covers it`,
    );
  }
  await readKeyFile(credential.sshKeyFile, `git credential ${credential.urlPrefix}: ssh key`);
  const keyFile = resolve(credential.sshKeyFile);
  const knownHostsFile = await readableFile(credential.knownHostsFile, `known-hosts file of git credential ${credential.urlPrefix}`);
  const options = ['BatchMode=yes', 'IdentitiesOnly=yes', 'StrictHostKeyChecking=yes', 'ConnectTimeout=10', 'ForwardAgent=no'];
  const known = `UserKnownHostsFile=${knownHostsFile}`;
  return ['ssh', '-F', '/dev/null', '-i', keyFile, ...[...options, known].flatMap((option) => ['-o', option])].map(quoted).join(' ');
}

/** The absolute path: git runs in the folder of a mirror, where a path that is relative to ours would lead elsewhere. */
async function readableFile(file: string, what: string): Promise<string> {
  try {
    await access(file, constants.R_OK);
    return resolve(file);
  } catch (error) {
    throw new GitError('Unauthorized', `${what}: ${file} can't be read; mount the Secret there, or correct the path`, { cause: error });
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

const MEANINGS: readonly (readonly [pattern: RegExp, kind: GitFailure, advice: string])[] = [
  [
    /remote host identification has changed/iu,
    'Unauthorized',
    'it shows another key than knownHostsFile has: ask whoever keeps the host before the new one is put there',
  ],
  [/host key verification failed/iu, 'Unauthorized', 'add the key of the host to knownHostsFile'],
  [
    /authentication failed|could not read (username|password)|permission denied \(|invalid (username|credentials)|returned error: 40[13]|http 40[13]/iu,
    'Unauthorized',
    'check the git credential that is configured for it, and what it may do',
  ],
  [/couldn't find remote ref|remote branch .{1,300} not found/iu, 'NotFound', 'check the branch'],
  [
    /repository (?:['"]?[^\s'"]{1,1100}['"]? )?not found|returned error: 404|cannot find repository|does not appear to be a git repository|project you were looking for/iu,
    'NotFound',
    'check the address; many hosts say so for want of credentials, too',
  ],
  [/transport '[^']*' not allowed/iu, 'Refused', 'use https or ssh'],
  [/out of memory|file too large/iu, 'TooLarge', 'the host sends more than is read of a repository'],
  [/redirect/iu, 'Refused', 'use the address that it redirects to'],
  [
    /could not resolve|failed to connect|couldn't connect|connection (refused|reset|timed out|closed)|timed out|early eof|rpc failed|hung up|returned error: (5\d\d|429)|operation too slow|network is unreachable|ssl|certificate/iu,
    'Unavailable',
    'it is tried again',
  ],
];

/** The error that a failed command on the network amounts to. */
export function networkError(what: string, url: RepositoryUrl, { exitCode, stderr }: GitAnswer): GitError {
  const said = firstLines(stderr) || `exit code ${exitCode}`;
  const found = MEANINGS.find(([pattern]) => pattern.test(stderr));
  if (found === undefined) return new GitError('Failed', `${what} ${url.href}: ${said}`);
  return new GitError(found[1], `${what} ${url.href}: ${said} (${found[2]})`);
}
