/** The files of a plan: below the owner's path, few, and just those that differ. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Repository } from '../../../src/gitops/git/repositories.ts';
import { withFiles } from '../../../src/gitops/git/tree.ts';
import { fileChanges } from '../../../src/remediate/files.ts';
import { memoryTree } from '../gitops/support/memoryTree.ts';

/** Gives bytes an id, as a mirror would. */
const repository = {
  must: async ({ input = '' }: { readonly input?: Buffer | string }) => Buffer.from(`${createHash('sha1').update(input).digest('hex')}\n`),
} as unknown as Repository;

const before = memoryTree({ 'deploy/a.yaml': 'a\n', 'deploy/b.yaml': 'b\n', 'other/c.yaml': 'c\n' });
const changes = (files: Readonly<Record<string, string | undefined>>, below = 'deploy') => {
  const after = withFiles(
    before,
    new Map(Object.entries(files).map(([path, text]) => [path, { content: text === undefined ? undefined : Buffer.from(text) }])),
  );
  return fileChanges(repository, { before, after, paths: Object.keys(files), scope: [below] }, {});
};

describe('fileChanges', () => {
  test('are sorted by path, with what was and what is', async () => {
    const found = await changes({ 'deploy/z.yaml': 'new\n', 'deploy/a.yaml': 'changed\n', 'deploy/b.yaml': undefined });
    expect(
      'kind' in found
        ? found
        : found.map(({ path, mode, newBlob, before: was, after: is }) => [path, mode, newBlob !== null, was?.toString(), is?.toString()]),
    ).toEqual([
      ['deploy/a.yaml', '100644', true, 'a\n', 'changed\n'],
      ['deploy/b.yaml', '100644', false, 'b\n', undefined],
      ['deploy/z.yaml', '100644', true, undefined, 'new\n'],
    ]);
  });

  test('leave out what ends as it was', async () => {
    expect(await changes({ 'deploy/a.yaml': 'a\n' })).toMatchObject({ reason: 'NothingChanges' });
  });

  test.each(['other/c.yaml', 'deploy-2/a.yaml', 'deploy/../other/c.yaml', 'deploy/.git/config'])('refuse %s', async (path) => {
    expect(await changes({ [path]: 'x' })).toMatchObject({ reason: 'OutOfScope' });
  });

  test('may be anywhere where the owner renders the root', async () => {
    expect(await changes({ 'other/c.yaml': 'x' }, '')).toHaveLength(1);
  });

  test('refuse very many', async () => {
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`deploy/${n}.yaml`, 'x']));
    expect(await changes(many)).toMatchObject({ reason: 'UnsafeChange' });
  });
});
