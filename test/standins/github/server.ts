/**
 * A stand-in for GitHub's REST API over real Git repositories: what the product asks of it, with its statuses, errors, ETags and limits.
 *
 * Every answer comes from git itself. `misbehave` makes the next answers what a host on a bad day gives.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface GitHubStandIn {
  readonly url: string;
  /** Method, path and query of every request, in order. */
  readonly requests: readonly string[];
  /** How the next request is answered. */
  misbehave(answer: (request: IncomingMessage, response: ServerResponse) => void, times?: number): void;
  stop(): Promise<void>;
}

export interface GitHubStandInOptions {
  /** Folders of repositories, by `owner/name`. */
  readonly repositories: Readonly<Record<string, string>>;
  /** Pull requests by commit. */
  readonly pulls?: Readonly<Record<string, readonly { readonly number: number; readonly title: string }[]>>;
  readonly token?: string;
}

class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export async function startGitHub(options: GitHubStandInOptions): Promise<GitHubStandIn> {
  const requests: string[] = [];
  const pranks: ((request: IncomingMessage, response: ServerResponse) => void)[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const prank = pranks.shift();
    if (prank !== undefined) prank(request, response);
    else answer(options, request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    misbehave: (prank, times = 1) => pranks.push(...Array.from({ length: times }, () => prank)),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function answer(options: GitHubStandInOptions, request: IncomingMessage, response: ServerResponse): void {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '4999' };
  try {
    if (options.token !== undefined && request.headers.authorization !== `Bearer ${options.token}`)
      throw new Refusal(401, 'Bad credentials');
    const text = JSON.stringify(route(options, new URL(request.url ?? '/', 'http://host')));
    const etag = `W/"${createHash('sha256').update(text).digest('hex')}"`;
    if (request.headers['if-none-match'] === etag) response.writeHead(304, { ...headers, etag }).end();
    else response.writeHead(200, { ...headers, etag }).end(text);
  } catch (error) {
    const status = error instanceof Refusal ? error.status : 500;
    response
      .writeHead(status, headers)
      .end(JSON.stringify({ message: error instanceof Error ? error.message : 'error', status: String(status) }));
  }
}

type Handler = (git: GitRun, parts: readonly string[], query: URLSearchParams, options: GitHubStandInOptions) => unknown;

const ROUTES: readonly (readonly [pattern: RegExp, handler: Handler])[] = [
  [/^commits\/([^/]+)\/pulls$/u, (_git, [sha = ''], _query, { pulls = {} }) => pulls[sha] ?? []],
  [/^commits\/([^/]+)$/u, (git, [revision = '']) => commitOf(git, decodeURIComponent(revision))],
  [/^compare\/([^/]+)\.\.\.([^/]+)$/u, (git, [from = '', to = '']) => compare(git, from, to)],
  [/^git\/trees\/([^/]+)$/u, (git, [sha = '']) => ({ sha, truncated: false, tree: filesOf(git, sha) })],
  [/^commits$/u, (git, _parts, query) => history(git, query)],
];

function route(options: GitHubStandInOptions, { pathname, searchParams }: URL): unknown {
  const [, name = '', rest = ''] = /^\/repos\/([^/]+\/[^/]+)\/(.+)$/u.exec(pathname) ?? [];
  const dir = options.repositories[name];
  const found = ROUTES.find(([pattern]) => pattern.test(rest));
  if (dir === undefined || found === undefined) throw new Refusal(404, 'Not Found');
  const [pattern, handler] = found;
  return handler((...args) => run(dir, args), pattern.exec(rest)?.slice(1) ?? [], searchParams, options);
}

function history(git: GitRun, query: URLSearchParams): unknown {
  const args = ['log', `--max-count=${query.get('per_page') ?? '30'}`, '--format=%H', query.get('sha') ?? 'HEAD', '--'];
  return lines(git(...args, ...query.getAll('path'))).map((sha) => commitOf(git, sha));
}

type GitRun = (...args: readonly string[]) => string;

function run(dir: string, args: readonly string[]): string {
  try {
    return execFileSync('git', args, { cwd: dir, encoding: 'utf8', stdio: 'pipe' });
  } catch {
    throw new Refusal(422, 'No commit found for SHA');
  }
}

const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

function commitOf(git: GitRun, revision: string) {
  const format = ['%H', '%an', '%aI', '%cn', '%cI', '%B'].join('%x00');
  const [sha = '', author, authored, committer, committed, message = ''] = git(
    'show',
    '--no-patch',
    `--format=${format}`,
    `${revision}^{commit}`,
  ).split('\0');
  return {
    sha,
    commit: { message: message.trim(), author: { name: author, date: authored }, committer: { name: committer, date: committed } },
  };
}

const filesOf = (git: GitRun, tree: string) => lines(git('ls-tree', '-r', '--name-only', tree)).map((path) => ({ path, type: 'blob' }));

function compare(git: GitRun, from: string, to: string) {
  const count = (range: string): number => Number(git('rev-list', '--count', range).trim());
  const [ahead, behind] = [count(`${from}..${to}`), count(`${to}..${from}`)];
  const shas = lines(git('rev-list', '--reverse', `${from}..${to}`));
  const status = ahead === 0 ? (behind === 0 ? 'identical' : 'behind') : behind === 0 ? 'ahead' : 'diverged';
  const files = lines(git('diff', '--name-only', '--no-renames', `${from}...${to}`)).map((filename) => {
    const patch = git('diff', '--no-renames', `${from}...${to}`, '--', filename);
    return { filename, patch: patch.slice(patch.indexOf('@@')).trimEnd() };
  });
  return {
    status,
    ahead_by: ahead,
    behind_by: behind,
    total_commits: ahead,
    base_commit: commitOf(git, from),
    commits: shas.map((sha) => commitOf(git, sha)),
    files,
  };
}
