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
