/** The live objects that a plan would change, pinned by uid, with the present values of just the fields that it would write. */
import type { ObjectRef } from '../crds/common.ts';
import type { ObjectChange } from '../gitops/kustomize/compare.ts';
import { displayName } from '../gitops/kustomize/manifest.ts';
import type { CallOptions, KubeClient } from '../kube/client.ts';
import { apiVersionOf } from '../kube/object.ts';
import { changeable } from './kinds.ts';
import { liveValue } from './liveValue.ts';
import { type Refusal, refuse } from './refusal.ts';

export interface PlanTarget {
  /** With uid. */
  readonly object: ObjectRef;
  readonly labels: Readonly<Record<string, string>>;
  /** Sorted by path. Undefined: the object has no such field. */
  readonly fields: readonly { readonly path: string; readonly value?: string }[];
  /** Pods that it wants. */
  readonly replicas?: number;
}

/** Sorted by kind, namespace and name. */
export async function resolveTargets(
  client: KubeClient,
  changed: readonly ObjectChange[],
  options: CallOptions,
): Promise<readonly PlanTarget[] | Refusal> {
  const targets: PlanTarget[] = [];
  for (const { before, fields } of changed) {
    const resource = changeable(before);
    const { name, namespace = 'default' } = before.metadata;
    if (resource === undefined) return refuse('UnsafeChange', `plans do not change ${before.apiVersion} ${before.kind}`);
    const live = await client.get(resource, { namespace, name }, options);
    if (live === undefined)
      return refuse('TargetNotFound', `${displayName(before)} is in Git and not in the cluster: has the engine applied it?`);
    const { spec, status } = live as {
      readonly spec?: { readonly replicas?: unknown };
      readonly status?: { readonly desiredNumberScheduled?: unknown };
    };
    const replicas = status?.desiredNumberScheduled ?? spec?.replicas;
    targets.push({
      object: { apiVersion: apiVersionOf(resource), kind: resource.kind, namespace, name, uid: live.metadata.uid },
      labels: live.metadata.labels ?? {},
      fields: fields
        .map(({ path }) => {
          const value = liveValue(live, path);
          return value === undefined ? { path } : { path, value };
        })
        .toSorted((a, b) => compareText(a.path, b.path)),
      ...(typeof replicas === 'number' ? { replicas } : {}),
    });
  }
  return targets.toSorted((a, b) => compareText(keyOf(a), keyOf(b)));
}

function keyOf({ object }: PlanTarget): string {
  return `${object.kind}/${object.namespace ?? ''}/${object.name}`;
}

/** By code unit: the same on every machine. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
