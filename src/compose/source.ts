/** The source of applications, from the configuration: mirrors where a Git credential leads, GitHub's API for the rest. */
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Repositories } from '../gitops/git/repositories.ts';
import { credentialFor } from '../gitops/git/url.ts';
import { createSourceHistory } from '../gitops/source.ts';
import { fileIn } from '../sources/applicationSource/paths.ts';
import type { SourcePort } from '../sources/applicationSource/port.ts';
import { routedSource } from '../sources/applicationSource/route.ts';
import { createGitHub } from '../sources/github/client.ts';
import { createGitHubSource } from '../sources/github/source.ts';

export interface ApplicationSource {
  readonly port: SourcePort;
  readonly close: () => Promise<void>;
}

interface Deps {
  readonly config: Pick<Config, 'git' | 'sources' | 'applications'>;
  readonly repositories: Repositories;
  readonly clock: Clock;
}

export function createApplicationSource({ config, repositories, clock }: Deps): ApplicationSource {
  const { git, sources, applications } = config;
  const named = applications.map(({ repository }) => ({ urlPrefix: repository }));
  const covers = (href: string, by: readonly { readonly urlPrefix: string }[]): boolean =>
    URL.canParse(href) && credentialFor({ href, scheme: 'https', host: '' }, by) !== undefined;
  const mirror = createSourceHistory({
    repositories,
    allowedPrefixes: [...git.credentials, ...named].map(({ urlPrefix }) => urlPrefix),
    httpHosts: git.allowHttpHosts,
    fileIn,
  });
  const hosts = sources.github.map(({ name, url, tokenFile, repositories: allowed }) => ({
    client: createGitHub({ name, url, tokenFile, clock }),
    allowed: allowed.map((urlPrefix) => ({ urlPrefix })),
  }));
  const ways = [
    { port: mirror, leadsTo: (repository: string) => covers(repository, git.credentials) },
    ...hosts.map(({ client, allowed }) => ({
      port: createGitHubSource(client),
      leadsTo: (repository: string) => covers(repository, allowed),
    })),
  ];
  return {
    port: routedSource(ways, mirror),
    close: async () => {
      await Promise.all(hosts.map(({ client }) => client.close()));
    },
  };
}
