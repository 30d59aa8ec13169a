/**
 * The application's own source code, through a port: what a Git mirror and a Git host's API both can tell.
 *
 * Texts are as Git has them: unredacted, of strangers. Whoever asks cleans them. Failures are thrown and carry a `kind` or a reason.
 */

/** A commit, or what a deployer wrote in its place: a tag, the beginning of a commit. */
export interface SourceRef {
  /** Address as people write it: https://host/path. */
  readonly repository: string;
  readonly revision: string;
}

export interface SourceCommit {
  readonly commit: string;
  readonly author: string;
  /** Milliseconds since the epoch, as committed. */
  readonly at: number;
  readonly subject: string;
  /** Pull requests that brought it, where the host knows. */
  readonly pullRequests?: readonly { readonly number: number; readonly title: string }[] | undefined;
}

export interface SourceComparison {
  /** Whether the second is later than the first, earlier (a roll-back), the same, or on another branch. */
  readonly direction: 'forward' | 'back' | 'same' | 'diverged';
  readonly before: string;
  readonly after: string;
  /** Newest first: what the later of the two has and the other lacks. Bounded. */
  readonly commits: readonly SourceCommit[];
  readonly moreCommits: boolean;
  readonly files: readonly string[];
  readonly moreFiles: boolean;
  /** Unified, cut; empty where it is too large. */
  readonly diff: string;
}

/** A place in the source as a stack frame names it: a path as it was in the image. */
export interface SourceLine {
  readonly file: string;
  readonly line: number;
}

export interface LineChange {
  /** Path in the repository. */
  readonly path: string;
  readonly line: number;
  /** Who changed this line last, or, where only that is known, this file. */
  readonly commit: SourceCommit;
  readonly exact: 'line' | 'file';
  /** The line itself, where it is known. */
  readonly text?: string | undefined;
}

export interface SourceLimits {
  readonly signal?: AbortSignal | undefined;
}

export interface SourcePort {
  compare(before: SourceRef, after: SourceRef, limits?: SourceLimits): Promise<SourceComparison>;
  /** One for each line, in order; undefined for a file that the repository has not, or that is not clear. */
  lastChanges(at: SourceRef, lines: readonly SourceLine[], limits?: SourceLimits): Promise<readonly (LineChange | undefined)[]>;
}
