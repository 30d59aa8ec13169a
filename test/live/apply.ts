/** Creates a namespace and what is in it, as a person would. */
import type { KubeClient } from '../../src/kube/client.ts';
import { defineResource, type ResourceType } from '../../src/kube/object.ts';
import { namespaces, serviceAccounts } from '../../src/sources/kubernetes/boundsApi.ts';
import { untilTrue } from '../support/until.ts';
import type { Applied } from './objects.ts';

const CLUSTER_WIDE = new Set(['PersistentVolume', 'ValidatingWebhookConfiguration']);
const NAMESPACE_MS = 60_000;

/** With its default account, without which there are no pods. */
export async function createNamespace(kube: KubeClient, name: string, labels: Readonly<Record<string, string>> = {}): Promise<void> {
  await kube.create(namespaces, { metadata: { name, labels } });
  const account = { namespace: name, name: 'default' };
  await untilTrue(`${name} to have an account`, async () => (await kube.get(serviceAccounts, account)) !== undefined, NAMESPACE_MS);
}

export async function applyTo(kube: KubeClient, namespace: string, objects: readonly Applied[]): Promise<void> {
  for (const { metadata, ...rest } of objects) {
    const resource = resourceOf(rest);
    await kube.create(resource, { ...rest, metadata: { ...metadata, ...(resource.namespaced && { namespace }) } });
  }
}

function resourceOf({ apiVersion, kind }: Omit<Applied, 'metadata'>): ResourceType {
  const [version = '', group = ''] = apiVersion.split('/').toReversed();
  const stem = kind.toLowerCase();
  const plural = stem.endsWith('y') ? `${stem.slice(0, -1)}ies` : stem.endsWith('s') ? `${stem}es` : `${stem}s`;
  return defineResource({ group, version, kind, plural, namespaced: !CLUSTER_WIDE.has(kind) });
}
