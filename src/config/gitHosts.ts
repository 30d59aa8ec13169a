/** Git hosts on which fixes are proposed as pull requests, and how fixes of their repositories are delivered. */
import { z } from 'zod';

const KINDS = ['GitHub', 'GitLab', 'Gitea', 'Forgejo'] as const;
type HostKind = (typeof KINDS)[number];

const gitHost = z.strictObject({
  repositories: z
    .array(z.url({ protocol: /^(?:https?|ssh)$/u, error: 'is no address; write one like https://github.com/shop' }))
    .min(1, 'is empty; name the repositories that it is for')
    .max(100)
    .describe('Beginnings of the addresses of its repositories, in whole segments, as the GitOps engine has them.'),
  kind: z.enum(KINDS).optional().describe('Product; known by itself for github.com, gitlab.com and codeberg.org.'),
  url: z
    .url({ protocol: /^https?$/u, error: 'is no address of http or https; write one like https://git.example.com/api/v1' })
    .optional()
    .describe('Address of the REST API; absent: where the product has it on the host of the first of the repositories.'),
  tokenFile: z
    .string()
    .min(1, 'is empty; write the path of a file')
    .describe('File with a token that may write pull requests; read again for each call.'),
  delivery: z
    .enum(['PullRequest', 'Commit'])
    .default('PullRequest')
    .describe('How fixes are delivered: proposed for a person to merge, or committed to the deployed branch after approval.'),
  labels: z.array(z.string().min(1).max(50)).max(10).default([]).describe('Labels of the pull requests.'),
  draft: z.boolean().default(false).describe('Whether they are opened as drafts.'),
});

export type GitHostConfig = z.infer<typeof gitHost>;

export const gitHosts = z
  .array(gitHost)
  .max(20)
  .default([])
  .check(({ value, issues }) => {
    for (const [index, host] of value.entries()) {
      if (host.repositories[0] === undefined || kindOf(host) !== undefined) continue;
      const { hostname } = new URL(host.repositories[0]);
      const message = `is missing, and cannot be told from ${hostname}; write one of ${KINDS.join(', ')}`;
      issues.push({ code: 'custom', message, input: value, path: [index, 'kind'] });
    }
  })
  .describe('Git hosts, for pull requests.');

const KNOWN: Readonly<Record<string, HostKind>> = { 'github.com': 'GitHub', 'gitlab.com': 'GitLab', 'codeberg.org': 'Forgejo' };

function kindOf({ kind, repositories: [first = ''] }: Pick<GitHostConfig, 'kind' | 'repositories'>): HostKind | undefined {
  return kind ?? KNOWN[new URL(first).hostname];
}

const API_PATHS: Readonly<Record<HostKind, string>> = { GitHub: 'api/v3', GitLab: 'api/v4', Gitea: 'api/v1', Forgejo: 'api/v1' };

/** The host with its kind, and with the address of its API. */
export function resolved(host: GitHostConfig): GitHostConfig & { readonly kind: HostKind; readonly url: string } {
  const kind = kindOf(host) ?? 'GitHub';
  return { ...host, kind, url: host.url ?? apiOf(kind, new URL(host.repositories[0] ?? '')) };
}

/** The port of an address for ssh says nothing about the API's. */
function apiOf(kind: HostKind, { protocol, host, hostname }: URL): string {
  if (kind === 'GitHub' && hostname === 'github.com') return 'https://api.github.com';
  const root = protocol === 'ssh:' ? `https://${hostname}` : `${protocol}//${host}`;
  return `${root}/${API_PATHS[kind]}`;
}
