/** What the bare repository on the Git server holds. */
import type { ShopRepository } from '../stage/shopRepository.ts';

/** Commits after `since` on the branch, oldest first. */
export async function commitsSince({ git, branch }: ShopRepository, since: string): Promise<readonly string[]> {
  return lines(await git('rev-list', '--reverse', `${since}..${branch}`));
}

export function fileAt({ git }: ShopRepository, revision: string, file: string): Promise<string> {
  return git('show', `${revision}:${file}`);
}

export interface CommitFacts {
  readonly parents: readonly string[];
  readonly authoredAt: number;
  readonly committedAt: number;
  readonly author: string;
  readonly subject: string;
  readonly trailers: Readonly<Record<string, string>>;
  readonly files: readonly string[];
}

export async function readCommit({ git }: ShopRepository, sha: string): Promise<CommitFacts> {
  const format = ['%P', '%at', '%ct', '%an <%ae>', '%s', '%(trailers:only,unfold)'].join('%x00');
  const [parents = '', authored, committed, author = '', subject = '', trailers = ''] = (
    await git('show', '--no-patch', `--format=${format}`, sha)
  ).split('\0');
  return {
    parents: parents.split(' '),
    authoredAt: Number(authored) * 1000,
    committedAt: Number(committed) * 1000,
    author,
    subject,
    trailers: Object.fromEntries(
      lines(trailers).map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
    ),
    files: lines(await git('show', '--name-only', '--format=', sha)),
  };
}

const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');
