/** What a person or an account may do, asked of the API server now: never from a cache, and never assumed when it can't be asked. */
import type { Requester } from '../crds/common.ts';
import type { KubeClient } from '../kube/client.ts';
import { defineResource, type KubeObject } from '../kube/object.ts';

export interface ResourceAttributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
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

export async function mayDo(client: KubeClient, who: Requester, what: ResourceAttributes, signal: AbortSignal): Promise<boolean> {
  const spec = { user: who.username, groups: who.groups ?? [], resourceAttributes: what };
  const review = await client.create(subjectAccessReviews, { metadata: {}, spec }, { signal });
  return review.status?.allowed === true;
}
