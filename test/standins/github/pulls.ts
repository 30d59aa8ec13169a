/** A stand-in for GitHub's REST API for pull requests of one repository: its routes, statuses and errors. https://docs.github.com/rest/pulls */
import { type HostApi, startHostApi } from '../hostApi.ts';
import { Refused, type Request, type RequestBook } from '../pullRequests.ts';
import type { Ask, Told } from '../standin.ts';

export interface GitHubPulls {
  /** `owner/name` */
  readonly path: string;
  readonly token: string;
  readonly book: RequestBook;
}

/** The primary limit: 403, and when it is reset. */
const LIMITED: Told = {
  status: 403,
  body: { message: 'API rate limit exceeded for installation' },
  headers: { 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '4102444800' },
};

const refusal = (message: string, errors: readonly { readonly message: string }[] = []) => ({ message, errors });

export function startGitHubPulls({ path, token, book }: GitHubPulls): Promise<HostApi> {
  return startHostApi({
    token,
    refusal,
    limited: LIMITED,
    answer: (ask, json) => {
      const rest = ask.path.startsWith(`/repos/${path}/`) ? ask.path.slice(`/repos/${path}/`.length) : undefined;
      try {
        return (rest === undefined ? undefined : route(book, path, ask, json, rest)) ?? { status: 404, body: refusal('Not Found') };
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        if (error.why === 'missing') return { status: 404, body: refusal('Not Found') };
        const { head, base } = json as { head: string; base: string };
        const message = error.why === 'exists' ? `A pull request already exists for ${head}.` : `No commits between ${base} and ${head}`;
        return { status: 422, body: refusal('Validation Failed', [{ message }]) };
      }
    },
  });
}

type Json = Readonly<Record<string, unknown>>;

function route(book: RequestBook, path: string, ask: Ask, json: Json, rest: string): Told | undefined {
  const [kind, number = '', part] = rest.split('/');
  const at = Number(number);
  const shown = (request: Request) => requestJson(request, path);
  switch (`${ask.method} ${kind}/${number === '' ? '' : 'n'}/${part ?? ''}`) {
    case 'GET pulls//':
      return { status: 200, body: listed(book, path, ask.query) };
    case 'POST pulls//':
      return { status: 201, body: shown(book.open(json as unknown as Parameters<RequestBook['open']>[0])) };
    case 'GET pulls/n/':
      return { status: 200, body: shown(book.get(at)) };
    case 'PATCH pulls/n/':
      if (json['state'] === 'closed') book.close(at);
      return { status: 200, body: shown(book.get(at)) };
    case 'GET pulls/n/reviews':
      return { status: 200, body: book.get(at).reviews.map(({ by, state, sha }) => ({ user: { login: by }, state, commit_id: sha })) };
    case 'GET issues/n/comments':
      return { status: 200, body: book.get(at).comments.map(({ id, author, body }) => ({ id, user: { login: author }, body })) };
    case 'POST issues/n/comments':
      return { status: 201, body: { id: book.comment(at, 'agent-sre[bot]', textIn(json, 'body')) } };
    case 'POST issues/n/labels':
      for (const label of json['labels'] as string[]) book.get(at).labels.add(label);
      return { status: 200, body: [...book.get(at).labels].map((name) => ({ name })) };
    default:
      return undefined;
  }
}

/** In a list nobody is told who merged. */
function listed(book: RequestBook, path: string, query: URLSearchParams): readonly object[] {
  const [owner] = path.split('/');
  const found = book.list().filter(({ head, base }) => query.get('head') === `${owner}:${head}` && query.get('base') === base);
  return found.map((request) => ({ ...requestJson(request, path), merged_by: undefined }));
}

/** GitHub names a commit as the merge of an open request too: that of a trial merge. */
const TRIAL = 'f'.repeat(40);

function requestJson({ number, head, base, state, heads, merge, draft, labels }: Request, path: string) {
  return {
    number,
    html_url: `https://github.test/${path}/pull/${number}`,
    state: state === 'open' ? 'open' : 'closed',
    draft,
    labels: [...labels].map((name) => ({ name })),
    head: { ref: head, sha: heads.at(-1) },
    base: { ref: base },
    merged: merge !== undefined,
    merged_at: merge?.at ?? null,
    merge_commit_sha: merge?.sha ?? TRIAL,
    merged_by: merge === undefined ? null : { login: merge.by },
  };
}

const textIn = (json: Json, key: string): string => (typeof json[key] === 'string' ? json[key] : '');
