/** What a person or an account may do, asked of the API server now: never from a cache, and never assumed when it can't be asked. */
import type { KubeClient } from './client.ts';
import { defineResource, type KubeObject } from './object.ts';

/** As the API server authenticated them. */
export interface Subject {
  readonly username: string;
  readonly groups?: readonly string[] | undefined;
  readonly uid?: string | undefined;
  /** What else the authenticator said; a scope in it may narrow what they may do. */
  readonly extra?: Readonly<Record<string, readonly string[]>> | undefined;
}

export interface Self extends Subject {
  readonly groups: readonly string[];
}

export interface ResourceAttributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

interface AccessReview extends KubeObject {
  readonly spec: {
    readonly user?: string;
    readonly groups?: readonly string[];
    readonly uid?: string | undefined;
    readonly extra?: Subject['extra'];
    readonly resourceAttributes: ResourceAttributes;
  };
  readonly status?: { readonly allowed: boolean; readonly reason?: string };
}

const reviewOf = (kind: string, plural: string) =>
  defineResource<AccessReview>({ group: 'authorization.k8s.io', version: 'v1', kind, plural, namespaced: false });

const subjectAccessReviews = reviewOf('SubjectAccessReview', 'subjectaccessreviews');
const selfSubjectAccessReviews = reviewOf('SelfSubjectAccessReview', 'selfsubjectaccessreviews');

export async function mayDo(
  client: Pick<KubeClient, 'create'>,
  { username, groups = [], uid, extra }: Subject,
  what: ResourceAttributes,
  signal: AbortSignal,
): Promise<boolean> {
  const spec = { user: username, groups, uid, extra, resourceAttributes: what };
  const review = await client.create(subjectAccessReviews, { metadata: {}, spec }, { signal });
  return review.status?.allowed === true;
}

/** The same of the client's own account, which needs no right for the question. */
export async function mayDoItself(client: Pick<KubeClient, 'create'>, what: ResourceAttributes, signal: AbortSignal): Promise<boolean> {
  const review = await client.create(selfSubjectAccessReviews, { metadata: {}, spec: { resourceAttributes: what } }, { signal });
  return review.status?.allowed === true;
}

/** Who a client is to the API server. */
export async function whoAmI(client: Pick<KubeClient, 'raw'>, signal?: AbortSignal): Promise<Self> {
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  const { status } = (await client.raw('POST', path, review, { timeoutMs: 5000, signal })) as {
    readonly status?: { readonly userInfo?: Subject };
  };
  if (status?.userInfo?.username === undefined) throw new Error('the API server does not say who this process is to it');
  return { groups: [], ...status.userInfo };
}
