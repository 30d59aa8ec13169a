/**
 * Pull requests over a real bare repository, as the stand-ins for Git hosts hold them: what people do to them is done here, what the product asks is
 * answered by each host's own API over this. Merges are made by git itself, in the ways that hosts offer.
 */
import { execFileSync } from 'node:child_process';

export interface Request {
  readonly number: number;
  readonly head: string;
  base: string;
  title: string;
  readonly body: string;
  readonly draft: boolean;
  readonly labels: Set<string>;
  state: 'open' | 'closed' | 'merged';
  /** Each tip that the branch has had, oldest first. */
  readonly heads: string[];
  readonly reviews: Review[];
  readonly comments: { readonly id: number; readonly author: string; readonly body: string }[];
  merge?: { readonly way: Way; readonly sha: string; readonly by: string; readonly at: string };
}

export interface Review {
  readonly by: string;
  readonly state: 'APPROVED' | 'CHANGES_REQUESTED' | 'DISMISSED' | 'COMMENTED';
  readonly sha: string;
}

export type Way = 'merge' | 'squash' | 'rebase' | 'fastForward';

/** What a host refuses, in words that each puts its own status to. */
export class Refused extends Error {
  readonly why: 'exists' | 'nothing' | 'missing';
  constructor(why: Refused['why']) {
    super(why);
    this.why = why;
  }
}

export interface RequestBook {
  open(request: Pick<Request, 'head' | 'base' | 'title' | 'body' | 'draft'>): Request;
  /** Newest first, with heads as they are now. */
  list(): readonly Request[];
  get(number: number): Request;
  review(number: number, by: string, state: Review['state']): void;
  comment(number: number, author: string, body: string): number;
  close(number: number): void;
  merge(number: number, by: string, way: Way): void;
}

export function createRequestBook(bare: string): RequestBook {
  const requests: Request[] = [];
  let comments = 0;
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: bare, env: ENVIRONMENT, encoding: 'utf8', stdio: 'pipe' }).trim();
  const tip = (branch: string): string | undefined => {
    try {
      return git('rev-parse', '--verify', '--quiet', `refs/heads/${branch}`);
    } catch {
      return undefined;
    }
  };
  const upToDate = (request: Request): Request => {
    const now = request.state === 'open' ? tip(request.head) : undefined;
    if (now !== undefined && now !== request.heads.at(-1)) request.heads.push(now);
    return request;
  };
  const get = (number: number): Request => {
    const found = requests.find((request) => request.number === number);
    if (found === undefined) throw new Refused('missing');
    return upToDate(found);
  };
  return {
    get,
    list: () => requests.map(upToDate).toReversed(),
    open: (wanted) => {
      if (requests.some(({ head, base, state }) => head === wanted.head && base === wanted.base && state === 'open'))
        throw new Refused('exists');
      const head = tip(wanted.head);
      if (head === undefined || git('rev-list', '--count', `refs/heads/${wanted.base}..${head}`) === '0') throw new Refused('nothing');
      const request: Request = {
        ...wanted,
        number: requests.length + 1,
        state: 'open',
        heads: [head],
        labels: new Set(),
        reviews: [],
        comments: [],
      };
      requests.push(request);
      return request;
    },
    review: (number, by, state) => {
      const request = get(number);
      request.reviews.push({ by, state, sha: request.heads.at(-1) ?? '' });
    },
    comment: (number, author, body) => {
      comments += 1;
      get(number).comments.push({ id: comments, author, body });
      return comments;
    },
    close: (number) => {
      const request = get(number);
      if (request.state === 'open') request.state = 'closed';
    },
    merge: (number, by, way) => {
      const request = get(number);
      const sha = mergeBy(way, git, { base: `refs/heads/${request.base}`, head: request.heads.at(-1) ?? '' });
      git('update-ref', `refs/heads/${request.base}`, sha);
      request.merge = { way, sha, by, at: new Date().toISOString() };
      request.state = 'merged';
    },
  };
}

type Git = (...args: readonly string[]) => string;

function mergeBy(way: Way, git: Git, { base, head }: { readonly base: string; readonly head: string }): string {
  if (way === 'fastForward') return head;
  const onto = git('rev-parse', base);
  if (way === 'rebase') {
    return git('rev-list', '--reverse', `${onto}..${head}`)
      .split('\n')
      .reduce((at, commit) => git('commit-tree', '-p', at, '-m', 'rebased', git('merge-tree', '--write-tree', at, commit)), onto);
  }
  const tree = git('merge-tree', '--write-tree', onto, head);
  return way === 'squash'
    ? git('commit-tree', '-p', onto, '-m', 'squashed', tree)
    : git('commit-tree', '-p', onto, '-p', head, '-m', 'merged', tree);
}

const ENVIRONMENT = {
  PATH: process.env['PATH'],
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'host',
  GIT_AUTHOR_EMAIL: 'host@people.test',
  GIT_COMMITTER_NAME: 'host',
  GIT_COMMITTER_EMAIL: 'host@people.test',
};
