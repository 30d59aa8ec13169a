/** Pull requests by GitHub's REST API, of GitHub itself and of GitHub Enterprise Server. https://docs.github.com/rest/pulls */
import { z } from 'zod';
import { GitError } from '../errors.ts';
import type { HostHttp } from './http.ts';
import type { PullRequest, PullRequests } from './port.ts';
import { latestVerdicts, sha, user, webUrl } from './shapes.ts';

/** Sent with each call, so that answers keep their shape. */
export const GITHUB_HEADERS = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' } as const;

const listed = z.object({
  number: z.int().min(1),
  html_url: webUrl,
  state: z.enum(['open', 'closed']),
  head: z.object({ sha, ref: z.string().max(1024) }),
  base: z.object({ ref: z.string().max(1024) }),
  merged_at: z.string().max(40).nullish(),
  merge_commit_sha: sha.nullish(),
});
const one = listed.extend({ merged_by: user.nullish() });
const review = z.object({ user: user.nullish(), state: z.string().max(40), commit_id: sha.nullish() });
const comment = z.object({
  user: user.nullish(),
  body: z
    .string()
    .max(2 ** 20)
    .nullish(),
});
const created = z.object({ id: z.int() });

/** @param path `owner/name` */
export function githubPullRequests(http: HostHttp, path: string): PullRequests {
  const repo = `repos/${path}`;
  const [owner = ''] = path.split('/');
  const find: PullRequests['find'] = async (head, base, limits) => {
    const query = { state: 'all', head: `${owner}:${head}`, base, sort: 'created', direction: 'desc', per_page: '5' };
    const found = await http.read(z.array(listed).max(100), `${repo}/pulls`, { ...limits, query });
    const newest = found.find((request) => request.head.ref === head && request.base.ref === base);
    return newest === undefined ? undefined : get(newest.number, limits);
  };
  const get: PullRequests['get'] = async (number, limits) => requestOf(await http.read(one, `${repo}/pulls/${number}`, limits));
  return {
    host: http.host,
    find,
    get,
    create: async ({ head, base, title, body, draft }, limits) => {
      const answer = await http.ask('POST', `${repo}/pulls`, { ...limits, json: { head, base, title, body, draft }, also: [422] });
      if (answer.status !== 422) return requestOf(http.as(one, answer));
      const existing = await find(head, base, limits);
      if (existing !== undefined) return existing;
      throw new GitError(
        'Refused',
        `${http.host}: it does not take a pull request from ${head} to ${base} of ${path}${draftAdvice(draft)}`,
      );
    },
    label: async (number, labels, limits) => {
      await http.ask('POST', `${repo}/issues/${number}/labels`, { ...limits, json: { labels } });
    },
    approvers: async (number, headSha, limits) => {
      const reviews = await http.read(z.array(review).max(100), `${repo}/pulls/${number}/reviews`, {
        ...limits,
        query: { per_page: '100' },
      });
      const given = reviews.map(({ user: by, state, commit_id: at }) => ({ by: by?.login, state, counts: at === headSha }));
      return latestVerdicts(given, { approved: 'APPROVED', silent: ['COMMENTED', 'PENDING'] });
    },
    comments: async (number, limits) => {
      const found = await http.read(z.array(comment).max(100), `${repo}/issues/${number}/comments`, {
        ...limits,
        query: { per_page: '100' },
      });
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

const draftAdvice = (draft: boolean): string => (draft ? '; where drafts are not to be had, set draft to false in git.hosts' : '');

function requestOf(given: z.output<typeof one>): PullRequest {
  const { number, html_url: url, state, head, base, merged_at: at, merge_commit_sha: mergeSha, merged_by: by } = given;
  const about = { number, url, headSha: head.sha, base: base.ref };
  if (typeof at === 'string' && typeof mergeSha === 'string')
    return { ...about, state: 'Merged', merge: { sha: mergeSha, by: by?.login, at } };
  return { ...about, state: state === 'open' ? 'Open' : 'Closed' };
}
