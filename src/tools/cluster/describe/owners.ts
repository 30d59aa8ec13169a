/** Who made an object: up the chain of controllers, as far as the caller may see, and the GitOps object that claims to deploy it. */
import type { KubeObject } from '../../../kube/object.ts';
import { claimsOn } from '../../../sources/deliveries/owners.ts';
import { controllerOf } from '../../../sources/kubernetes/targets.ts';
import type { Call } from '../../tool.ts';
import type { Glance } from '../glance.ts';
import type { Kinds } from '../kinds.ts';

const LONGEST_CHAIN = 5;

export interface Origin {
  /** As `ReplicaSet cart-7d9`, the nearest first. */
  readonly owners: readonly string[];
  /** As `Kustomization flux-system/apps`. */
  readonly deployedBy: readonly string[];
}

export async function originOf(kinds: Kinds, glance: Glance, object: KubeObject, call: Call): Promise<Origin> {
  const chain: KubeObject[] = [object];
  const owners: string[] = [];
  for (let at: KubeObject | undefined = object; at !== undefined && owners.length < LONGEST_CHAIN; ) {
    const owner = controllerOf(at) ?? at.metadata.ownerReferences?.[0];
    if (owner === undefined) break;
    owners.push(`${owner.kind} ${owner.name}`);
    at = await ownerObject(kinds, glance, owner, object.metadata.namespace, call);
    if (at !== undefined) chain.push(at);
  }
  const deployedBy = claimsOn(chain).map(({ kind, namespace, name }) => `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`);
  return { owners, deployedBy };
}

async function ownerObject(
  kinds: Kinds,
  glance: Glance,
  { apiVersion, kind, name }: { readonly apiVersion: string; readonly kind: string; readonly name: string },
  namespace: string | undefined,
  call: Call,
): Promise<KubeObject | undefined> {
  const served = await kinds
    .find(apiVersion.includes('/') ? `${apiVersion}/${kind}` : `${kind}.${apiVersion}`, call.signal)
    .catch(() => undefined);
  if (served === undefined) return undefined;
  return glance.get(served, { name, ...(served.namespaced && namespace !== undefined ? { namespace } : {}) });
}
