/** A tree of files that is held in memory: what `openTree` gives, without a repository. */
import type { FileTree, TreeFile } from '../../../../src/gitops/git/tree.ts';

export function memoryTree(files: Readonly<Record<string, string>>, leftOut: readonly string[] = []): FileTree {
  const contents = new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]));
  const entries = [...contents.keys()].map((path): [string, TreeFile] => [path, { path, mode: '100644', oid: '' }]);
  return {
    files: new Map(entries),
    leftOut: new Set(leftOut),
    read: async (paths) => new Map(paths.map((path) => [path, contents.get(path) ?? Buffer.alloc(0)])),
  };
}
