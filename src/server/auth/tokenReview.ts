/**
 * Whether a token is that of a ServiceAccount that may send alerts, by the word of the API server (TokenReview).
 *
 * An answer counts for a short while, so that a storm of deliveries is no storm of reviews. While the API server cannot be asked, callers are
 * asked to come back.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { KubeClient } from '../../kube/client.ts';
import { cannotCheck } from './secret.ts';

export type TokenReviewer = (token: string) => Promise<boolean>;

export interface TokenReviewOptions {
  readonly client: Pick<KubeClient, 'raw'>;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** `namespace/name` of each. */
  readonly serviceAccounts: readonly string[];
  /** The token has to be made for one of them; absent: for the API server. */
  readonly audiences?: readonly string[] | undefined;
}

const GOOD_FOR_MS = 60_000;
const BAD_FOR_MS = 10_000;
const MAX_KNOWN = 1000;
/** Tokens of ServiceAccounts are signed JWTs; anything else is not worth a call. */
const TOKEN = /^[\w-]{1,4096}\.[\w-]{1,16384}\.[\w-]{1,4096}$/u;

interface Known {
  readonly isGood: boolean;
  readonly until: number;
}

export function createTokenReviewer(options: TokenReviewOptions): TokenReviewer {
  const { clock, serviceAccounts } = options;
  const users = new Set(serviceAccounts.map((account) => `system:serviceaccount:${account.replace('/', ':')}`));
  const known = new Map<string, Known>();
  return async (token) => {
    if (!TOKEN.test(token)) return false;
    const digest = createHash('sha256').update(token).digest('base64');
    const before = known.get(digest);
    if (before !== undefined && clock.monotonic() < before.until) return before.isGood;
    const isGood = users.has((await reviewed(token, options)) ?? '');
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(digest, { isGood, until: clock.monotonic() + (isGood ? GOOD_FOR_MS : BAD_FOR_MS) });
    return isGood;
  };
}

interface TokenReview {
  readonly status?: {
    readonly authenticated?: boolean;
    readonly user?: { readonly username?: string };
    readonly audiences?: readonly string[];
  };
}

/** The user that it is the token of; undefined if it is nobody's. */
async function reviewed(token: string, { client, audiences }: TokenReviewOptions): Promise<string | undefined> {
  const spec = { token, ...(audiences === undefined ? {} : { audiences }) };
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec };
  try {
    const path = '/apis/authentication.k8s.io/v1/tokenreviews';
    const { status } = (await client.raw('POST', path, review, { timeoutMs: 5000 })) as TokenReview;
    if (status?.authenticated !== true) return undefined;
    // An API server that does not know audiences names none, and has not checked them.
    if (audiences !== undefined && !(status.audiences ?? []).some((audience) => audiences.includes(audience))) return undefined;
    return status.user?.username;
  } catch (error) {
    throw cannotCheck(error);
  }
}
