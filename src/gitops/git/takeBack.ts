/**
 * Takes the change between two commits back on top of a third, and nothing else: what others did to the same files since stays.
 *
 * A file that nobody touched since gets its old bytes. One that others changed elsewhere is merged line by line; where the same lines were changed, or a
 * file was removed or replaced meanwhile, that is a conflict, and nothing at all is taken back.
 */
import { readBlobs } from './blobs.ts';
import { type FileDelta, filesBetween } from './history.ts';
import { mergeFile } from './mergeFile.ts';
import type { CallLimits, Repository } from './repositories.ts';
import { FILE_MODES, type FileMode, type FileTree, isSafePath, readFile } from './tree.ts';

export interface TakenBack {
  readonly kind: 'takenBack';
  /** The bytes that each file shall have; undefined: it shall go. Files that are right already are left out. */
  readonly files: ReadonlyMap<string, { readonly mode: FileMode; readonly content: Buffer | undefined }>;
  /** Files in which others changed something else since. */
  readonly merged: readonly string[];
}

export type TakeBackResult = TakenBack | { readonly kind: 'conflict'; readonly path: string; readonly why: string };

export interface TakeBackInput {
  /** Before the change. */
  readonly before: string;
  /** With the change. */
  readonly after: string;
  /** Where it is to be taken back. */
  readonly tree: FileTree;
  /** Only these folders or files; none: all. */
  readonly paths?: readonly string[];
}

export async function takeBack(repository: Repository, input: TakeBackInput, limits: CallLimits = {}): Promise<TakeBackResult> {
  const deltas = await filesBetween(repository, input.before, input.after, { ...limits, paths: input.paths ?? [] });
  const files = new Map<string, { mode: FileMode; content: Buffer | undefined }>();
  const merged: string[] = [];
  for (const delta of deltas) {
    const result = await takeBackFile(repository, input.tree, delta, limits);
    if (typeof result === 'string') return { kind: 'conflict', path: delta.path, why: result };
    if (result === undefined) continue;
    files.set(delta.path, { mode: result.mode, content: result.content });
    if (result.merged) merged.push(delta.path);
  }
  return { kind: 'takenBack', files, merged };
}

interface FileResult {
  readonly mode: FileMode;
  readonly content: Buffer | undefined;
  readonly merged: boolean;
}

/** Undefined: it is as before already. A string: why not. */
type Verdict = FileResult | string | undefined;

interface Side {
  readonly mode: FileMode;
  readonly content: Buffer;
}

async function takeBackFile(repository: Repository, tree: FileTree, delta: FileDelta, limits: CallLimits): Promise<Verdict> {
  const { path } = delta;
  if (!isSafePath(path)) return 'its path is not one that a commit may hold';
  const modes = [delta.before?.mode, delta.after?.mode];
  if (tree.leftOut.has(path) || !modes.every((mode) => mode === undefined || isFileMode(mode)))
    return 'it is a symbolic link or a submodule';
  const blobs = await readBlobs(
    repository,
    [delta.before, delta.after].flatMap((side) => side?.oid ?? []),
    limits,
  );
  const sideOf = (side: FileDelta['before']): Side | undefined => {
    const content = side === undefined ? undefined : blobs.get(side.oid);
    return content === undefined || !isFileMode(side?.mode) ? undefined : { mode: side.mode, content };
  };
  const [before, after] = [sideOf(delta.before), sideOf(delta.after)];
  const content = await readFile(tree, path);
  const present: Side | undefined = content === undefined ? undefined : { mode: tree.files.get(path)?.mode ?? '100644', content };
  if (before === undefined) return takeAway(present, after);
  if (after === undefined) return bringBack(present, before);
  return present === undefined ? 'it was removed since' : mergeBack(repository, { before, after, present }, limits);
}

/** The change had added the file. */
function takeAway(present: Side | undefined, added: Side | undefined): Verdict {
  if (present === undefined) return undefined;
  if (added !== undefined && present.content.equals(added.content)) return { mode: present.mode, content: undefined, merged: false };
  return 'it was added and has been changed since';
}

/** The change had removed the file. */
function bringBack(present: Side | undefined, before: Side): Verdict {
  if (present === undefined) return { ...before, merged: false };
  return present.content.equals(before.content) ? undefined : 'it was made anew since';
}

interface Sides {
  readonly before: Side;
  readonly after: Side;
  readonly present: Side;
}

async function mergeBack(repository: Repository, { before, after, present }: Sides, limits: CallLimits): Promise<Verdict> {
  const mode = before.mode === after.mode ? present.mode : before.mode;
  const content = await mergeFile(repository, { base: after.content, ours: present.content, theirs: before.content }, limits);
  if (content === undefined) return present.content.equals(before.content) ? undefined : 'the same lines were changed since';
  if (content.equals(present.content) && present.mode === mode) return undefined;
  return { mode, content, merged: !present.content.equals(after.content) };
}

function isFileMode(mode: string | undefined): mode is FileMode {
  return (FILE_MODES as readonly (string | undefined)[]).includes(mode);
}
