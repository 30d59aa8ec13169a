/** What an admission policy says, without the words that Kubernetes puts around it. */
import { apiErrorIn } from './errors.ts';

export function policyRefusalIn(error: unknown): string | undefined {
  return /ValidatingAdmissionPolicy '[^']*' with binding '[^']*' denied request: ([\s\S]*)$/u.exec(apiErrorIn(error)?.message ?? '')?.[1];
}
