/**
 * The files of one commit, read without checking them out: a list of paths with their blobs, and their bytes on demand, those of one reading at once.
 *
 * Only regular files count. Symbolic links and submodules are left out, as Flux leaves them out of the artifact that it builds from, and are named so
 * that whoever needs one can say why it is missing. A path that could leave the folder it is written to, or be taken for git's own, is refused.
 */
import { GitError } from '../errors.ts';
import { readBlobs } from './blobs.ts';
import type { Repository } from './repositories.ts';

export const FILE_MODES = ['100644', '100755'] as const;
export type FileMode = (typeof FILE_MODES)[number];

export interface TreeFile {
  readonly path: string;
  readonly mode: FileMode;
  readonly oid: string;
}

export interface FileTree {
  readonly files: ReadonlyMap<string, TreeFile>;
  /** Paths of symbolic links and submodules. */
  readonly leftOut: ReadonlySet<string>;
  /** The bytes of files that are in `files`, by path. */
  readonly read: (paths: readonly string[]) => Promise<ReadonlyMap<string, Buffer>>;
}

export interface TreeLimits {
  readonly signal?: AbortSignal | undefined;
}

const MOST_FILES = 200_000;

export async function openTree(repository: Repository, commit: string, { signal }: TreeLimits = {}): Promise<FileTree> {
  const listed = await repository.must({ args: ['ls-tree', '-r', '-z', '--full-tree', commit], signal });
  const files = new Map<string, TreeFile>();
  const leftOut = new Set<string>();
  for (const line of listed.toString('utf8').split('\0')) {
    if (line === '') continue;
    const entry = /^(\d{6}) \w+ ([0-9a-f]{40,64})\t(.*)$/su.exec(line);
    if (entry === null)
      throw new GitError('Failed', `list the files of ${commit} of ${repository.url}: ${JSON.stringify(line.slice(0, 100))}`);
    const [, mode = '', oid = '', path = ''] = entry;
    if (isFileMode(mode) && isSafePath(path)) files.set(path, { path, mode, oid });
    else leftOut.add(path);
  }
  if (files.size > MOST_FILES) throw new GitError('TooLarge', `${repository.url} has more than ${MOST_FILES} files`);
  const read = async (paths: readonly string[]): Promise<ReadonlyMap<string, Buffer>> => {
    const wanted = paths.map((path) => mustHave(files, path, repository));
    const blobs = await readBlobs(
      repository,
      wanted.map(({ oid }) => oid),
      { signal },
    );
    return new Map(wanted.map(({ path, oid }) => [path, blobs.get(oid) ?? Buffer.alloc(0)]));
  };
  return { files, leftOut, read };
}

/** What a file shall be: undefined content takes it away; without a mode it keeps its own. */
export interface NewFile {
  readonly content: Buffer | undefined;
  readonly mode?: FileMode;
}

/** The tree with some files written anew, or taken away. */
export function withFiles(tree: FileTree, changes: ReadonlyMap<string, NewFile>): FileTree {
  const files = new Map(tree.files);
  for (const [path, { content, mode }] of changes) {
    if (content === undefined) files.delete(path);
    else files.set(path, { path, mode: mode ?? files.get(path)?.mode ?? '100644', oid: '' });
  }
  return {
    files,
    leftOut: tree.leftOut,
    read: async (paths) => {
      const unchanged = await tree.read(paths.filter((path) => !changes.has(path)));
      return new Map(paths.map((path) => [path, changes.get(path)?.content ?? unchanged.get(path) ?? Buffer.alloc(0)]));
    },
  };
}

/** One file's bytes; undefined when the tree has no such regular file. */
export async function readFile(tree: FileTree, path: string): Promise<Buffer | undefined> {
  return tree.files.has(path) ? (await tree.read([path])).get(path) : undefined;
}

/** What stands in the place of a file that is kept in Git LFS begins so. */
const LFS = 'version https://git-lfs.github.com/spec/';

/** The files that something is built from; refused where one is kept elsewhere, or they are more than is read of a repository. */
export async function readParts(
  tree: FileTree,
  paths: readonly string[],
): Promise<ReadonlyMap<string, Buffer> | { readonly refused: string }> {
  try {
    const contents = await tree.read(paths);
    const found = [...contents].find(([, content]) => content.length < 1024 && content.toString('latin1').startsWith(LFS));
    return found === undefined ? contents : { refused: `${found[0]} is kept in Git LFS, which is not fetched` };
  } catch (error) {
    if (error instanceof GitError && error.kind === 'TooLarge') return { refused: error.message };
    throw error;
  }
}

function mustHave(files: ReadonlyMap<string, TreeFile>, path: string, repository: Repository): TreeFile {
  const file = files.get(path);
  if (file === undefined) throw new GitError('NotFound', `${repository.url} has no file ${path}`);
  return file;
}

function isFileMode(mode: string): mode is FileMode {
  return (FILE_MODES as readonly string[]).includes(mode);
}

/** `.git` as any file system that folds case, ignores characters or shortens names would read it. */
const GIT_FOLDER = /^(?:\.git|git~\d+)[ .]*$/iu;
const IGNORED_BY_FILE_SYSTEMS = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/gu;

/** A relative path of plain components, none of which is git's own. */
export function isSafePath(path: string): boolean {
  if (path === '' || path.length > 1024 || /[\\\p{Cc}\ufffd]/u.test(path)) return false;
  return path.split('/').every((part) => {
    const plain = part.replaceAll(IGNORED_BY_FILE_SYSTEMS, '');
    return plain !== '' && plain !== '.' && plain !== '..' && !GIT_FOLDER.test(plain);
  });
}
