/**
 * Merge requests by GitLab's REST API. https://docs.gitlab.com/api/merge_requests
 *
 * GitLab does not say which commit somebody approved. So an approval counts only while the request has had no commit but the one that it began with.
 */
import { z } from 'zod';
import { GitError } from '../errors.ts';
import type { HostHttp } from './http.ts';
import type { PullRequest, PullRequests } from './port.ts';
import { sha, webUrl } from './shapes.ts';

const person = z.object({ username: z.string().max(255) });
const one = z.object({
  iid: z.int().min(1),
  web_url: webUrl,
  state: z.enum(['opened', 'closed', 'locked', 'merged']),
  sha,
  target_branch: z.string().max(1024),
  merged_at: z.string().max(40).nullish(),
  merge_commit_sha: sha.nullish(),
  squash_commit_sha: sha.nullish(),
  merge_user: person.nullish(),
  merged_by: person.nullish(),
});
const listed = z.array(one.pick({ iid: true })).max(100);
const approvals = z.object({ approved_by: z.array(z.object({ user: person })).max(1000) });
const versions = z.array(z.object({ head_commit_sha: sha })).max(100);
const note = z.object({ author: person.nullish(), body: z.string().max(2 ** 20), system: z.boolean() });
const created = z.object({ id: z.int() });

const DRAFT = 'Draft: ';

/** @param path `group/subgroup/name` */
export function gitlabMergeRequests(http: HostHttp, path: string): PullRequests {
  const project = `projects/${encodeURIComponent(path)}`;
  const get: PullRequests['get'] = async (number, limits) => requestOf(await http.read(one, `${project}/merge_requests/${number}`, limits));
  const find: PullRequests['find'] = async (head, base, limits) => {
    const query = { state: 'all', source_branch: head, target_branch: base, order_by: 'created_at', sort: 'desc', per_page: '1' };
    const [newest] = await http.read(listed, `${project}/merge_requests`, { ...limits, query });
    return newest === undefined ? undefined : get(newest.iid, limits);
  };
  return {
    host: http.host,
    find,
    get,
    create: async ({ head, base, title, body, draft }, limits) => {
      const json = { source_branch: head, target_branch: base, title: `${draft ? DRAFT : ''}${title}`, description: body };
      const answer = await http.ask('POST', `${project}/merge_requests`, { ...limits, json, also: [409, 422] });
      if (answer.status !== 409 && answer.status !== 422) return requestOf(http.as(one, answer));
      const existing = await find(head, base, limits);
      if (existing !== undefined) return existing;
      throw new GitError('Refused', `${http.host}: it does not take a merge request from ${head} to ${base} of ${path}`);
    },
    label: async (number, labels, limits) => {
      await http.ask('PUT', `${project}/merge_requests/${number}`, { ...limits, json: { add_labels: labels.join(',') } });
    },
    approvers: async (number, headSha, limits) => {
      const [first, ...more] = await http.read(versions, `${project}/merge_requests/${number}/versions`, limits);
      if (more.length > 0 || first?.head_commit_sha !== headSha) return [];
      const { approved_by: by } = await http.read(approvals, `${project}/merge_requests/${number}/approvals`, limits);
      return by.map(({ user }) => user.username);
    },
    comments: async (number, limits) => {
      const query = { sort: 'desc', order_by: 'created_at', per_page: '100' };
      const found = await http.read(z.array(note).max(100), `${project}/merge_requests/${number}/notes`, { ...limits, query });
      return found
        .filter(({ system }) => !system)
        .map(({ author, body }) => ({ author: author?.username ?? '', body }))
        .toReversed();
    },
    comment: async (number, body, limits) => {
      http.as(created, await http.ask('POST', `${project}/merge_requests/${number}/notes`, { ...limits, json: { body } }));
    },
    close: async (number, limits) => {
      const answer = await http.ask('PUT', `${project}/merge_requests/${number}`, { ...limits, json: { state_event: 'close' } });
      if (http.as(one, answer).state !== 'closed')
        throw new GitError('Failed', `${http.host}: merge request ${number} of ${path} is still open`);
    },
  };
}

/** A fast-forward makes no commit of its own: what is merged is the head, or what it was squashed to. */
function requestOf(given: z.output<typeof one>): PullRequest {
  const { iid: number, web_url: url, state, sha: headSha, target_branch: base } = given;
  const about = { number, url, headSha, base };
  if (state !== 'merged') return { ...about, state: state === 'closed' ? 'Closed' : 'Open' };
  const mergeSha = given.merge_commit_sha ?? given.squash_commit_sha ?? headSha;
  const by = given.merge_user ?? given.merged_by;
  return { ...about, state: 'Merged', merge: { sha: mergeSha, by: by?.username, at: given.merged_at ?? '' } };
}
