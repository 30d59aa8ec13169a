/**
 * What could not be seen, and why: a failure to look is a typed result, never "no anomaly".
 *
 * A message says what was tried and what to do about it. Details of an error are cut short, and cleaned before they are shown
 * (`cleanGaps`).
 */
import type { Gap } from '../crds/investigation.ts';
import { ownMember } from '../domain/ownMember.ts';
import { ApiError, ConnectionError } from '../kube/errors.ts';
import { type Cleaner, cut } from './text.ts';

export type GapReason = Gap['reason'];

/** A source answered in a way that cannot be used, or not at all. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly reason: GapReason;
  /** What the source said itself when it refused: for whoever wrote the question, once it is cleaned. Never part of the message. */
  readonly said: string | undefined;

  constructor(reason: GapReason, message: string, options: { readonly cause?: unknown; readonly said?: string | undefined } = {}) {
    super(message, { cause: options.cause });
    this.reason = reason;
    this.said = options.said;
  }
}

/** What a source said when it did not take a question; of any other failure nothing, as that may tell of its inside. */
export function refusalIn(error: unknown): string | undefined {
  for (let at = error; at instanceof SourceError; at = at.cause) if (at.reason === 'Malformed' && at.said !== undefined) return at.said;
  return undefined;
}

const ADVICE: Readonly<Record<GapReason, string>> = {
  Forbidden: 'grant the right or credentials that it needs',
  Unavailable: 'check that it runs and can be reached from here',
  TimedOut: 'it is slow or the time was up; look again later',
  Malformed: 'check that the address is that of such a source',
  TooLarge: 'narrow the targets or the window',
  NotConfigured: 'configure it',
  NotFound: 'check the name, or that it has not been deleted',
};

/**
 * What a `SourceError` says is ours. All else may be the words of whoever answered, and stands in quotation marks.
 *
 * @param tried what was attempted, as in "list pods of shop"
 */
export function gapOf(source: string, tried: string, error: unknown): Gap {
  const reason = gapReason(error);
  const detail = error instanceof Error ? cut(withoutPrefix(error.message, `${tried}: `), LONGEST_DETAIL) : 'unknown error';
  const said = !(error instanceof Error) || error instanceof SourceError ? detail : `“${detail.replace(/[“”]/gu, '"')}”`;
  return { source, reason, message: `${tried}: ${said}; ${ADVICE[reason]}` };
}

const LONGEST_DETAIL = 300;

/** Some errors say themselves what was tried. */
const withoutPrefix = (text: string, prefix: string): string => (text.startsWith(prefix) ? text.slice(prefix.length) : text);

/** Without what a terminal obeys and what must not be told: a source may repeat what it was sent, or quote what it holds. */
export const cleanGaps = (gaps: readonly Gap[], cleaner: Pick<Cleaner, 'line'>): Gap[] =>
  gaps.map((gap) => ({ ...gap, message: cleaner.line(gap.message, LONGEST_MESSAGE) }));

const LONGEST_MESSAGE = 1_000;

/** For an answer that came, and may not be all. @param notes why, as the source says */
export function partialGap(source: string, tried: string, notes: readonly string[]): Gap {
  return { source, reason: 'Unavailable', message: `${tried}: the answer may not be all: ${notes.join('; ').slice(0, 300)}` };
}

/** The Git side tells failures apart by a `kind` of its own. */
const REASONS_OF_GIT: Readonly<Record<string, GapReason>> = {
  Unauthorized: 'Forbidden',
  Refused: 'NotConfigured',
  NotFound: 'NotFound',
  TimedOut: 'TimedOut',
  TooLarge: 'TooLarge',
};

/** The outermost error that is known decides: whoever wrapped it knew more. */
export function gapReason(error: unknown): GapReason {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof SourceError) return at.reason;
    if (at instanceof ApiError) return reasonOfStatus(at.status);
    if (at instanceof ConnectionError) return reasonOfConnection(at.kind);
    if (at.name === 'TimeoutError' || at.name === 'AbortError') return 'TimedOut';
    const reason = 'kind' in at ? ownMember(REASONS_OF_GIT, String(at.kind)) : undefined;
    if (reason !== undefined) return reason;
  }
  return 'Unavailable';
}

/** @param status an HTTP status that is not a success */
export function reasonOfStatus(status: number): GapReason {
  if (status === 401 || status === 403) return 'Forbidden';
  if (status === 404) return 'NotFound';
  if (status === 408 || status === 504) return 'TimedOut';
  if (status === 413) return 'TooLarge';
  return 'Unavailable';
}

function reasonOfConnection(kind: ConnectionError['kind']): GapReason {
  if (kind === 'timeout') return 'TimedOut';
  if (kind === 'malformed') return 'Malformed';
  if (kind === 'tooLarge') return 'TooLarge';
  return kind === 'credentials' ? 'Forbidden' : 'Unavailable';
}

/** One gap a source and reason; how often it happened is said where it happened more than once. */
export function mergeGaps(gaps: readonly Gap[]): Gap[] {
  const groups = Map.groupBy(gaps, ({ source, reason }) => `${source}\n${reason}`);
  return [...groups.values()].map((group) => {
    const first = group[0] as Gap;
    const others = new Set(group.map(({ message }) => message)).size - 1;
    return others === 0 ? first : { ...first, message: `${first.message} (and ${others} more of the kind)` };
  });
}
