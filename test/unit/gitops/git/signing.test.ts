/** Keys as ssh-keygen writes them, good and bad, and signatures that ssh-keygen itself verifies. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSigningKey, signForGit, withSignature } from '../../../../src/gitops/git/signing.ts';

let folder: string;
const inFolder = (name: string): string => join(folder, name);
const keygen = (name: string, ...args: readonly string[]): string => {
  execFileSync('ssh-keygen', ['-q', '-f', inFolder(name), '-C', 'robot', ...args], { stdio: 'pipe' });
  return inFolder(name);
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'signing-'));
  keygen('good', '-t', 'ed25519', '-N', '');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a signature', () => {
  const commit = Buffer.from('tree 1\nauthor A <a@b.c> 1 +0000\ncommitter A <a@b.c> 1 +0000\n\nFix it\n\nPlan-UID: u1\n');

  test('is what ssh-keygen verifies, and the same on every try', async () => {
    const signature = signForGit(await readSigningKey(inFolder('good')), commit);
    writeFileSync(inFolder('signature'), `${signature}\n`);
    writeFileSync(inFolder('allowed'), `a@b.c namespaces="git" ${readFileSync(inFolder('good.pub'), 'utf8')}`);
    const verify = (input: Buffer): string =>
      execFileSync('ssh-keygen', ['-Y', 'verify', '-f', inFolder('allowed'), '-I', 'a@b.c', '-n', 'git', '-s', inFolder('signature')], {
        input,
        encoding: 'utf8',
        stdio: 'pipe',
      });
    expect(verify(commit)).toContain('Good "git" signature for a@b.c with ED25519 key');
    expect(() => verify(Buffer.from('something else\n'))).toThrow(/incorrect signature|verification failed/iu);
    expect(signForGit(await readSigningKey(inFolder('good')), commit)).toBe(signature);
  });

  test('is byte for byte what ssh-keygen makes', async () => {
    writeFileSync(inFolder('content'), commit);
    execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', 'git', '-f', inFolder('good'), inFolder('content')], { stdio: 'pipe' });
    expect(`${signForGit(await readSigningKey(inFolder('good')), commit)}\n`).toBe(readFileSync(inFolder('content.sig'), 'utf8'));
  });

  test('stands in the commit as the last header', async () => {
    const signed = withSignature(commit, await readSigningKey(inFolder('good'))).toString('utf8');
    expect(signed).toMatch(
      /committer .*\ngpgsig -----BEGIN SSH SIGNATURE-----\n( [^\n]{1,70}\n)+ -----END SSH SIGNATURE-----\n\nFix it\n/u,
    );
  });
});

describe('a key that can’t sign is refused with what to do', () => {
  test.each<{ name: string; make: () => string; says: RegExp }>([
    {
      name: 'encrypted',
      make: () => keygen('encrypted', '-t', 'ed25519', '-N', 'hunter2hunter2'),
      says: /encrypted has a passphrase \(aes256-ctr\).*take it away with ssh-keygen -p/,
    },
    { name: 'RSA', make: () => keygen('rsa', '-t', 'rsa', '-b', '2048', '-N', ''), says: /is of type ssh-rsa: only ssh-ed25519 is used/ },
    {
      name: 'RSA in PEM',
      make: () => keygen('pem', '-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', ''),
      says: /is not in the format of OpenSSH: make one with/,
    },
    {
      name: 'RSA in PEM, encrypted',
      make: () => keygen('locked-pem', '-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', 'hunter2hunter2'),
      says: /has a passphrase \(AES-128-CBC\)/,
    },
    { name: 'public', make: () => inFolder('good.pub'), says: /is a public key: name the file without \.pub/ },
    { name: 'missing', make: () => inFolder('nowhere'), says: /nowhere can't be read; mount the Secret there/ },
    { name: 'a folder', make: () => folder, says: /can't be read/ },
    {
      name: 'open to others',
      make: () => {
        const file = keygen('open', '-t', 'ed25519', '-N', '');
        chmodSync(file, 0o644);
        return file;
      },
      says: /may be read by others \(mode 644\): chmod 600/,
    },
    {
      name: 'cut off',
      make: () => {
        const lines = readFileSync(inFolder('good'), 'utf8').split('\n');
        writeFileSync(inFolder('cut'), [...lines.slice(0, 2), '-----END OPENSSH PRIVATE KEY-----', ''].join('\n'), { mode: 0o600 });
        return inFolder('cut');
      },
      says: /is cut off|is damaged/,
    },
    {
      name: 'empty',
      make: () => {
        writeFileSync(inFolder('empty'), '', { mode: 0o600 });
        return inFolder('empty');
      },
      says: /is no private key/,
    },
  ])('$name', async ({ make, says }) => {
    const file = make();
    const error: unknown = await readSigningKey(file).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind: 'Unauthorized', message: expect.stringMatching(says) });
    expect(String(error)).not.toContain('PRIVATE KEY');
  });
});
