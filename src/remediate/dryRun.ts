/**
 * Tries what would be applied against the API server, with its whole admission chain, and stores nothing.
 *
 * It is done as the engine would do it: server-side apply under the engine's own field manager, so that a field which the engine would drop is dropped here,
 * too. A refusal by validation or admission is the plan's, in the words of whoever refused; that we may not even try is ours to have set up.
 */
import { displayName, type Manifest } from '../gitops/kustomize/manifest.ts';
import type { GitOwner } from '../gitops/owner.ts';
import type { CallOptions } from '../kube/client.ts';
import type { KubeObject } from '../kube/object.ts';
import { denialIn } from './denial.ts';
import type { RemediateDeps } from './deps.ts';
import { changeable } from './kinds.ts';
import { type Refusal, refuse } from './refusal.ts';
import type { PlanTarget } from './targets.ts';

export interface DryRunAnswer {
  /** `Deployment/shop/cart` */
  readonly object: string;
  readonly message: string;
}

export async function dryRun(
  { client }: RemediateDeps,
  manifests: readonly Manifest[],
  targets: readonly PlanTarget[],
  { fieldManager, ...options }: CallOptions & Pick<GitOwner, 'fieldManager'>,
): Promise<readonly DryRunAnswer[] | Refusal> {
  const answers: DryRunAnswer[] = [];
  for (const manifest of manifests) {
    const resource = changeable(manifest);
    if (resource === undefined) return refuse('UnsafeChange', `plans do not change ${manifest.apiVersion} ${manifest.kind}`);
    const namespace = manifest.metadata.namespace ?? 'default';
    const intent = { ...manifest, metadata: { ...manifest.metadata, namespace } };
    try {
      const result: KubeObject = await client.apply(resource, intent, {
        ...options,
        fieldManager,
        force: true,
        dryRun: true,
      });
      const target = targets.find(
        ({ object }) => object.kind === manifest.kind && object.name === manifest.metadata.name && object.namespace === namespace,
      );
      if (target !== undefined && target.object.uid !== result.metadata.uid) {
        return refuse('TargetNotFound', `${displayName(manifest)} was replaced while it was looked at`);
      }
      answers.push({ object: displayName(manifest), message: 'the API server would take it' });
    } catch (error) {
      const denial = denialIn(error);
      if (denial === undefined) throw new Error(`try ${displayName(manifest)} against the API server`, { cause: error });
      return refuse('DryRunDenied', `the API server would not take ${displayName(manifest)}: ${denial}`);
    }
  }
  return answers;
}
