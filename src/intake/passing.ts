/** Which failures of a call to the API server may be gone at the next attempt, with nobody having done anything about them. */
import { apiErrorIn, ConnectionError } from '../kube/errors.ts';

export function isPassing(error: unknown): boolean {
  const refusal = apiErrorIn(error);
  if (refusal !== undefined) return refusal.status === 429 || refusal.status >= 500;
  return connectionErrorIn(error)?.kind !== undefined && !LASTING.has(connectionErrorIn(error)?.kind ?? '');
}

/** A wrong certificate or credential stays wrong until a person mends it. */
const LASTING: ReadonlySet<string> = new Set(['certificate', 'credentials']);

function connectionErrorIn(error: unknown): ConnectionError | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof ConnectionError) return at;
  }
  return undefined;
}
