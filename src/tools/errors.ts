/** Why a tool gives no answer: one clear sentence with what to do, made for whoever called. Nothing of the inside is in it. */
import type { z } from 'zod';
import { gapReason, SourceError } from '../sources/gap.ts';

export type ToolErrorReason =
  /** What was asked is wrong in itself: a field, a query that does not parse, too wide a selection. */
  | 'Invalid'
  /** The caller may not see that. */
  | 'Forbidden'
  | 'NotFound'
  /** This installation has no such source, model or chat. */
  | 'NotConfigured'
  /** Somebody who has to be asked does not answer, or answers nonsense. */
  | 'Unavailable'
  | 'TimedOut'
  /** The answer would be too large, or too much has been asked. */
  | 'TooLarge'
  /** It is a person's act, never an agent's: how a person can is in the message. */
  | 'ForPeople';

export interface FieldProblem {
  /** As in `start` or `labels.app`; empty: the whole. */
  readonly field: string;
  readonly problem: string;
}

export class ToolError extends Error {
  override readonly name = 'ToolError';
  readonly reason: ToolErrorReason;
  /** Of an `Invalid` input, each. */
  readonly problems: readonly FieldProblem[];

  constructor(
    reason: ToolErrorReason,
    message: string,
    options: { readonly cause?: unknown; readonly problems?: readonly FieldProblem[] } = {},
  ) {
    super(message, { cause: options.cause });
    this.reason = reason;
    this.problems = options.problems ?? [];
  }
}

export function invalid(issues: readonly z.core.$ZodIssue[]): ToolError {
  const problems = issues.map((issue) => ({ field: issue.path.map(String).join('.'), problem: inWords(issue) }));
  const words = problems.map(({ field, problem }) => (field === '' ? problem : `${field}: ${problem}`));
  return new ToolError('Invalid', words.join('; '), { problems });
}

/** What zod itself says of a wrong type is for programmers; what a schema says stays. */
function inWords(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_type' || !issue.message.startsWith('Invalid input')) return issue.message;
  const article = /^[aeiou]/u.test(issue.expected) ? 'an' : 'a';
  return issue.message.endsWith('received undefined')
    ? `is missing; give ${article} ${issue.expected}`
    : `is to be ${article} ${issue.expected}`;
}

/** Whatever a source or the API server throws. @param tried as in "ask Prometheus for the metrics of shop/cart" */
export function troubleOf(tried: string, cause: unknown): ToolError {
  if (cause instanceof ToolError) return cause;
  const reason = gapReason(cause);
  const said = cause instanceof SourceError ? cause.message : WORDS[reason];
  return new ToolError(reason === 'Malformed' ? 'Unavailable' : reason, `${tried}: ${said}`, { cause });
}

/** What the other side says itself may hold anything, and stays in the log. */
const WORDS: Readonly<Record<SourceError['reason'], string>> = {
  Forbidden: 'it does not let Agent-SRE look',
  Unavailable: 'it cannot be reached just now',
  TimedOut: 'it did not answer in time',
  Malformed: 'its answer makes no sense',
  TooLarge: 'its answer is too large; narrow the question',
  NotConfigured: 'it is not configured',
  NotFound: 'there is no such thing',
};
