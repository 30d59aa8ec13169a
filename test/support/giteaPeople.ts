/** Gitea and people who use it by its API: repositories, reviews, merges, protected branches. */

import type { Gitea } from '../cluster/addons/gitea.ts';
import { post } from '../cluster/lib/http.ts';

export type MergeWay = 'merge' | 'squash' | 'rebase';

interface GiteaRequest {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly state: string;
  readonly head: { readonly ref: string };
  readonly labels: readonly { readonly name: string }[];
}

export interface GiteaPerson {
  readonly name: string;
  readonly token: string;
  readonly password: string;
  /** May write to a repository of the administrator's from now on. */
  readonly joins: (repository: string) => Promise<void>;
  /** Newest first. */
  readonly requests: (repository: string) => Promise<readonly GiteaRequest[]>;
  readonly branches: (repository: string) => Promise<readonly string[]>;
  readonly comments: (repository: string, number: number) => Promise<readonly string[]>;
  /** Address of a clone in which this person may push. */
  readonly remote: (repository: string) => string;
  readonly approve: (repository: string, number: number, sha: string) => Promise<void>;
  readonly object: (repository: string, number: number, sha: string) => Promise<void>;
  readonly merge: (repository: string, number: number, way?: MergeWay) => Promise<void>;
  readonly close: (repository: string, number: number) => Promise<void>;
  readonly comment: (repository: string, number: number, body: string) => Promise<void>;
}

const PASSWORD = 'gitea-people-password';

/** Makes the account. @param repositories the administrator's, in which the person may write */
export async function giteaPerson(gitea: Gitea, name: string, repositories: readonly string[] = []): Promise<GiteaPerson> {
  const admin = { authorization: `token ${gitea.admin.token}` };
  const owner = gitea.admin.name;
  await post(
    `${gitea.url}/api/v1/admin/users`,
    { username: name, email: `${name}@people.test`, password: PASSWORD, must_change_password: false },
    admin,
  );
  const joins = async (repository: string): Promise<void> => {
    await send('PUT', `${gitea.url}/api/v1/repos/${owner}/${repository}/collaborators/${name}`, { permission: 'write' }, admin);
  };
  for (const repository of repositories) await joins(repository);
  const basic = `Basic ${Buffer.from(`${name}:${PASSWORD}`).toString('base64')}`;
  const made = (await send(
    'POST',
    `${gitea.url}/api/v1/users/${name}/tokens`,
    { name: 'test', scopes: ['all'] },
    { authorization: basic },
  )) as { readonly sha1: string };
  const headers = { authorization: `token ${made.sha1}` };
  const get = async <T>(path: string): Promise<T> => {
    const answer = await fetch(`${gitea.url}/api/v1/repos/${owner}/${path}`, { headers });
    return (await answer.json()) as T;
  };
  const pull = (repository: string, number: number): string => `${gitea.url}/api/v1/repos/${owner}/${repository}/pulls/${number}`;
  const review = async (repository: string, number: number, commit: string, event: string): Promise<void> => {
    await send('POST', `${pull(repository, number)}/reviews`, { event, commit_id: commit, body: 'I have looked.' }, headers);
  };
  return {
    name,
    token: made.sha1,
    password: PASSWORD,
    joins,
    requests: (repository) => get<readonly GiteaRequest[]>(`${repository}/pulls?state=all`),
    branches: async (repository) =>
      (await get<readonly { readonly name: string }[]>(`${repository}/branches`)).map((branch) => branch.name),
    comments: async (repository, number) =>
      (await get<readonly { readonly body: string }[]>(`${repository}/issues/${number}/comments`)).map(({ body }) => body),
    remote: (repository) => `${gitea.url.replace('://', `://${name}:${PASSWORD}@`)}/${owner}/${repository}.git`,
    approve: (repository, number, sha) => review(repository, number, sha, 'APPROVED'),
    object: (repository, number, sha) => review(repository, number, sha, 'REQUEST_CHANGES'),
    merge: async (repository, number, way = 'merge') => {
      await send('POST', `${pull(repository, number)}/merge`, { Do: way }, headers, [200, 204]);
    },
    close: async (repository, number) => {
      await send('PATCH', pull(repository, number), { state: 'closed' }, headers);
    },
    comment: async (repository, number, body) => {
      await send('POST', `${gitea.url}/api/v1/repos/${owner}/${repository}/issues/${number}/comments`, { body }, headers);
    },
  };
}

/** Nobody may push to the branch: it changes by pull requests alone. */
export async function protectBranch(gitea: Gitea, repository: string, branch = 'main'): Promise<void> {
  const url = `${gitea.url}/api/v1/repos/${gitea.admin.name}/${repository}/branch_protections`;
  await send(
    'POST',
    url,
    { rule_name: branch, enable_push: false, block_admin_merge_override: false },
    { authorization: `token ${gitea.admin.token}` },
  );
}

/** Gitea looks whether a request can be merged in the background, and refuses with 405 until then. */
async function send(
  method: string,
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
  wanted = [200, 201, 204],
): Promise<unknown> {
  for (let tries = 0; ; tries += 1) {
    const answer = await fetch(url, { method, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) });
    const text = await answer.text();
    if (wanted.includes(answer.status)) return text === '' ? undefined : JSON.parse(text);
    if (answer.status !== 405 || tries === 50) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
