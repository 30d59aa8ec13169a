import type { KustomizeBuild } from '../../../../src/gitops/kustomize/build.ts';

/** What a Kustomization without any extras lays over its path. */
export function buildAt(path: string, more: Partial<KustomizeBuild> = {}): KustomizeBuild {
  return {
    type: 'Kustomize',
    path,
    patches: [],
    images: [],
    components: [],
    ignoreMissingComponents: false,
    buildMetadata: [],
    labels: {},
    annotations: {},
    ...more,
  };
}
