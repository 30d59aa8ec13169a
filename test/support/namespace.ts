/** A namespace for one test, so that tests share an API server without meeting. */
import type { KubeClient } from '../../src/kube/client.ts';
import { defineResource } from '../../src/kube/object.ts';

export const namespaces = defineResource({ group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false });

export async function makeNamespace(client: KubeClient, prefix: string): Promise<string> {
  const made = await client.create(namespaces, { metadata: { generateName: `${prefix}-` } });
  return made.metadata.name;
}
