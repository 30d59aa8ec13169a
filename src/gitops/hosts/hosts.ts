/** Which Git host has which repository, and how its pull requests are to be: from the configuration. */
import type { Clock } from '../../clock.ts';
import { GitError } from '../errors.ts';
import { credentialFor } from '../git/url.ts';
import { giteaPullRequests } from './gitea.ts';
import { GITHUB_HEADERS, githubPullRequests } from './github.ts';
import { gitlabMergeRequests } from './gitlab.ts';
import { createHostHttp, type HostHttp } from './http.ts';
import type { PullRequests } from './port.ts';

export type HostKind = 'GitHub' | 'GitLab' | 'Gitea' | 'Forgejo';

export interface GitHostSettings {
  /** Beginnings of the addresses of its repositories, in whole segments. */
  readonly repositories: readonly string[];
  readonly kind: HostKind;
  /** Root of its REST API. */
  readonly url: string;
  readonly tokenFile: string;
  readonly labels: readonly string[];
  readonly draft: boolean;
}

export interface HostedRepository {
  readonly requests: PullRequests;
  readonly labels: readonly string[];
  readonly draft: boolean;
}

export interface GitHosts {
  /** The host of the longest beginning that covers the address; undefined: none is configured. */
  readonly of: (repository: string) => HostedRepository | undefined;
  readonly close: () => Promise<void>;
}

export function createGitHosts(settings: readonly GitHostSettings[], clock: Pick<Clock, 'now' | 'setTimeout'>): GitHosts {
  const hosts = settings.map((host) => {
    const headers = host.kind === 'GitHub' ? GITHUB_HEADERS : {};
    return { host, http: createHostHttp({ host: webHostOf(host.url), url: host.url, tokenFile: host.tokenFile, headers }, { clock }) };
  });
  return {
    of: (repository) => {
      const found = hostOf(repository, hosts, ({ host }) => host.repositories);
      if (found === undefined) return undefined;
      const { host, http } = found;
      return { requests: adapters[host.kind](http, pathOf(repository, host)), labels: host.labels, draft: host.draft };
    },
    close: async () => {
      await Promise.all(hosts.map(({ http }) => http.close()));
    },
  };
}

/** Of several that cover a repository, the one that names it most exactly. */
export function hostOf<T>(repository: string, hosts: readonly T[], prefixesOf: (host: T) => readonly string[]): T | undefined {
  if (!URL.canParse(repository)) return undefined;
  const prefixes = hosts.flatMap((host) => prefixesOf(host).map((urlPrefix) => ({ urlPrefix, host })));
  const { href } = new URL(repository);
  const found = credentialFor({ href, scheme: 'https', host: '' }, prefixes) as (typeof prefixes)[number] | undefined;
  return found?.host;
}

const adapters: Readonly<Record<HostKind, (http: HostHttp, path: string) => PullRequests>> = {
  GitHub: githubPullRequests,
  GitLab: gitlabMergeRequests,
  Gitea: giteaPullRequests,
  Forgejo: giteaPullRequests,
};

/** `github.com`, where its API is at api.github.com. */
function webHostOf(url: string): string {
  return new URL(url).host.replace(/^api\.(github\.com|[^.]+\.ghe\.com)$/u, '$1');
}

const SEGMENT = /^(?!\.{1,2}$)[\w.-]{1,255}$/u;

/** `owner/name`. A host that lives below a path of its own has that path before it. */
function pathOf(repository: string, { kind, url }: GitHostSettings): string {
  const below = new URL(url).pathname.replace(/\/api(?:\/v\d+)?\/?$/u, '').replace(/\/$/u, '');
  const { pathname } = new URL(repository);
  const path = (pathname.startsWith(`${below}/`) ? pathname.slice(below.length) : pathname)
    .replace(/^\/+|\/+$/gu, '')
    .replace(/\.git$/u, '');
  const segments = path.split('/');
  const isRight = kind === 'GitLab' ? segments.length >= 2 : segments.length === 2;
  if (isRight && segments.every((segment) => SEGMENT.test(segment))) return path;
  throw new GitError('Refused', `${repository.slice(0, 200)} is no repository of ${kind}: write owner/name after the host`);
}
