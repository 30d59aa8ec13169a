/** Git hosts, from the configuration: for the executor, which proposes there; and how a repository takes its fixes, for who proposes plans. */
import type { Clock } from '../clock.ts';
import { type GitHostConfig, resolved } from '../config/gitHosts.ts';
import { createGitHosts, type GitHosts, hostOf } from '../gitops/hosts/hosts.ts';

export const gitHostsOf = (hosts: readonly GitHostConfig[], clock: Clock): GitHosts => createGitHosts(hosts.map(resolved), clock);

/** A repository that no host covers takes commits. */
export function deliveryOf(hosts: readonly GitHostConfig[], repository: string): GitHostConfig['delivery'] {
  return hostOf(repository, hosts, ({ repositories }) => repositories)?.delivery ?? 'Commit';
}
