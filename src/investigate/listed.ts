/** Whether a kind was seen in full in a namespace: only then is an object that is not in the snapshot one that does not exist. */
import { LIMITS } from '../sources/kubernetes/limits.ts';
import type { Snapshot } from '../sources/kubernetes/snapshot.ts';

export function servicesListed(snapshot: Snapshot, namespace: string): boolean {
  const { workloads, pods, services, gaps } = snapshot;
  const looked = workloads.some(({ ref }) => ref.namespace === namespace) || pods.some((pod) => pod.namespace === namespace);
  const failed = gaps.some(({ message }) => /\blist services\b/u.test(message));
  return looked && !failed && services.filter((service) => service.namespace === namespace).length < LIMITS.services;
}
