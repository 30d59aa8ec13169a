/**
 * A stand-in for GitLab's REST API for merge requests of one project: its routes, statuses and errors. https://docs.gitlab.com/api/merge_requests
 *
 * A project is asked for by its whole path in one segment. Approvals are a list of users, without the commit that they looked at.
 */
import { type HostApi, startHostApi } from '../hostApi.ts';
import { Refused, type Request, type RequestBook } from '../pullRequests.ts';
import type { Ask, Told } from '../standin.ts';

export interface GitLabMergeRequests {
  /** `group/subgroup/name` */
  readonly path: string;
  readonly token: string;
  readonly book: RequestBook;
}

const refusal = (message: unknown) => ({ message });

export function startGitLab({ path, token, book }: GitLabMergeRequests): Promise<HostApi> {
  const root = `/api/v4/projects/${path}/merge_requests`;
  return startHostApi({
    token,
    refusal,
    limited: { status: 429, body: 'Retry later\n', headers: { 'retry-after': '60', 'ratelimit-remaining': '0' } },
    answer: (ask, json) => {
      try {
        const told = ask.path.startsWith(root) ? route(book, path, ask, json, ask.path.slice(root.length + 1)) : undefined;
        return told ?? { status: 404, body: refusal('404 Project Not Found') };
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        if (error.why === 'missing') return { status: 404, body: refusal('404 Not found') };
        return error.why === 'exists'
          ? { status: 409, body: refusal(['Another open merge request already exists for this source branch: !1']) }
          : { status: 422, body: refusal(['Source branch does not exist']) };
      }
    },
  });
}

type Json = Readonly<Record<string, unknown>>;

function route(book: RequestBook, path: string, ask: Ask, json: Json, rest: string): Told | undefined {
  const [number = '', part = ''] = rest.split('/');
  const at = Number(number);
  const shown = (request: Request) => requestJson(request, path);
  switch (`${ask.method} ${number === '' ? '' : 'n'}/${part}`) {
    case 'GET /':
      return { status: 200, body: listed(book, ask.query).map(shown) };
    case 'POST /':
      return { status: 201, body: shown(book.open(wantedIn(json))) };
    case 'GET n/':
      return { status: 200, body: shown(book.get(at)) };
    case 'PUT n/':
      if (json['state_event'] === 'close') book.close(at);
      for (const label of textIn(json, 'add_labels').split(',')) if (label !== '') book.get(at).labels.add(label);
      return { status: 200, body: shown(book.get(at)) };
    case 'GET n/approvals':
      return { status: 200, body: { approved_by: approversOf(book.get(at)).map((username) => ({ user: { username } })) } };
    case 'GET n/versions':
      return {
        status: 200,
        body: versionsOf(book.get(at)),
      };
    case 'GET n/notes':
      return { status: 200, body: notesOf(book.get(at)) };
    case 'POST n/notes':
      return { status: 201, body: { id: book.comment(at, 'agent-sre', textIn(json, 'body')) } };
    default:
      return undefined;
  }
}

function approversOf({ reviews }: Request): readonly string[] {
  const last = new Map(reviews.map(({ by, state }) => [by, state]));
  return [...last].filter(([, state]) => state === 'APPROVED').map(([by]) => by);
}

/** A fast-forward leaves no merge commit to name. */
function requestJson({ number, base, state, heads, merge, title, labels }: Request, path: string) {
  return {
    id: number + 1000,
    iid: number,
    web_url: `https://gitlab.test/${path}/-/merge_requests/${number}`,
    state: state === 'open' ? 'opened' : state,
    title,
    labels: [...labels],
    sha: heads.at(-1),
    target_branch: base,
    merged_at: merge?.at ?? null,
    merge_commit_sha: merge?.way === 'merge' ? merge.sha : null,
    squash_commit_sha: merge?.way === 'squash' ? merge.sha : null,
    merge_user: merge === undefined ? null : { username: merge.by },
  };
}

function listed(book: RequestBook, query: URLSearchParams): readonly Request[] {
  const [source, target] = [query.get('source_branch'), query.get('target_branch')];
  return book.list().filter(({ head, base }) => head === source && base === target);
}

function wantedIn(json: Json): Parameters<RequestBook['open']>[0] {
  const title = textIn(json, 'title');
  const [head, base, body] = ['source_branch', 'target_branch', 'description'].map((key) => textIn(json, key));
  return { head: head ?? '', base: base ?? '', title, body: body ?? '', draft: title.startsWith('Draft: ') };
}

const versionsOf = ({ heads }: Request) => heads.toReversed().map((head_commit_sha, id) => ({ id, head_commit_sha }));

/** Newest first, with what GitLab itself notes between. */
function notesOf({ comments }: Request): readonly object[] {
  const notes = comments.map(({ id, author, body }) => ({ id, author: { username: author }, body, system: false }));
  return [...notes.toReversed(), { id: 0, author: { username: 'robot' }, body: 'changed the description', system: true }];
}

const textIn = (json: Json, key: string): string => (typeof json[key] === 'string' ? json[key] : '');
