/** What a person or an account may do, asked of the API server now: never from a cache, and never assumed when it can't be asked. */
import type { KubeClient } from './client.ts';
import { defineResource, type KubeObject } from './object.ts';

/** As the API server authenticated them. */
export interface Subject {
  readonly username: string;
  readonly groups?: readonly string[] | undefined;
}

export interface ResourceAttributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

interface SubjectAccessReview extends KubeObject {
  readonly spec: { readonly user: string; readonly groups: readonly string[]; readonly resourceAttributes: ResourceAttributes };
  readonly status?: { readonly allowed: boolean; readonly reason?: string };
}

const subjectAccessReviews = defineResource<SubjectAccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  namespaced: false,
});

export async function mayDo(client: KubeClient, who: Subject, what: ResourceAttributes, signal: AbortSignal): Promise<boolean> {
  const spec = { user: who.username, groups: who.groups ?? [], resourceAttributes: what };
  const review = await client.create(subjectAccessReviews, { metadata: {}, spec }, { signal });
  return review.status?.allowed === true;
}
