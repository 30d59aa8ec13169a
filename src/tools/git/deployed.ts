/**
 * Which repositories the GitOps engines deploy from, as their objects in the cluster say: what was fetched, what is applied of it, and what is pending.
 *
 * No repository is asked: the gateway has no credential for any. A caller sees of the engines' objects what they may list.
 */

import { type Application, applications, isAutomated, sourcesOf } from '../../gitops/argo/resources.ts';
import type { GitRepository } from '../../gitops/flux/resources.ts';
import { gitRepositories, helmReleases, kustomizations } from '../../gitops/flux/resources.ts';
import type { KubeClient } from '../../kube/client.ts';
import { isNotFound } from '../../kube/errors.ts';
import { apiVersionOf, type Condition, type KubeObject, type ResourceType } from '../../kube/object.ts';
import { argoApplication } from '../../sources/deliveries/argo.ts';
import { commitIn, type EngineState, type Told } from '../../sources/deliveries/delivery.ts';
import { fluxObject } from '../../sources/deliveries/flux.ts';
import type { Cleaner } from '../../sources/text.ts';
import { demand, isAllowed } from '../caller.ts';
import { troubleOf } from '../errors.ts';
import { attributes } from '../incidents/kept.ts';
import type { Call } from '../tool.ts';

export interface Fetched {
  readonly engine: EngineState['engine'];
  /** Address without credentials. */
  readonly repository: string;
  /** Branch, tag or the like; empty: the default branch. */
  readonly ref: string;
  /** As the engine writes it; empty: nothing yet. */
  readonly revision: string;
  readonly at: number | undefined;
  /** How often the engine looks. */
  readonly interval: string | undefined;
  readonly suspended: boolean;
  /** What keeps it from being fetched. */
  readonly problem: string | undefined;
}

export interface Applied {
  readonly engine: EngineState['engine'];
  /** As in `Kustomization/flux-system/shop`. */
  readonly by: string;
  readonly repository: string;
  readonly path: string;
  readonly applied: string;
  /** Fetched or attempted, and not applied yet. */
  readonly pending: string | undefined;
  readonly suspended: boolean;
  readonly state: EngineState['sync'];
  readonly problem: string | undefined;
}

export interface Deployed {
  readonly fetched: readonly Fetched[];
  readonly applied: readonly Applied[];
}

export interface DeployedDeps {
  readonly client: Pick<KubeClient, 'list'>;
  readonly cleaner: Cleaner;
}

/** @param namespace of the engines' objects; absent: all */
export async function deployedFrom(deps: DeployedDeps, namespace: string | undefined, call: Call): Promise<Deployed> {
  const resources: readonly ResourceType[] = [gitRepositories, kustomizations, helmReleases, applications];
  const allowed = await Promise.all(resources.map((resource) => isAllowed(call, attributes({ resource }, 'list', namespace))));
  if (!allowed.includes(true)) await demand(call, attributes({ resource: kustomizations }, 'list', namespace));
  const read = async <T extends KubeObject>(resource: ResourceType<T>): Promise<readonly T[]> =>
    allowed[resources.indexOf(resource)] === true ? list(deps, resource, namespace, call) : [];
  const [sources, kustomized, released, synced] = await Promise.all([
    read(gitRepositories),
    read(kustomizations),
    read(helmReleases),
    read(applications),
  ]);
  const byName = new Map(sources.map((source) => [keyOf('GitRepository', source.metadata.namespace, source.metadata.name), source]));
  return {
    fetched: [...sources.map((source) => fetchedBy(deps, source)), ...synced.flatMap((application) => comparedBy(deps, application))],
    applied: [
      ...kustomized.map((object) => appliedByFlux(deps, object, { ref: object.spec.sourceRef, path: object.spec.path ?? '', byName })),
      ...released.map((object) => {
        const ref = object.spec.chartRef ?? object.spec.chart?.spec.sourceRef ?? { kind: '', name: '' };
        return appliedByFlux(deps, object, { ref, path: object.spec.chart?.spec.chart ?? '', byName });
      }),
      ...synced.map((application) => appliedByArgo(deps, application)),
    ],
  };
}

const TIMEOUT_MS = 5_000;

/** An engine that is not installed has nothing. Lists leave the kind out. */
async function list<T extends KubeObject>(
  { client }: DeployedDeps,
  resource: ResourceType<T>,
  namespace: string | undefined,
  { signal }: Call,
): Promise<readonly T[]> {
  try {
    const { items } = await client.list(resource, { namespace, signal, timeoutMs: TIMEOUT_MS });
    return items.map((item) => ({ ...item, apiVersion: apiVersionOf(resource), kind: resource.kind }));
  } catch (error) {
    if (isNotFound(error)) return [];
    throw troubleOf(`list ${resource.plural}`, error);
  }
}

const keyOf = (kind: string, namespace: string | undefined, name: string): string => `${kind}/${namespace ?? ''}/${name}`;

/** Addresses may hold a password. */
export const withoutCredentials = (url: string): string => url.replace(/^([a-z+]{1,16}:\/\/)[^/@]{1,512}@/iu, '$1');

function fetchedBy({ cleaner }: DeployedDeps, source: GitRepository): Fetched {
  const told = fluxObject(source, cleaner);
  const { branch, tag, semver, name, commit } = source.spec.ref ?? {};
  const artifact = told?.deliveries.find(({ outcome }) => outcome === 'Fetched');
  return {
    engine: 'Flux',
    repository: cleaner.line(withoutCredentials(source.spec.url)),
    ref: cleaner.line(commit ?? name ?? semver ?? tag ?? branch ?? ''),
    revision: artifact?.revision ?? '',
    at: artifact?.at,
    interval: source.spec.interval,
    suspended: source.spec.suspend === true,
    problem: problemOf(told),
  };
}

type FluxObject = KubeObject & {
  readonly status?: {
    readonly lastAppliedRevision?: string;
    readonly lastAttemptedRevision?: string;
    readonly conditions?: readonly Condition[];
  };
};

interface FluxSource {
  readonly ref: { readonly kind: string; readonly name: string; readonly namespace?: string };
  readonly path: string;
  readonly byName: ReadonlyMap<string, GitRepository>;
}

function appliedByFlux({ cleaner }: DeployedDeps, object: FluxObject, { ref, path, byName }: FluxSource): Applied {
  const { namespace, name } = object.metadata;
  const key = keyOf(ref.kind, ref.namespace ?? namespace, ref.name);
  const source = byName.get(key);
  const { applied, newest } = revisionsOf(object, source);
  return {
    engine: 'Flux',
    by: keyOf(object.kind, namespace, name),
    repository: cleaner.line(source === undefined ? key : withoutCredentials(source.spec.url)),
    path: cleaner.line(path),
    applied: cleaner.line(applied),
    pending: newest === '' || newest === applied ? undefined : cleaner.line(newest),
    ...standing(fluxObject(object, cleaner)),
  };
}

/** A HelmRelease says of charts alone what it has attempted last. */
function revisionsOf(
  { kind, status = {} }: FluxObject,
  source: GitRepository | undefined,
): { readonly applied: string; readonly newest: string } {
  const { lastAppliedRevision, lastAttemptedRevision = '', conditions = [] } = status;
  const isReady = conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
  const newest = kind === 'Kustomization' ? (source?.status?.artifact?.revision ?? lastAttemptedRevision) : lastAttemptedRevision;
  return { applied: lastAppliedRevision ?? (isReady ? lastAttemptedRevision : ''), newest };
}

function standing(told: Told | undefined): Pick<Applied, 'suspended' | 'state' | 'problem'> {
  const [state] = told?.states ?? [];
  return { suspended: state?.suspended ?? false, state: state?.sync ?? 'Unknown', problem: problemOf(told) };
}

function comparedBy({ cleaner }: DeployedDeps, application: Application): readonly Fetched[] {
  const revisions = application.status?.sync?.revisions ?? [application.status?.sync?.revision ?? ''];
  return sourcesOf(application.spec).map(({ repoURL, targetRevision = '' }, index) => ({
    engine: 'ArgoCD',
    repository: cleaner.line(withoutCredentials(repoURL)),
    ref: cleaner.line(targetRevision),
    revision: cleaner.line(revisions[index] ?? ''),
    at: undefined,
    interval: undefined,
    suspended: !isAutomated(application.spec),
    problem: undefined,
  }));
}

function appliedByArgo({ cleaner }: DeployedDeps, application: Application): Applied {
  const told = argoApplication(application, cleaner);
  const { repoURL = '', path, chart = '' } = sourcesOf(application.spec)[0] ?? {};
  const compared = told?.states[0]?.revision ?? '';
  const last = told?.deliveries.findLast(({ outcome }) => outcome === 'Applied')?.revision ?? '';
  const now = standing(told);
  return {
    engine: 'ArgoCD',
    by: keyOf('Application', application.metadata.namespace, application.metadata.name),
    repository: cleaner.line(withoutCredentials(repoURL)),
    path: cleaner.line(path ?? chart),
    applied: last === '' && now.state === 'Synced' ? compared : last,
    pending: now.state === 'OutOfSync' && compared !== '' ? compared : undefined,
    ...now,
  };
}

function problemOf(told: Told | undefined): string | undefined {
  const [state] = told?.states ?? [];
  if (state === undefined || (state.sync !== 'Failed' && state.health !== 'Unhealthy')) return undefined;
  return [state.reason, state.message].filter((part) => part !== '').join(': ');
}

/** `5d1f0c2ab6f0`, or the revision as it is where there is no commit in it. */
export const shortRevision = (revision: string): string => commitIn(revision)?.slice(0, 12) ?? revision;
