/**
 * Flux, from its objects as plain JSON: what a Kustomization or HelmRelease applied when, what a source fetched.
 *
 * In the order of their worth: `status.history` (Flux 2.7 and later, and HelmReleases), events with a revision, the Ready condition,
 * whose time may be older than the revision that it is about, as it only moves when the status does.
 */
import { z } from 'zod';
import type { ObjectRef } from '../../crds/common.ts';
import { apiTime } from '../kubernetes/names.ts';
import type { Cleaner } from '../text.ts';
import {
  type Conditions,
  commitIn,
  conditions,
  type Delivery,
  type DeliveryOutcome,
  type EngineState,
  LONGEST_MESSAGE,
  MOST_ENTRIES,
  metadata,
  NOTHING,
  refOf,
  type Told,
  time,
} from './delivery.ts';

const snapshot = z.object({
  firstReconciled: time,
  lastReconciled: time,
  lastReconciledStatus: z.string().default(''),
  metadata: z.record(z.string(), z.string()).nullish(),
});
const release = z.object({
  version: z.int().optional(),
  status: z.string().default(''),
  chartName: z.string().default(''),
  chartVersion: z.string().default(''),
  firstDeployed: time,
  lastDeployed: time,
});
const object = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  metadata,
  spec: z.object({ suspend: z.boolean().optional() }).default({}),
  status: z
    .object({
      conditions,
      lastAppliedRevision: z.string().optional(),
      lastAttemptedRevision: z.string().optional(),
      history: z.array(z.unknown()).nullish(),
      artifact: z.object({ revision: z.string().default(''), lastUpdateTime: time }).nullish(),
    })
    .default({}),
});
type FluxObject = z.infer<typeof object>;
type FluxConditions = NonNullable<Conditions>;

/** A Kustomization, a HelmRelease or a source of any kind; undefined when it is none. */
export function fluxObject(given: unknown, cleaner: Cleaner): Told | undefined {
  const parsed = object.safeParse(given);
  if (!parsed.success) return undefined;
  const { data } = parsed;
  const ref = refOf(data.apiVersion, data.kind, data.metadata);
  const of = data.kind === 'HelmRelease' ? releases(data, ref) : data.kind === 'Kustomization' ? snapshots(data, ref) : fetched(data, ref);
  const state = stateOf(data, ref);
  const told = [...of, ...byCondition(data, state)].map((each) => ({ ...each, message: cleaner.line(each.message, LONGEST_MESSAGE) }));
  return { deliveries: told, states: [{ ...state, message: cleaner.line(state.message, LONGEST_MESSAGE) }] };
}

/**
 * A snapshot is one build result with one outcome, and comes to the front when it is reached again. So it took effect when it was first
 * reconciled, or, if the one after it in the list was reconciled later than that, after that one.
 */
function snapshots({ status }: FluxObject, ref: ObjectRef): readonly Delivery[] {
  const entries = (status.history ?? []).slice(0, MOST_ENTRIES).flatMap((entry) => snapshot.safeParse(entry).data ?? []);
  return entries.flatMap(({ firstReconciled, lastReconciledStatus: reason, metadata: about }, index) => {
    const before = entries[index + 1]?.lastReconciled;
    if (firstReconciled === undefined) return [];
    const again = before !== undefined && before > firstReconciled;
    const revision = about?.['originRevision'] ?? about?.['revision'] ?? '';
    const message = again ? `${reason}, once more after another revision` : reason;
    return [delivery(ref, revision, again ? before : firstReconciled, outcomeOf(reason), message)];
  });
}

const RELEASE_OUTCOMES: Readonly<Record<string, DeliveryOutcome>> = { deployed: 'Applied', superseded: 'Applied', failed: 'Failed' };

function releases({ status }: FluxObject, ref: ObjectRef): readonly Delivery[] {
  const entries = (status.history ?? []).slice(0, MOST_ENTRIES).flatMap((entry) => release.safeParse(entry).data ?? []);
  return entries.flatMap(({ version = 0, status: state, chartName, chartVersion, firstDeployed, lastDeployed }) => {
    const at = lastDeployed ?? firstDeployed;
    const outcome = RELEASE_OUTCOMES[state] ?? 'Progressing';
    return at === undefined ? [] : [delivery(ref, chartVersion, at, outcome, `release ${version} of chart ${chartName} is ${state}`)];
  });
}

function fetched({ status: { artifact } }: FluxObject, ref: ObjectRef): readonly Delivery[] {
  if (artifact?.lastUpdateTime === undefined) return [];
  return [delivery(ref, artifact.revision, artifact.lastUpdateTime, 'Fetched', 'stored as an artifact')];
}

/** What the Ready condition adds: the attempt that is going on, or that failed. */
function byCondition({ kind }: FluxObject, state: EngineState): readonly Delivery[] {
  if (state.since === undefined || state.reason === '') return [];
  const isSource = kind !== 'Kustomization' && kind !== 'HelmRelease';
  if (isSource && state.sync === 'Synced') return []; // the artifact tells it, with its own time
  const outcome = state.sync === 'Synced' ? 'Applied' : state.sync === 'Failed' ? outcomeOf(state.reason) : 'Progressing';
  // Which revision a source tries to fetch is not told: the artifact is of the one before.
  return [delivery(state.object, isSource ? '' : state.revision, state.since, outcome, `${state.reason}: ${state.message}`)];
}

function stateOf({ spec, status }: FluxObject, ref: ObjectRef): EngineState {
  const all: FluxConditions = status.conditions ?? [];
  const ready = all.find(({ type }) => type === 'Ready');
  const sync = SYNC[ready?.status ?? ''] ?? 'Unknown';
  return {
    engine: 'Flux',
    object: ref,
    revision: revisionOf(status, sync),
    suspended: spec.suspend === true,
    sync,
    health: healthOf(all.find(({ type }) => type === 'Healthy')?.status, ready?.reason),
    since: ready?.lastTransitionTime,
    reason: ready?.reason ?? '',
    message: ready?.message ?? '',
  };
}

const SYNC: Readonly<Record<string, EngineState['sync']>> = { True: 'Synced', False: 'Failed', Unknown: 'Progressing' };

function revisionOf({ lastAppliedRevision, lastAttemptedRevision, artifact }: FluxObject['status'], sync: EngineState['sync']): string {
  const attempted = lastAttemptedRevision ?? artifact?.revision ?? '';
  return sync === 'Synced' ? (lastAppliedRevision ?? attempted) : attempted;
}

function healthOf(healthy: string | undefined, reason: string | undefined): EngineState['health'] {
  if (healthy === 'False' || reason === 'HealthCheckFailed') return 'Unhealthy';
  if (healthy === 'True') return 'Healthy';
  return healthy === 'Unknown' ? 'Progressing' : 'Unknown';
}

function outcomeOf(reason: string): DeliveryOutcome {
  if (reason.endsWith('Succeeded')) return reason.startsWith('Rollback') ? 'RolledBack' : 'Applied';
  if (reason === 'HealthCheckFailed') return 'Unhealthy';
  return /^(?:Progressing|ProgressingWithRetry|DependencyNotReady|Suspended)$/u.test(reason) ? 'Progressing' : 'Failed';
}

const event = z.object({
  metadata: z.object({ annotations: z.record(z.string(), z.string()).optional() }),
  involvedObject: z.object({ apiVersion: z.string().default(''), kind: z.string(), namespace: z.string().optional(), name: z.string() }),
  reason: z.string().default(''),
  message: z.string().default(''),
  firstTimestamp: z.string().nullish(),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
});

/** Events of Flux's controllers that say which revision they are about. */
export function fluxEvents(given: readonly unknown[], cleaner: Cleaner): Told {
  const deliveries = given.flatMap((each) => {
    const { data } = event.safeParse(each);
    const at = apiTime(data?.lastTimestamp) ?? apiTime(data?.eventTime) ?? apiTime(data?.firstTimestamp);
    const [, revision] =
      Object.entries(data?.metadata.annotations ?? {}).find(([key]) => key.endsWith('.toolkit.fluxcd.io/revision')) ?? [];
    if (data === undefined || at === undefined || revision === undefined) return [];
    const { apiVersion, kind, ...key } = data.involvedObject;
    const outcome = isSourceEvent(data.reason) ? 'Fetched' : outcomeOf(data.reason);
    return [
      delivery(refOf(apiVersion, kind, key), revision, at, outcome, cleaner.line(`${data.reason}: ${data.message}`, LONGEST_MESSAGE)),
    ];
  });
  return { ...NOTHING, deliveries };
}

const isSourceEvent = (reason: string): boolean => reason === 'NewArtifact' || reason === 'ArtifactUpToDate';

function delivery(ref: ObjectRef, revision: string, at: number, outcome: DeliveryOutcome, message: string): Delivery {
  return { engine: 'Flux', object: ref, revision: revision.slice(0, 255), commit: commitIn(revision), at, outcome, message };
}
