/** The branch that a host calls `HEAD`: what engines follow where they are told nothing else. */
import { GitError } from '../errors.ts';
import { networkError } from './network.ts';
import type { CallLimits, Repository } from './repositories.ts';

/** The branch of that name; of `HEAD`, the one that it leads to. */
export async function namedBranch(repository: Repository, name: string, limits: CallLimits = {}): Promise<string> {
  if (name !== 'HEAD') return name;
  const answer = await repository.remote(['ls-remote', '--symref', '--', repository.url, 'HEAD'], limits);
  const { host } = new URL(repository.url);
  if (answer.exitCode !== 0) throw networkError('look up the default branch', { href: repository.url, scheme: 'https', host }, answer);
  const branch = /^ref: refs\/heads\/(\S+)\tHEAD$/mu.exec(answer.stdout.toString('utf8'))?.[1];
  if (branch === undefined) throw new GitError('NotFound', `${repository.url} does not say which branch is its default`);
  return branch;
}
