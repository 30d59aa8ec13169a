/** Kinds that are changed directly or that such a change depends on, with the fields that are looked at. */
import type { ObjectRef } from '../../crds/common.ts';
import { applications } from '../../gitops/argo/resources.ts';
import { helmReleases, kustomizations } from '../../gitops/flux/resources.ts';
import { pods, volumeClaims, WORKLOADS } from '../../gitops/resources.ts';
import { apiVersionOf, type Condition, defineResource, type KubeObject, type ResourceType } from '../../kube/object.ts';

export interface Node extends KubeObject {
  readonly spec?: { readonly unschedulable?: boolean };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export interface Certificate extends KubeObject {
  readonly spec?: { readonly secretName?: string };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly notBefore?: string;
    readonly notAfter?: string;
    readonly revision?: number;
  };
}

export interface StorageClass extends KubeObject {
  readonly allowVolumeExpansion?: boolean;
}

export const nodes = defineResource<Node>({ group: '', version: 'v1', kind: 'Node', plural: 'nodes', namespaced: false });
export const certificates = defineResource<Certificate>({
  group: 'cert-manager.io',
  version: 'v1',
  kind: 'Certificate',
  plural: 'certificates',
  namespaced: true,
});
export const storageClasses = defineResource<StorageClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  plural: 'storageclasses',
  namespaced: false,
});

/** The kinds that are ever changed directly; nothing else can be. */
const CHANGED: readonly ResourceType[] = [
  ...WORKLOADS.values(),
  pods,
  nodes,
  kustomizations,
  helmReleases,
  applications,
  certificates,
  volumeClaims,
];

export function resourceOf({ apiVersion, kind }: ObjectRef): ResourceType {
  const found = CHANGED.find((resource) => resource.kind === kind && apiVersionOf(resource) === apiVersion);
  if (found === undefined) throw new Error(`${apiVersion ?? ''} ${kind} is never changed directly`);
  return found;
}
