/** Pull requests by the REST API that Gitea and Forgejo share. https://docs.gitea.com/api, https://forgejo.org/docs/latest/user/api-usage */
import { z } from 'zod';
import { GitError } from '../errors.ts';
import type { HostHttp } from './http.ts';
import type { CallLimits, PullRequest, PullRequests } from './port.ts';
import { latestVerdicts, sha, user, webUrl } from './shapes.ts';

const one = z.object({
  number: z.int().min(1),
  html_url: webUrl,
  state: z.enum(['open', 'closed']),
  head: z.object({ sha }),
  base: z.object({ ref: z.string().max(1024) }),
  merged: z.boolean(),
  merged_at: z.string().max(40).nullish(),
  merge_commit_sha: z.string().max(64).nullish(),
  merged_by: user.nullish(),
});
const review = z.object({
  user: user.nullish(),
  state: z.string().max(40),
  commit_id: z.string().max(64).nullish(),
  dismissed: z.boolean().nullish(),
});
const comment = z.object({
  user: user.nullish(),
  body: z
    .string()
    .max(2 ** 20)
    .nullish(),
});
const label = z.object({ id: z.int(), name: z.string().max(255) });
const created = z.object({ id: z.int() });

/** How Gitea tells a draft, unless its administrator has set other words. */
const DRAFT = 'WIP: ';
const LABEL_COLOUR = '#1d76db';

/** @param path `owner/name` */
export function giteaPullRequests(http: HostHttp, path: string): PullRequests {
  const repo = `repos/${path}`;
  const find: PullRequests['find'] = async (head, base, limits) => {
    const at = `${repo}/pulls/${encodeURIComponent(base)}/${encodeURIComponent(head)}`;
    const answer = await http.ask('GET', at, { ...limits, also: [404] });
    return answer.status === 404 ? undefined : requestOf(http.as(one, answer));
  };
  return {
    host: http.host,
    find,
    get: async (number, limits) => requestOf(await http.read(one, `${repo}/pulls/${number}`, limits)),
    create: async ({ head, base, title, body, draft }, limits) => {
      const json = { head, base, title: `${draft ? DRAFT : ''}${title}`, body };
      const answer = await http.ask('POST', `${repo}/pulls`, { ...limits, json, also: [404, 409, 422] });
      if (answer.status === 404) throw await unknownBranch(http, path, head, limits);
      if (answer.status !== 409 && answer.status !== 422) return requestOf(http.as(one, answer));
      const existing = await find(head, base, limits);
      if (existing !== undefined) return existing;
      throw new GitError('Refused', `${http.host}: it does not take a pull request from ${head} to ${base} of ${path}`);
    },
    label: async (number, labels, limits) => {
      await http.ask('POST', `${repo}/issues/${number}/labels`, {
        ...limits,
        json: { labels: await labelIds(http, repo, labels, limits) },
      });
    },
    approvers: async (number, headSha, limits) => {
      const reviews = await http.read(z.array(review).max(100), `${repo}/pulls/${number}/reviews`, { ...limits, query: { limit: '50' } });
      const given = reviews.map(({ user: by, state, commit_id: at, dismissed }) => ({
        by: by?.login,
        state,
        counts: at === headSha && dismissed !== true,
      }));
      return latestVerdicts(given, { approved: 'APPROVED', silent: ['COMMENT', 'PENDING', 'REQUEST_REVIEW'] });
    },
    comments: async (number, limits) => {
      const found = await http.read(z.array(comment).max(10_000), `${repo}/issues/${number}/comments`, limits);
      return found.map(({ user: by, body }) => ({ author: by?.login ?? '', body: body ?? '' }));
    },
    comment: async (number, body, limits) => {
      http.as(created, await http.ask('POST', `${repo}/issues/${number}/comments`, { ...limits, json: { body } }));
    },
    close: async (number, limits) => {
      const answer = await http.ask('PATCH', `${repo}/pulls/${number}`, { ...limits, json: { state: 'closed' } });
      if (http.as(one, answer).state !== 'closed')
        throw new GitError('Failed', `${http.host}: pull request ${number} of ${path} is still open`);
    },
  };
}

/** A branch is known to Gitea's API a moment after it was pushed. */
async function unknownBranch(http: HostHttp, path: string, branch: string, limits: CallLimits = {}): Promise<GitError> {
  await http.ask('GET', `repos/${path}`, limits);
  return new GitError('Unavailable', `${http.host}: it does not know branch ${branch} of ${path} yet; it is tried again`, {
    retryAfterMs: 2_000,
  });
}

/** Gitea wants the ids of labels, and a label has to exist before it is given. */
async function labelIds(http: HostHttp, repo: string, names: readonly string[], limits: CallLimits = {}): Promise<readonly number[]> {
  const known = await http.read(z.array(label).max(100), `${repo}/labels`, { ...limits, query: { limit: '50' } });
  const ids: number[] = [];
  for (const name of names) {
    const found = known.find((candidate) => candidate.name === name);
    const made = async (): Promise<number> =>
      http.as(label, await http.ask('POST', `${repo}/labels`, { ...limits, json: { name, color: LABEL_COLOUR } })).id;
    ids.push(found?.id ?? (await made()));
  }
  return ids;
}

function requestOf(given: z.output<typeof one>): PullRequest {
  const { number, html_url: url, state, head, base, merged, merged_at: at, merge_commit_sha: mergeSha, merged_by: by } = given;
  const about = { number, url, headSha: head.sha, base: base.ref };
  if (!merged) return { ...about, state: state === 'open' ? 'Open' : 'Closed' };
  return { ...about, state: 'Merged', merge: { sha: mergeSha ?? '', by: by?.login, at: at ?? '' } };
}
