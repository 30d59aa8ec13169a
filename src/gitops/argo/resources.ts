/** Argo CD's Application, with the fields that we read. */
import { defineResource, type KubeObject } from '../../kube/object.ts';
import type { JsonMap } from '../kustomize/kustomization.ts';

export interface HelmSource {
  readonly releaseName?: string;
  readonly namespace?: string;
  readonly valueFiles?: readonly string[];
  readonly ignoreMissingValueFiles?: boolean;
  readonly values?: string;
  readonly valuesObject?: JsonMap;
  readonly parameters?: readonly { readonly name: string; readonly value: string; readonly forceString?: boolean }[];
  readonly fileParameters?: readonly object[];
  readonly skipCrds?: boolean;
  readonly kubeVersion?: string;
  readonly apiVersions?: readonly string[];
}

export interface KustomizeSource {
  readonly namePrefix?: string;
  readonly nameSuffix?: string;
  readonly namespace?: string;
  readonly images?: readonly string[];
  readonly replicas?: readonly { readonly name: string; readonly count: number | string }[];
  readonly patches?: readonly JsonMap[];
  readonly components?: readonly string[];
  readonly [other: string]: unknown;
}

export interface ApplicationSource {
  readonly repoURL: string;
  readonly targetRevision?: string;
  readonly path?: string;
  readonly chart?: string;
  /** A name under which others draw in its files. */
  readonly ref?: string;
  readonly helm?: HelmSource;
  readonly kustomize?: KustomizeSource;
  readonly directory?: { readonly recurse?: boolean; readonly jsonnet?: object; readonly include?: string; readonly exclude?: string };
  readonly plugin?: object;
}

export interface ApplicationSpec {
  readonly source?: ApplicationSource;
  readonly sources?: readonly ApplicationSource[];
  readonly sourceHydrator?: object;
  readonly destination: { readonly server?: string; readonly name?: string; readonly namespace?: string };
  readonly syncPolicy?: {
    readonly automated?: { readonly enabled?: boolean; readonly [option: string]: unknown };
    readonly syncOptions?: readonly string[];
  };
  readonly ignoreDifferences?: readonly IgnoredDifference[];
}

export interface IgnoredDifference {
  readonly group?: string;
  readonly kind: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly jsonPointers?: readonly string[];
  readonly jqPathExpressions?: readonly string[];
  readonly managedFieldsManagers?: readonly string[];
}

interface SyncResult {
  readonly revision?: string;
  readonly revisions?: readonly string[];
}

export interface Application extends KubeObject {
  readonly spec: ApplicationSpec;
  readonly status?: {
    readonly sourceType?: string;
    readonly sourceTypes?: readonly string[];
    readonly conditions?: readonly { readonly type: string; readonly message: string }[];
    readonly health?: { readonly status?: string };
    readonly sync?: SyncResult & {
      readonly status?: string;
      readonly comparedTo?: { readonly source?: ApplicationSource; readonly sources?: readonly ApplicationSource[] };
    };
    readonly operationState?: { readonly phase?: string; readonly message?: string; readonly syncResult?: SyncResult };
    readonly resources?: readonly {
      readonly group?: string;
      readonly kind: string;
      readonly namespace?: string;
      readonly name: string;
      readonly status?: string;
    }[];
  };
}

export const applications = defineResource<Application>({
  group: 'argoproj.io',
  version: 'v1alpha1',
  kind: 'Application',
  plural: 'applications',
  namespaced: true,
});

/** An empty `source` stands beside `sources`. */
export function sourcesOf({ source, sources }: Pick<ApplicationSpec, 'source' | 'sources'>): readonly ApplicationSource[] {
  if (sources !== undefined && sources.length > 0) return sources;
  return source === undefined ? [] : [source];
}

/** Two spellings of one repository. */
export function sameRepository(a: string, b: string): boolean {
  const plain = (url: string): string =>
    url
      .trim()
      .toLowerCase()
      .replace(/(?<!\/)\/+$/u, '')
      .replace(/\.git$/u, '');
  return plain(a) === plain(b);
}

export function isAutomated({ syncPolicy }: ApplicationSpec): boolean {
  return syncPolicy?.automated !== undefined && syncPolicy.automated.enabled !== false;
}

/** What keeps Argo CD from comparing or syncing. */
export function failureOf(status: Application['status']): { readonly type: string; readonly message: string } | undefined {
  return status?.conditions?.find(({ type }) => type.endsWith('Error'));
}
