/** Told apart when the API server refuses: the world says no, or we may not even ask. */
import { apiErrorIn } from '../kube/errors.ts';

/** What validation or admission said; undefined where it was something else that went wrong. */
export function denialIn(error: unknown): string | undefined {
  const found = apiErrorIn(error);
  if (found === undefined) return undefined;
  if (found.status === 403) return /\bcannot (?:patch|create|update|get|delete)\b/u.test(found.message) ? undefined : found.message;
  return found.status === 400 || found.status === 422 || (found.status === 409 && found.reason !== 'Conflict') ? found.message : undefined;
}
