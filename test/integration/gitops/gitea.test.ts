/** A whole Git host: commits that it shows as verified, and Git over its SSH server, with every key that may be wrong. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { makeCommit } from '../../../src/gitops/git/commit.ts';
import { pushBranch } from '../../../src/gitops/git/push.ts';
import { createRepositories, type Repositories, type Repository } from '../../../src/gitops/git/repositories.ts';
import { openTree, readFile } from '../../../src/gitops/git/tree.ts';
import type { GitCredential } from '../../../src/gitops/git/url.ts';
import { type Gitea, startGitea } from '../../cluster/addons/gitea.ts';
import { openWorkspace, type Workspace } from '../../cluster/workspace/workspace.ts';
import { silentLogger } from '../../support/logger.ts';

let workspace: Workspace;
let gitea: Gitea;
let folder: string;
const inFolder = (name: string): string => join(folder, name);

beforeAll(async () => {
  workspace = await openWorkspace({ description: 'Gitea over SSH' });
  folder = mkdtempSync(join(tmpdir(), 'gitea-'));
  for (const [name, passphrase] of [
    ['robot', ''],
    ['stranger', ''],
    ['locked', 'hunter2hunter2'],
  ] as const) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', name, '-f', inFolder(name)]);
  }
  gitea = await startGitea(workspace, { trustedKeys: [readFileSync(inFolder('robot.pub'), 'utf8').trim()] });
  await api('POST', '/user/keys', { title: 'robot', key: readFileSync(inFolder('robot.pub'), 'utf8').trim() });
  writeFileSync(inFolder('known-hosts'), `${gitea.ssh.hostKey}\n`);
}, 300_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await workspace.stop();
});

async function api(method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${gitea.url}/api/v1${path}`, {
    method,
    headers: { authorization: `token ${gitea.admin.token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

let count = 0;
function mirrors(change: Partial<GitCredential> = {}): Repositories {
  const credential = { urlPrefix: gitea.ssh.url, sshKeyFile: inFolder('robot'), knownHostsFile: inFolder('known-hosts'), ...change };
  const dir = inFolder(`mirrors-${(count += 1)}`);
  return createRepositories({ dir, credentials: [credential], clock: systemClock, logger: silentLogger });
}

/** A repository with a README, and its address over SSH. */
async function project(name: string): Promise<string> {
  const url = await gitea.createRepository(name, { initialise: true });
  return `${gitea.ssh.url}${new URL(url).pathname}`;
}

function fix(repository: Repository, parent: string, signingKeyFile?: string): Promise<string> {
  return makeCommit(repository, {
    parent,
    files: [{ path: 'apps/cart.yaml', mode: '100644', content: Buffer.from('replicas: 3\n') }],
    message: { subject: 'Fix it', trailers: [['Plan-UID', 'u1']] },
    author: { name: 'Agent-SRE', email: `${gitea.admin.name}@example.test` },
    at: 1_800_000_000_000,
    signingKeyFile,
  });
}

describe('over SSH', () => {
  test('a repository is fetched, changed and pushed', async () => {
    const repository = await mirrors().open(await project('shop'));
    const base = await repository.fetch('main');
    const commit = await fix(repository, base);
    expect(await pushBranch(repository, { branch: 'main', commit, base })).toEqual({ result: 'pushed' });
    const elsewhere = await mirrors().open(repository.url);
    expect(await elsewhere.fetch('main')).toBe(commit);
    expect((await readFile(await openTree(elsewhere, commit), 'apps/cart.yaml'))?.toString()).toBe('replicas: 3\n');
    expect(await pushBranch(repository, { branch: 'main', commit: await fix(repository, base, inFolder('robot')), base })).toMatchObject({
      result: 'rejected',
      reason: 'Moved',
    });
  });

  test('a branch and a repository that are not there are told apart from a refusal', async () => {
    const url = await project('sparse');
    await expect((await mirrors().open(url)).fetch('gone')).rejects.toMatchObject({
      kind: 'NotFound',
      message: expect.stringContaining('gone'),
    });
    const nowhere = await mirrors().open(`${gitea.ssh.url}/${gitea.admin.name}/nowhere.git`);
    await expect(nowhere.fetch('main')).rejects.toMatchObject({ kind: 'NotFound' });
  });

  test.each<{ name: string; change: () => Partial<GitCredential>; says: RegExp }>([
    {
      name: 'a host with another key',
      change: () => {
        const other = readFileSync(inFolder('stranger.pub'), 'utf8').trim();
        writeFileSync(inFolder('other-hosts'), `${gitea.ssh.hostKey.split(' ')[0]} ${other}\n`);
        return { knownHostsFile: inFolder('other-hosts') };
      },
      says: /REMOTE HOST IDENTIFICATION HAS CHANGED.*another key than knownHostsFile has/u,
    },
    {
      name: 'a host that is not known',
      change: () => {
        writeFileSync(inFolder('no-hosts'), '');
        return { knownHostsFile: inFolder('no-hosts') };
      },
      says: /host key verification failed.*knownHostsFile/iu,
    },
    {
      name: 'a key that the host knows not',
      change: () => ({ sshKeyFile: inFolder('stranger') }),
      says: /permission denied \(publickey\).*check the git credential/iu,
    },
    {
      name: 'a key with a passphrase',
      change: () => ({ sshKeyFile: inFolder('locked') }),
      says: /has a passphrase.*ssh-keygen -p/iu,
    },
    {
      name: 'a key that others may read',
      change: () => {
        writeFileSync(inFolder('open'), readFileSync(inFolder('robot')), { mode: 0o644 });
        return { sshKeyFile: inFolder('open') };
      },
      says: /may be read by others.*chmod 600/iu,
    },
    {
      name: 'a key that is none',
      change: () => {
        writeFileSync(inFolder('nonsense'), 'nonsense\n', { mode: 0o600 });
        return { sshKeyFile: inFolder('nonsense') };
      },
      says: /is no private key/iu,
    },
    { name: 'no key at all', change: () => ({ sshKeyFile: undefined }), says: /no ssh key and known-hosts file are configured/ },
    { name: 'a key that is not there', change: () => ({ sshKeyFile: inFolder('nowhere') }), says: /nowhere can't be read/ },
  ])('$name is refused, and says what to do', async ({ name, change, says }) => {
    const url = await project(name.replaceAll(' ', '-'));
    const repository = await mirrors(change()).open(url);
    await expect(repository.fetch('main')).rejects.toMatchObject({ kind: 'Unauthorized', message: expect.stringMatching(says) });
  });
});

test('a protected branch refuses a push, says so, and stays', async () => {
  const repository = await mirrors().open(await project('protected'));
  const base = await repository.fetch('main');
  await api('POST', `/repos/${gitea.admin.name}/protected/branch_protections`, { branch_name: 'main', enable_push: false });
  expect(await pushBranch(repository, { branch: 'main', commit: await fix(repository, base), base })).toMatchObject({
    result: 'rejected',
    reason: 'Refused',
    message: expect.stringMatching(/protected branch/iu),
  });
  expect(await repository.fetch('main')).toBe(base);
});

describe('a signed commit', () => {
  test('is the same on every try, is verified by Git, and shown as verified by the host', async () => {
    const repository = await mirrors().open(await project('signed'));
    const base = await repository.fetch('main');
    const commit = await fix(repository, base, inFolder('robot'));
    expect(await fix(repository, base, inFolder('robot'))).toBe(commit);
    expect(await fix(repository, base)).not.toBe(commit);

    writeFileSync(inFolder('allowed'), `${gitea.admin.name}@example.test ${readFileSync(inFolder('robot.pub'), 'utf8')}`);
    const settings = ['-c', 'gpg.format=ssh', '-c', `gpg.ssh.allowedSignersFile=${inFolder('allowed')}`];
    const { exitCode, stderr } = await repository.run({ args: [...settings, 'verify-commit', commit] });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: expect.stringContaining('Good "git" signature for sre-admin@example.test'),
    });

    expect(await pushBranch(repository, { branch: 'main', commit, base })).toEqual({ result: 'pushed' });
    const shown = await api('GET', `/repos/${gitea.admin.name}/signed/git/commits/${commit}`);
    expect(shown).toMatchObject({ sha: commit, commit: { verification: { verified: true } } });
  });

  test('is not made with a key that can’t sign, nor unsigned instead', async () => {
    const repository = await mirrors().open(await project('unsigned'));
    const base = await repository.fetch('main');
    await expect(fix(repository, base, inFolder('locked'))).rejects.toMatchObject({
      kind: 'Unauthorized',
      message: expect.stringContaining('has a passphrase'),
    });
  });
});
