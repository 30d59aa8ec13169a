/** The files that a plan writes, with the blobs before and after: what a person sees, what the digest covers, and what is committed are the same bytes. */
import { isIn } from '../gitops/builds.ts';
import { writeBlob } from '../gitops/git/commit.ts';
import type { Repository } from '../gitops/git/repositories.ts';
import { type FileMode, type FileTree, isSafePath, readFile } from '../gitops/git/tree.ts';
import { type Refusal, refuse } from './refusal.ts';

export interface FileChange {
  readonly path: string;
  readonly mode: FileMode;
  /** Null: the file is made. */
  readonly baseBlob: string | null;
  /** Null: the file goes. */
  readonly newBlob: string | null;
  readonly before: Buffer | undefined;
  readonly after: Buffer | undefined;
}

const MOST_FILES = 50;

export interface FileInput {
  readonly before: FileTree;
  readonly after: FileTree;
  readonly paths: readonly string[];
  /** Files and folders of the owner: nothing outside of them is written. */
  readonly scope: readonly string[];
}

export async function fileChanges(
  repository: Repository,
  { before, after, paths, scope }: FileInput,
  limits: { readonly signal?: AbortSignal | undefined },
): Promise<readonly FileChange[] | Refusal> {
  if (paths.length > MOST_FILES)
    return refuse('UnsafeChange', `the plan would change ${paths.length} files; at most ${MOST_FILES} are changed at once`);
  const changes: FileChange[] = [];
  for (const path of paths.toSorted()) {
    if (!isSafePath(path) || !isIn(scope, path)) {
      return refuse('OutOfScope', `${path} is outside of ${scope.join(' and ')}, which is all that the owner of the target renders`);
    }
    const change = await changeOf(repository, { before, after }, path, limits);
    if (change !== undefined) changes.push(change);
  }
  return changes.length === 0 ? refuse('NothingChanges', 'the plan changes no file') : changes;
}

async function changeOf(
  repository: Repository,
  { before, after }: Pick<FileInput, 'before' | 'after'>,
  path: string,
  limits: { readonly signal?: AbortSignal | undefined },
): Promise<FileChange | undefined> {
  const [old, now] = [before.files.get(path), after.files.get(path)];
  const [was, is] = [await readFile(before, path), await readFile(after, path)];
  if (is === undefined ? was === undefined : was?.equals(is) === true && old?.mode === now?.mode) return undefined;
  const newBlob = is === undefined ? null : await writeBlob(repository, is, limits);
  return { path, mode: now?.mode ?? old?.mode ?? '100644', baseBlob: old?.oid ?? null, newBlob, before: was, after: is };
}
