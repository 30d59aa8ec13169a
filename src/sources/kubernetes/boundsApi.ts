/** Kinds that bound, scale, store, deliver and certify what runs, as the API server serves them. */
import { defineResource, type KubeObject } from '../../kube/object.ts';
import type { ApiCondition, ApiSelector } from './api.ts';

type Quantities = Readonly<Record<string, string>>;

export interface ApiQuota extends KubeObject {
  readonly spec?: { readonly hard?: Quantities };
  readonly status?: { readonly hard?: Quantities; readonly used?: Quantities };
}
export interface ApiAutoscaler extends KubeObject {
  readonly spec?: {
    readonly minReplicas?: number;
    readonly maxReplicas?: number;
    readonly scaleTargetRef?: { readonly apiVersion?: string; readonly kind: string; readonly name: string };
  };
  readonly status?: {
    readonly currentReplicas?: number;
    readonly desiredReplicas?: number;
    readonly lastScaleTime?: string;
    readonly conditions?: readonly ApiCondition[];
  };
}
export interface ApiDisruptionBudget extends KubeObject {
  readonly spec?: { readonly selector?: ApiSelector };
  readonly status?: {
    readonly disruptionsAllowed?: number;
    readonly currentHealthy?: number;
    readonly desiredHealthy?: number;
    readonly expectedPods?: number;
  };
}
export interface ApiVolumeObject extends KubeObject {
  readonly spec?: {
    readonly capacity?: Quantities;
    readonly accessModes?: readonly string[];
    readonly storageClassName?: string;
    readonly claimRef?: { readonly namespace?: string; readonly name?: string };
  };
  readonly status?: { readonly phase?: string };
}
export interface ApiStorageClass extends KubeObject {
  readonly provisioner?: string;
  readonly volumeBindingMode?: string;
}
export interface ApiNamespace extends KubeObject {
  readonly spec?: { readonly finalizers?: readonly string[] };
  readonly status?: { readonly phase?: string; readonly conditions?: readonly ApiCondition[] };
}
export interface ApiDelivery extends KubeObject {
  readonly spec?: { readonly suspend?: boolean };
  readonly status?: {
    readonly conditions?: readonly ApiCondition[];
    readonly lastAppliedRevision?: string;
    readonly lastAttemptedRevision?: string;
    readonly artifact?: { readonly revision?: string };
    readonly sync?: { readonly status?: string; readonly revision?: string };
    readonly health?: { readonly status?: string };
  };
}
export interface ApiCertificate extends KubeObject {
  readonly spec?: { readonly secretName?: string; readonly dnsNames?: readonly string[] };
  readonly status?: { readonly conditions?: readonly ApiCondition[]; readonly notAfter?: string; readonly renewalTime?: string };
}

const core = { group: '', version: 'v1' } as const;

export const quotas = defineResource<ApiQuota>({ ...core, kind: 'ResourceQuota', plural: 'resourcequotas', namespaced: true });
export const serviceAccounts = defineResource<KubeObject>({ ...core, kind: 'ServiceAccount', plural: 'serviceaccounts', namespaced: true });
export const volumes = defineResource<ApiVolumeObject>({
  ...core,
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  namespaced: false,
});
export const namespaces = defineResource<ApiNamespace>({ ...core, kind: 'Namespace', plural: 'namespaces', namespaced: false });
export const storageClasses = defineResource<ApiStorageClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  plural: 'storageclasses',
  namespaced: false,
});
export const autoscalers = defineResource<ApiAutoscaler>({
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  namespaced: true,
});
export const disruptionBudgets = defineResource<ApiDisruptionBudget>({
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  namespaced: true,
});

/** Custom kinds of Flux, Argo CD and cert-manager: each is looked at where it is served. */
export const deliveries = [
  defineResource<ApiDelivery>({
    group: 'kustomize.toolkit.fluxcd.io',
    version: 'v1',
    kind: 'Kustomization',
    plural: 'kustomizations',
    namespaced: true,
  }),
  defineResource<ApiDelivery>({
    group: 'helm.toolkit.fluxcd.io',
    version: 'v2',
    kind: 'HelmRelease',
    plural: 'helmreleases',
    namespaced: true,
  }),
  defineResource<ApiDelivery>({
    group: 'source.toolkit.fluxcd.io',
    version: 'v1',
    kind: 'GitRepository',
    plural: 'gitrepositories',
    namespaced: true,
  }),
  defineResource<ApiDelivery>({ group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', plural: 'applications', namespaced: true }),
] as const;
export const certificates = defineResource<ApiCertificate>({
  group: 'cert-manager.io',
  version: 'v1',
  kind: 'Certificate',
  plural: 'certificates',
  namespaced: true,
});
