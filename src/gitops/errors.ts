/**
 * What can go wrong on the way to a repository, told apart so that a caller can wait, ask for other credentials, or give up.
 *
 * Messages hold no credentials, name the repository, and say what to do where that is known.
 */

export type GitFailure =
  /** No answer, or one that will pass: try again. */
  | 'Unavailable'
  | 'TimedOut'
  /** The host knows us not, or not well enough. */
  | 'Unauthorized'
  /** No such repository, branch or commit. */
  | 'NotFound'
  /** We will not do this: the URL, the path or the content is not one that may be used. */
  | 'Refused'
  /** More than we are prepared to read. */
  | 'TooLarge'
  /** Git itself failed in a way that none of the others describes. */
  | 'Failed';

export class GitError extends Error {
  override readonly name = 'GitError';
  readonly kind: GitFailure;
  /** Where the host says when to come again, in ms. */
  readonly retryAfterMs: number | undefined;

  constructor(kind: GitFailure, message: string, options?: { readonly cause?: unknown; readonly retryAfterMs?: number | undefined }) {
    super(message, options);
    this.kind = kind;
    this.retryAfterMs = options?.retryAfterMs;
  }
}

/** The GitError in an error's chain of causes, if there is one. */
export function gitErrorIn(error: unknown): GitError | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof GitError) return at;
  }
  return undefined;
}

const URL_USERINFO = /:\/\/[^\s/@'"]*@/gu;
const AUTHORIZATION = /(authorization:\s*\w+\s+)\S+/giu;

/** `text` without the user information of URLs, and without authorization headers. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(URL_USERINFO, '://').replaceAll(AUTHORIZATION, '$1(removed)');
}
