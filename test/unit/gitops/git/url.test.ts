/** Which addresses may be used, which credential goes with one, and that none ever shows. */
import { describe, expect, test } from 'vitest';
import { withoutCredentials } from '../../../../src/gitops/errors.ts';
import { networkError } from '../../../../src/gitops/git/network.ts';
import { branchRef } from '../../../../src/gitops/git/repositories.ts';
import { isSafePath } from '../../../../src/gitops/git/tree.ts';
import { credentialFor, parseRepositoryUrl } from '../../../../src/gitops/git/url.ts';

describe('parseRepositoryUrl', () => {
  test.each([
    ['https://git.test/shop/config', 'https://git.test/shop/config'],
    ['https://git.test/shop/config.git/', 'https://git.test/shop/config.git'],
    ['ssh://git@git.test:2222/shop/config', 'ssh://git@git.test:2222/shop/config'],
    ['http://listed.test/a', 'http://listed.test/a'],
    ['http://127.0.0.1:3000/a', 'http://127.0.0.1:3000/a'],
  ])('takes %s', (text, href) => {
    expect(parseRepositoryUrl(text, ['listed.test', '127.0.0.1:3000']).href).toBe(href);
  });

  test.each([
    ['a plain path', '/srv/git/config', /none that may be used/],
    ['a file', 'file:///srv/git/config', /none that may be used/],
    ['a command', 'ext::sh -c touch% /tmp/x', /none that may be used/],
    ['the form of scp', 'git@git.test:shop/config', /none that may be used/],
    ['an option', '--upload-pack=touch /tmp/x', /none that may be used/],
    ['plain http', 'http://git.test/config', /plain http.*list git\.test/],
    ['plain http on another port of a listed one', 'http://127.0.0.1:3001/a', /plain http/],
    ['a password', 'https://ada:secret@git.test/config', /holds credentials/],
    ['a token', 'https://token@git.test/config', /holds credentials/],
    ['a query', 'https://git.test/config?x=1', /query/],
    ['an escaped separator', 'https://git.test/a%2f..%2fb', /escaped separator/],
  ])('refuses %s', (_name, text, want) => {
    expect(() => parseRepositoryUrl(text, ['127.0.0.1:3000'])).toThrow(want);
    expect(() => parseRepositoryUrl(text, [])).not.toThrow(/secret|token@/);
  });
});

describe('credentialFor', () => {
  const credentials = ['https://git.test/', 'https://git.test/shop', 'https://git.test/shop/secret', 'ssh://git.test/'].map(
    (urlPrefix) => ({ urlPrefix }),
  );
  test.each([
    ['https://git.test/other/a', 'https://git.test/'],
    ['https://git.test/shop/config', 'https://git.test/shop'],
    ['https://git.test/shop/secret/config', 'https://git.test/shop/secret'],
    ['https://git.test/shopping', 'https://git.test/'],
    ['https://git.test.evil.example/shop', undefined],
    ['https://git.test:8443/shop', undefined],
    ['ssh://git@git.test/shop', 'ssh://git.test/'],
  ])('%s takes %s', (text, want) => {
    expect(credentialFor(parseRepositoryUrl(text, []), credentials)?.urlPrefix).toBe(want);
  });
});

test('credentials are cut out of what is said', () => {
  const said = withoutCredentials("fatal: unable to access 'https://ada:hunter2@git.test/a': Authorization: Basic YWRhOmh1bnRlcjI=");
  expect(said).toBe("fatal: unable to access 'https://git.test/a': Authorization: Basic (removed)");
});

test.each([
  ["fatal: unable to access 'x': Could not resolve host: git.test", 'Unavailable'],
  ['fatal: unable to access: Failed to connect to 127.0.0.1 port 9', 'Unavailable'],
  ['error: RPC failed; HTTP 502', 'Unavailable'],
  ["fatal: unable to access 'x': The requested URL returned error: 503", 'Unavailable'],
  ["fatal: Authentication failed for 'https://git.test/'", 'Unauthorized'],
  ["fatal: could not read Username for 'https://git.test': terminal prompts disabled", 'Unauthorized'],
  ['git@git.test: Permission denied (publickey).', 'Unauthorized'],
  ['Host key verification failed.', 'Unauthorized'],
  ["fatal: repository 'https://git.test/a/' not found", 'NotFound'],
  ['ERROR: Repository not found.\nfatal: Could not read from remote repository.', 'NotFound'],
  ['fatal: Out of memory, realloc failed', 'TooLarge'],
  ['fatal: write error: File too large\nfatal: fetch-pack: invalid index-pack output', 'TooLarge'],
  ["fatal: couldn't find remote ref refs/heads/gone", 'NotFound'],
  ['fatal: unable to update url base from redirection:', 'Refused'],
  ['fatal: something new', 'Failed'],
])('%j is %s', (stderr, kind) => {
  const error = networkError('fetch', parseRepositoryUrl('https://git.test/a', []), { exitCode: 128, stdout: Buffer.alloc(0), stderr });
  expect(error.kind).toBe(kind);
  expect(error.message).toMatch(/^fetch https:\/\/git\.test\/a: /);
});

describe('branchRef', () => {
  test.each(['main', 'release/1.2', 'ünïcödé', 'a'.repeat(200)])('takes %s', (name) => {
    expect(branchRef(name)).toBe(`refs/heads/${name}`);
  });
  test.each([
    '',
    '-x',
    '--upload-pack=x',
    'a..b',
    'a b',
    'a~1',
    'a:b',
    'a\nb',
    '.a',
    'a/.b',
    'a.lock',
    'a/',
    'a//b',
    '@{1}',
    'a\\b',
    'a*',
    'a.',
  ])('refuses %j', (name) => {
    expect(() => branchRef(name)).toThrow(/no name of a branch/);
  });
});

describe('isSafePath', () => {
  test.each(['a', 'apps/cart.yaml', '.github/x', 'a b/ü.yaml', '.gitignore', 'x.git/y'])('takes %s', (path) => {
    expect(isSafePath(path)).toBe(true);
  });
  test.each([
    '',
    '/etc/passwd',
    '../x',
    'a/../b',
    './a',
    'a//b',
    'a/',
    '.git/config',
    'a/.GIT/hooks/x',
    'git~1/x',
    '.g\u200Cit/config',
    '.git /x',
    'a\\b',
    'a\nb',
    'a\0b',
  ])('refuses %j', (path) => {
    expect(isSafePath(path)).toBe(false);
  });
});
