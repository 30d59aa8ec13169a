/** The one list of who is who: an account on a Git host or in chat belongs to a person as whom the API server knows them. */
import type { Identity as ApiIdentity } from '../crds/impersonation.ts';

/** `user` is the person, whatever names they have elsewhere. */
export interface Identity extends ApiIdentity {
  /** `github.com/alice` */
  readonly accounts: readonly string[];
}

/** @param host as in `github.com` */
export function identityOf(identities: readonly Identity[], host: string, login: string): Identity | undefined {
  const account = `${host}/${login}`.toLowerCase();
  return identities.find(({ accounts }) => accounts.some((known) => known.toLowerCase() === account));
}
