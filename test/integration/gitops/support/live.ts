/** What a rendering is held against: what the engine has applied. */
import { expect } from 'vitest';
import type { Manifest } from '../../../../src/gitops/kustomize/manifest.ts';
import type { KubeClient } from '../../../../src/kube/client.ts';
import { CHANGEABLE } from '../../../../src/remediate/kinds.ts';

/** Each is in the cluster, with all that its manifest says. */
export async function expectLive(client: KubeClient, namespace: string, manifests: readonly Manifest[]): Promise<void> {
  for (const manifest of manifests) {
    const resource = CHANGEABLE.find(({ kind }) => kind === manifest.kind);
    if (resource === undefined) throw new Error(manifest.kind);
    const live = await client.get(resource, { namespace, name: manifest.metadata.name });
    expect(live).toMatchObject(JSON.parse(JSON.stringify(manifest)) as object);
  }
}
