/** Flux's kinds, with the fields that we read. */
import { type Condition, defineResource, type KubeObject } from '../../kube/object.ts';
import type { ImageOverride } from '../kustomize/build.ts';
import type { JsonMap } from '../kustomize/kustomization.ts';

export interface FluxKustomization extends KubeObject {
  readonly spec: {
    readonly path?: string;
    readonly interval?: string;
    readonly retryInterval?: string;
    readonly suspend?: boolean;
    readonly wait?: boolean;
    readonly sourceRef: { readonly kind: string; readonly name: string; readonly namespace?: string };
    readonly targetNamespace?: string;
    readonly namePrefix?: string;
    readonly nameSuffix?: string;
    readonly patches?: readonly JsonMap[];
    readonly images?: readonly ImageOverride[];
    readonly components?: readonly string[];
    readonly ignoreMissingComponents?: boolean;
    readonly buildMetadata?: readonly string[];
    readonly commonMetadata?: {
      readonly labels?: Readonly<Record<string, string>>;
      readonly annotations?: Readonly<Record<string, string>>;
    };
    readonly postBuild?: object;
    readonly decryption?: object;
    readonly kubeConfig?: object;
    readonly ignore?: readonly object[];
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly Condition[];
    readonly lastAppliedRevision?: string;
    readonly lastAttemptedRevision?: string;
    readonly inventory?: { readonly entries?: readonly { readonly id: string; readonly v: string }[] };
  };
}

export interface GitRepository extends KubeObject {
  readonly spec: {
    readonly url: string;
    readonly ref?: {
      readonly branch?: string;
      readonly tag?: string;
      readonly semver?: string;
      readonly name?: string;
      readonly commit?: string;
    };
    readonly suspend?: boolean;
    readonly interval?: string;
    readonly ignore?: string;
    readonly include?: readonly object[];
    readonly verify?: object;
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly Condition[];
    readonly artifact?: { readonly revision?: string };
  };
}

export const kustomizations = defineResource<FluxKustomization>({
  group: 'kustomize.toolkit.fluxcd.io',
  version: 'v1',
  kind: 'Kustomization',
  plural: 'kustomizations',
  namespaced: true,
});

export const gitRepositories = defineResource<GitRepository>({
  group: 'source.toolkit.fluxcd.io',
  version: 'v1',
  kind: 'GitRepository',
  plural: 'gitrepositories',
  namespaced: true,
});

export interface ValuesReference {
  readonly kind: string;
  readonly name: string;
  readonly valuesKey?: string;
  readonly targetPath?: string;
  readonly optional?: boolean;
}

interface SourceReference {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

export interface HelmReleaseSpec {
  readonly suspend?: boolean;
  readonly releaseName?: string;
  readonly targetNamespace?: string;
  readonly chart?: {
    readonly spec: {
      readonly chart: string;
      readonly version?: string;
      readonly sourceRef: SourceReference;
      readonly valuesFiles?: readonly string[];
      readonly reconcileStrategy?: string;
    };
  };
  readonly chartRef?: SourceReference;
  readonly values?: JsonMap;
  readonly valuesFrom?: readonly ValuesReference[];
  readonly postRenderers?: readonly object[];
  readonly kubeConfig?: object;
  readonly commonMetadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

export interface HelmRelease extends KubeObject {
  readonly spec: HelmReleaseSpec;
  readonly status?: {
    readonly observedGeneration?: number;
    readonly lastAttemptedGeneration?: number;
    readonly lastAttemptedRevision?: string;
    readonly conditions?: readonly Condition[];
    /** Of the HelmChart, as `namespace/name`. */
    readonly helmChart?: string;
    /** Newest first. */
    readonly history?: readonly { readonly lastDeployed?: string; readonly status?: string }[];
  };
}

/** HelmCharts and OCIRepositories: what a chart is taken from. */
export interface PackagedChart extends KubeObject {
  readonly spec?: { readonly suspend?: boolean };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly Condition[];
    readonly artifact?: { readonly url?: string; readonly digest?: string; readonly revision?: string };
  };
}

const source = { group: 'source.toolkit.fluxcd.io', version: 'v1', namespaced: true } as const;
export const helmCharts = defineResource<PackagedChart>({ ...source, kind: 'HelmChart', plural: 'helmcharts' });
export const ociRepositories = defineResource<PackagedChart>({ ...source, kind: 'OCIRepository', plural: 'ocirepositories' });

export const helmReleases = defineResource<HelmRelease>({
  group: 'helm.toolkit.fluxcd.io',
  version: 'v2',
  kind: 'HelmRelease',
  plural: 'helmreleases',
  namespaced: true,
});
