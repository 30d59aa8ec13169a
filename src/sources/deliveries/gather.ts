/**
 * Asks the GitOps engines that claim the workloads what they synced when, and how they stand.
 *
 * Follows a Kustomization and a HelmRelease to its source, and reads their events. A kind that is not served, or an object that is gone,
 * is told by a state of its own or left out; what could not be read is a gap. Reads a handful of objects, each against the budget.
 */
import { z } from 'zod';
import type { ObjectRef } from '../../crds/common.ts';
import type { Gap } from '../../crds/investigation.ts';
import type { KubeClient } from '../../kube/client.ts';
import { isNotFound } from '../../kube/errors.ts';
import { defineResource, type KubeObject, type ResourceType } from '../../kube/object.ts';
import type { CallBudget } from '../budget.ts';
import type { ChangeWindow } from '../changes.ts';
import { gapOf, SourceError } from '../gap.ts';
import { events } from '../kubernetes/api.ts';
import { objectName } from '../kubernetes/names.ts';
import type { Cleaner } from '../text.ts';
import { argoApplication } from './argo.ts';
import { type Delivery, type EngineState, merged, type Told } from './delivery.ts';
import { fluxEvents, fluxObject } from './flux.ts';
import type { EngineClaim } from './owners.ts';

export interface DeliveryDeps {
  readonly kube: Pick<KubeClient, 'get' | 'list'>;
  readonly budget: CallBudget;
  readonly cleaner: Cleaner;
  readonly signal: AbortSignal;
  /** Where Applications live whose mark does not say so. */
  readonly argoNamespace?: string | undefined;
}

export interface Deliveries {
  /** In the window, newest first. */
  readonly deliveries: readonly Delivery[];
  readonly states: readonly EngineState[];
  readonly gaps: readonly Gap[];
}

const SOURCE = 'gitops';
const MOST_CLAIMS = 10;
const MOST_EVENTS = 200;
const TIMEOUT_MS = 5_000;

const flux = (group: string, version: string, kind: string, plural: string): ResourceType =>
  defineResource({ group: `${group}.toolkit.fluxcd.io`, version, kind, plural, namespaced: true });
const ENGINES: Readonly<Record<EngineClaim['kind'], ResourceType>> = {
  Kustomization: flux('kustomize', 'v1', 'Kustomization', 'kustomizations'),
  HelmRelease: flux('helm', 'v2', 'HelmRelease', 'helmreleases'),
  Application: defineResource({ group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', plural: 'applications', namespaced: true }),
};
const SOURCES: Readonly<Record<string, ResourceType>> = {
  GitRepository: flux('source', 'v1', 'GitRepository', 'gitrepositories'),
  OCIRepository: flux('source', 'v1', 'OCIRepository', 'ocirepositories'),
  Bucket: flux('source', 'v1', 'Bucket', 'buckets'),
  HelmRepository: flux('source', 'v1', 'HelmRepository', 'helmrepositories'),
  HelmChart: flux('source', 'v1', 'HelmChart', 'helmcharts'),
};

const sourceRef = z.object({ kind: z.string(), name: z.string(), namespace: z.string().optional() });
const withSource = z.object({
  spec: z.object({
    sourceRef: sourceRef.optional(),
    chartRef: sourceRef.optional(),
    chart: z.object({ spec: z.object({ sourceRef: sourceRef.optional() }) }).optional(),
  }),
});

export async function gatherDeliveries(deps: DeliveryDeps, claims: readonly EngineClaim[], window: ChangeWindow): Promise<Deliveries> {
  const gaps: Gap[] = [];
  const told: Told[] = [];
  const seen = new Set<string>();
  const read = (resource: ResourceType, namespace: string, name: string): Promise<KubeObject | undefined> => {
    const tried = `get ${resource.kind} ${namespace}/${name}`;
    return attempt(deps, gaps, tried, (options) => deps.kube.get(resource, { namespace, name }, options));
  };
  const tell = async (object: KubeObject, kind: string): Promise<void> => {
    const { name, namespace = '' } = object.metadata;
    const known = kind === 'Application' ? argoApplication(object, deps.cleaner) : fluxObject(object, deps.cleaner);
    if (known === undefined)
      gaps.push(gapOf(SOURCE, `read ${kind} ${namespace}/${name}`, new SourceError('Malformed', 'it has another shape')));
    else told.push(known);
    if (kind !== 'Application') told.push(fluxEvents(await eventsOf(deps, gaps, kind, namespace, name), deps.cleaner));
  };

  for (const claim of claims.slice(0, MOST_CLAIMS)) {
    const namespace = claim.namespace ?? deps.argoNamespace ?? 'argocd';
    const object = await read(ENGINES[claim.kind], namespace, claim.name);
    if (object === undefined) continue;
    await tell(object, claim.kind);
    const source = claim.kind === 'Application' ? undefined : sourceOf(object);
    const resource = SOURCES[source?.kind ?? ''];
    if (source === undefined || resource === undefined) continue;
    const key = objectName({ ...source, namespace: source.namespace ?? namespace });
    if (seen.has(key)) continue;
    seen.add(key);
    const found = await read(resource, source.namespace ?? namespace, source.name);
    if (found !== undefined) await tell(found, source.kind);
  }
  const inWindow = told.flatMap(({ deliveries }) => deliveries).filter(({ at }) => at >= window.start && at <= window.end);
  return { deliveries: merged(inWindow), states: told.flatMap(({ states }) => states), gaps };
}

function sourceOf(object: KubeObject): ObjectRef | undefined {
  const spec = withSource.safeParse(object).data?.spec;
  return spec?.sourceRef ?? spec?.chartRef ?? spec?.chart?.spec.sourceRef;
}

async function eventsOf(deps: DeliveryDeps, gaps: Gap[], kind: string, namespace: string, name: string): Promise<readonly KubeObject[]> {
  const fieldSelector = `involvedObject.kind=${kind},involvedObject.name=${name}`;
  const listed = await attempt(deps, gaps, `list events of ${kind} ${namespace}/${name}`, (options) =>
    deps.kube.list(events, { namespace, fieldSelector, ...options }),
  );
  const own = (listed?.items ?? []).filter(({ involvedObject: about }) => about?.kind === kind && about.name === name);
  return own.slice(-MOST_EVENTS);
}

/** Undefined for what does not exist, and for what could not be read, which is noted. */
async function attempt<T>(
  { budget, signal }: DeliveryDeps,
  gaps: Gap[],
  tried: string,
  call: (options: { readonly signal: AbortSignal; readonly timeoutMs: number }) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await budget.spend(() => call({ signal, timeoutMs: TIMEOUT_MS }));
  } catch (error) {
    if (!isNotFound(error)) gaps.push(gapOf(SOURCE, tried, error));
    return undefined;
  }
}
