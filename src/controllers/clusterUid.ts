/** The usual identity of a cluster: the uid of its namespace kube-system, which outlives everything but the cluster. */
import type { KubeClient } from '../kube/client.ts';
import { defineResource, type KubeObject } from '../kube/object.ts';

const namespaces = defineResource<KubeObject>({ group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false });

export async function readClusterUid(client: KubeClient, signal: AbortSignal): Promise<string> {
  const found = await client.get(namespaces, { name: 'kube-system' }, { signal });
  if (found === undefined) throw new Error('this cluster has no namespace kube-system, whose uid tells it from others');
  return found.metadata.uid;
}
