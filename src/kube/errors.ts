/**
 * What can go wrong in a call to the API server: it answered with a refusal (`ApiError`), or no answer came (`ConnectionError`).
 *
 * Both messages say what was tried, where, and what to do where that is known. Predicates look through `cause`, so an error
 * that was wrapped with what was tried is still recognised.
 */

/** One entry of metav1.Status `details.causes`: which field, and what is wrong with it. */
export interface StatusCause {
  readonly reason?: string;
  readonly field?: string;
  readonly message?: string;
}

export interface ApiErrorDetails {
  /** The HTTP status, or the code of an ERROR event in a watch. */
  readonly status: number;
  /** metav1.Status reason, such as `AlreadyExists`; empty if something else than an API server answered. */
  readonly reason: string;
  readonly retryAfterSeconds?: number | undefined;
  readonly causes?: readonly StatusCause[] | undefined;
}

/** The API server answered, and refused. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly reason: string;
  readonly retryAfterSeconds: number | undefined;
  readonly causes: readonly StatusCause[];

  constructor(message: string, details: ApiErrorDetails) {
    super(message);
    this.status = details.status;
    this.reason = details.reason;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.causes = details.causes ?? [];
  }
}

export type ConnectionFailure = 'refused' | 'unresolved' | 'certificate' | 'timeout' | 'closed' | 'malformed' | 'tooLarge' | 'credentials';

/** No answer came, or none that can be read. Whether a write took effect is unknown unless `kind` is refused or unresolved. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  readonly kind: ConnectionFailure;

  constructor(message: string, kind: ConnectionFailure, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}

/** The ApiError in an error's chain of causes, if there is one. */
export function apiErrorIn(error: unknown): ApiError | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof ApiError) return at;
  }
  return undefined;
}

const has =
  (status: number, reason: string) =>
  (error: unknown): boolean => {
    const found = apiErrorIn(error);
    return found?.status === status && (found.reason === reason || found.reason === '');
  };

export const isNotFound = has(404, 'NotFound');
export const isAlreadyExists = has(409, 'AlreadyExists');
/** The object changed since it was read, or another field manager owns the field. */
export const isConflict = has(409, 'Conflict');
export const isForbidden = has(403, 'Forbidden');
export const isUnauthorized = has(401, 'Unauthorized');
/** The object breaks its schema, a CEL rule or an admission policy of validation. */
export const isInvalid = has(422, 'Invalid');

/** The resource version or continue token is too old for the API server to serve from. */
export function isGone(error: unknown): boolean {
  return apiErrorIn(error)?.status === 410;
}
