/**
 * Why a call to a model gave nothing. The reason decides what is done next: tried again, another model, a smaller prompt, or none.
 *
 * A message says which model and what happened. It never carries what the server wrote beyond a short, cleaned line: an error page may repeat the prompt.
 */

export type ModelFailure =
  /** Refused, unreachable, or an error of the server's own. */
  | 'Unavailable'
  | 'TimedOut'
  /** Asked too often; `retryAfterMs` where the server says. */
  | 'RateLimited'
  | 'Forbidden'
  /** No such model or address. */
  | 'NotFound'
  /** The prompt does not fit into the model's window. */
  | 'ContextExceeded'
  /** The model cannot call tools. */
  | 'NoTools'
  /** Its answer is larger than anything that could be meant. */
  | 'TooLarge'
  /** Its answer is not of the protocol, or not of the form that was asked for. */
  | 'Malformed'
  /** The call was not made: it might have passed the budget. */
  | 'BudgetExceeded'
  /** The call was not made: whether it would pass the budget is not known. */
  | 'BudgetUnknown'
  /** The caller gave up. */
  | 'Aborted';

export interface ModelErrorDetails {
  readonly cause?: unknown;
  readonly retryAfterMs?: number | undefined;
  /** Whether the server can have spent tokens on the call. */
  readonly mayHaveSpent?: boolean;
}

export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly reason: ModelFailure;
  readonly retryAfterMs: number | undefined;
  readonly mayHaveSpent: boolean;

  constructor(reason: ModelFailure, message: string, { cause, retryAfterMs, mayHaveSpent = false }: ModelErrorDetails = {}) {
    super(message, { cause });
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
    this.mayHaveSpent = mayHaveSpent;
  }
}

/** What a status other than 200 means. A 400 may be about the window or about tools: only its text tells. */
export function failureOfStatus(status: number, detail: string): ModelFailure {
  if (status === 401 || status === 403) return 'Forbidden';
  if (status === 429) return 'RateLimited';
  if (status === 408 || status === 504) return 'TimedOut';
  if (/context (?:length|window|size)|context_length|maximum context|too many tokens|exceeds the context/iu.test(detail))
    return 'ContextExceeded';
  if (/does not support tools|tools? (?:is|are) not supported|tool use is not supported/iu.test(detail)) return 'NoTools';
  if (status === 404) return 'NotFound';
  if (status === 413) return 'ContextExceeded';
  return status >= 400 && status < 500 ? 'Malformed' : 'Unavailable';
}
