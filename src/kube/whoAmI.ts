/** The caller, as the API server knows them. */
import type { KubeClient } from '../kube/client.ts';

export interface Person {
  readonly username: string;
  readonly groups: readonly string[];
}

export async function whoAmI(client: KubeClient): Promise<Person> {
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const answer = (await client.raw('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', review)) as {
    readonly status?: { readonly userInfo?: { readonly username?: string; readonly groups?: readonly string[] } };
  };
  const { username = '', groups = [] } = answer.status?.userInfo ?? {};
  return { username, groups };
}
