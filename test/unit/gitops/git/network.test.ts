import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { networkAccess } from '../../../../src/gitops/git/network.ts';
import { parseRepositoryUrl } from '../../../../src/gitops/git/url.ts';

describe('files of credentials', () => {
  const file = (name: string): string => join(folder, name);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'credentials-'));
    for (const name of ['password', 'known-hosts']) writeFileSync(file(name), 'content');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file('key')]);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const here = (path: string): string => relative(process.cwd(), path);

  test('a password file that is given relative to us is found from the folder of a mirror', async () => {
    const url = parseRepositoryUrl('https://git.example.com/shop', []);
    const { env } = await networkAccess(url, { urlPrefix: 'https://git.example.com', passwordFile: here(file('password')) });
    expect(env['AGENT_SRE_GIT_PASSWORD_FILE']).toBe(file('password'));
  });

  test('so are an ssh key and known hosts', async () => {
    const url = parseRepositoryUrl('ssh://git@git.example.com/shop', []);
    const { env } = await networkAccess(url, {
      urlPrefix: 'ssh://git@git.example.com',
      sshKeyFile: here(file('key')),
      knownHostsFile: here(file('known-hosts')),
    });
    expect(env['GIT_SSH_COMMAND']).toContain(`'${file('key')}'`);
    expect(env['GIT_SSH_COMMAND']).toContain(`'UserKnownHostsFile=${file('known-hosts')}'`);
  });

  test('one that is not there is named, with what to do', async () => {
    const url = parseRepositoryUrl('https://git.example.com/shop', []);
    const missing = networkAccess(url, { urlPrefix: 'https://git.example.com', passwordFile: file('missing') });
    await expect(missing).rejects.toThrow(`${file('missing')} can't be read; mount the Secret there, or correct the path`);
  });
});
