/**
 * Whose a token is, by the word of the API server (TokenReview): any user or ServiceAccount that it knows.
 *
 * An answer counts for a short while, so that a storm of requests is no storm of reviews. While the API server cannot be asked, this
 * throws: nobody is taken for somebody, and nobody for nobody.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { Subject } from '../../kube/access.ts';
import type { KubeClient } from '../../kube/client.ts';
import { cannotCheck } from './secret.ts';

export type ReviewToken = (token: string) => Promise<Subject | undefined>;

export interface TokenReviewOptions {
  readonly client: Pick<KubeClient, 'raw'>;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** The token has to be made for one of them; absent: for the API server. */
  readonly audiences?: readonly string[] | undefined;
}

const GOOD_FOR_MS = 60_000;
const BAD_FOR_MS = 10_000;
const MAX_KNOWN = 1000;
/** Strangers with ever new tokens must not keep the API server from everybody else. */
const MAX_AT_ONCE = 32;
const LONGEST_TOKEN = 16_384;

interface Known {
  readonly subject: Subject | undefined;
  readonly until: number;
}

export function createTokenReview(options: TokenReviewOptions): ReviewToken {
  const { clock } = options;
  const known = new Map<string, Known>();
  const underWay = new Map<string, Promise<Subject | undefined>>();
  const ask = async (token: string, digest: string): Promise<Subject | undefined> => {
    if (underWay.size >= MAX_AT_ONCE) throw cannotCheck(new Error('too many tokens are being reviewed'));
    const asked = reviewed(token, options).finally(() => underWay.delete(digest));
    underWay.set(digest, asked);
    const subject = await asked;
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(digest, { subject, until: clock.monotonic() + (subject === undefined ? BAD_FOR_MS : GOOD_FOR_MS) });
    return subject;
  };
  return async (token) => {
    if (token === '' || token.length > LONGEST_TOKEN) return undefined;
    const digest = createHash('sha256').update(token).digest('base64');
    const before = known.get(digest);
    if (before !== undefined && clock.monotonic() < before.until) return before.subject;
    return underWay.get(digest) ?? ask(token, digest);
  };
}

export type TokenReviewer = (token: string) => Promise<boolean>;

/** Tokens of ServiceAccounts are signed JWTs; where these alone count, anything else is not worth a call. */
const JWT = /^[\w-]{1,4096}\.[\w-]{1,16384}\.[\w-]{1,4096}$/u;

/** Whether a token is that of one of these ServiceAccounts. @param serviceAccounts `namespace/name` of each */
export function createTokenReviewer({
  serviceAccounts,
  ...options
}: TokenReviewOptions & { readonly serviceAccounts: readonly string[] }): TokenReviewer {
  const users = new Set(serviceAccounts.map((account) => `system:serviceaccount:${account.replace('/', ':')}`));
  const review = createTokenReview(options);
  return async (token) => JWT.test(token) && users.has((await review(token))?.username ?? '');
}

interface TokenReview {
  readonly status?: {
    readonly authenticated?: boolean;
    readonly user?: Partial<Subject>;
    readonly audiences?: readonly string[];
  };
}

async function reviewed(token: string, { client, audiences }: TokenReviewOptions): Promise<Subject | undefined> {
  const spec = { token, ...(audiences === undefined ? {} : { audiences }) };
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec };
  try {
    const path = '/apis/authentication.k8s.io/v1/tokenreviews';
    const { status } = (await client.raw('POST', path, review, { timeoutMs: 5000 })) as TokenReview;
    const { username, groups = [], uid, extra } = status?.user ?? {};
    if (status?.authenticated !== true || username === undefined || username === '') return undefined;
    // An API server that does not know audiences names none, and has not checked them.
    if (audiences !== undefined && !(status.audiences ?? []).some((audience) => audiences.includes(audience))) return undefined;
    return { username, groups, uid, extra };
  } catch (error) {
    throw cannotCheck(error);
  }
}
