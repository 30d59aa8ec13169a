/**
 * What is asked of a Git host about pull requests (GitLab: merge requests) of one repository, whichever product it is.
 *
 * Every call may be repeated: whoever is not sure whether one took effect looks (`find`, `get`, `comments`) before doing it again. What fails is a
 * `GitError` that names the host and says what to do; its message holds neither the token nor what the host has sent.
 */

export interface PullRequest {
  readonly number: number;
  /** Where people see it. */
  readonly url: string;
  readonly state: 'Open' | 'Merged' | 'Closed';
  /** Tip of the branch that is proposed; of a request that has ended, as it was then. */
  readonly headSha: string;
  /** Branch that it is to be merged into. */
  readonly base: string;
  /** Present once it is merged. */
  readonly merge?: { readonly sha: string; readonly by: string | undefined; readonly at: string } | undefined;
}

export interface NewPullRequest {
  readonly head: string;
  readonly base: string;
  readonly title: string;
  /** Markdown. */
  readonly body: string;
  /** Not to be merged before somebody has marked it as ready. */
  readonly draft: boolean;
}

export interface Comment {
  readonly author: string;
  readonly body: string;
}

export interface CallLimits {
  readonly signal?: AbortSignal | undefined;
}

export interface PullRequests {
  /** `github.com`: before a user's name, how the list of identities writes an account there. */
  readonly host: string;
  /** The newest one from this branch, whatever has become of it. */
  readonly find: (head: string, base: string, limits?: CallLimits) => Promise<PullRequest | undefined>;
  /** One that exists already is success. */
  readonly create: (request: NewPullRequest, limits?: CallLimits) => Promise<PullRequest>;
  readonly get: (number: number, limits?: CallLimits) => Promise<PullRequest>;
  /** Adds labels; one that is there already stays. */
  readonly label: (number: number, labels: readonly string[], limits?: CallLimits) => Promise<void>;
  /** Users who approve of just this commit, and have not taken that back. */
  readonly approvers: (number: number, headSha: string, limits?: CallLimits) => Promise<readonly string[]>;
  /** Of people and programs, oldest first, as far as one page goes. */
  readonly comments: (number: number, limits?: CallLimits) => Promise<readonly Comment[]>;
  readonly comment: (number: number, body: string, limits?: CallLimits) => Promise<void>;
  /** One that is closed already is success. */
  readonly close: (number: number, limits?: CallLimits) => Promise<void>;
}
