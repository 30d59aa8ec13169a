/** Three-way merge of one file's bytes, as `git merge-file` does it: line by line, and a conflict where both sides changed the same lines. */
import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GitError } from '../errors.ts';
import type { CallLimits, Repository } from './repositories.ts';

export interface MergeInput {
  readonly base: Buffer;
  readonly ours: Buffer;
  readonly theirs: Buffer;
}

/** Undefined on conflict, and for what is no text. */
export async function mergeFile(
  repository: Repository,
  { base, ours, theirs }: MergeInput,
  { signal }: CallLimits = {},
): Promise<Buffer | undefined> {
  if (ours.equals(base)) return theirs;
  if (theirs.equals(base) || ours.equals(theirs)) return ours;
  if ([base, ours, theirs].some((content) => content.includes(0))) return undefined;
  const folder = join(repository.dir, `merge.${randomUUID()}`);
  await mkdir(folder, { mode: 0o700 });
  try {
    const files = { ours, base, theirs };
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    const paths = Object.keys(files).map((name) => join(folder, name));
    const { exitCode, stdout, stderr } = await repository.run({ args: ['merge-file', '-p', '--quiet', ...paths], signal });
    if (exitCode === 0) return stdout;
    if (exitCode > 0 && exitCode < 128) return undefined;
    throw new GitError('Failed', `merge a file: ${stderr.trim() || `exit code ${exitCode}`}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
