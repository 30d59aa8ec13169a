/**
 * Argo CD, from an Application as plain JSON: the history of what was deployed, the operation that ran last, sync and health.
 *
 * The history holds only what succeeded; a failed or running operation stands in `status.operationState` alone, and the next one
 * takes its place. `OutOfSync` is drift: the cluster differs from Git, and nobody has been asked to change that yet.
 */
import { z } from 'zod';
import type { ObjectRef } from '../../crds/common.ts';
import type { Cleaner } from '../text.ts';
import {
  commitIn,
  type Delivery,
  type DeliveryOutcome,
  type EngineState,
  LONGEST_MESSAGE,
  MOST_ENTRIES,
  metadata,
  refOf,
  type Told,
  time,
} from './delivery.ts';

const initiator = z.object({ username: z.string().optional(), automated: z.boolean().optional() }).nullish();
const revisioned = { revision: z.string().nullish(), revisions: z.array(z.string()).max(50).nullish() };
const deployed = z.object({ ...revisioned, id: z.int().optional(), deployedAt: time, initiatedBy: initiator });
const operation = z.object({
  phase: z.string(),
  message: z.string().default(''),
  startedAt: time,
  finishedAt: time,
  operation: z.object({ initiatedBy: initiator }).default({}),
  syncResult: z.object(revisioned).nullish(),
});
const application = z.object({
  apiVersion: z.string(),
  kind: z.literal('Application'),
  metadata,
  spec: z.object({ syncPolicy: z.object({ automated: z.unknown().optional() }).nullish() }).default({}),
  status: z
    .object({
      history: z.array(z.unknown()).nullish(),
      operationState: operation.nullish(),
      sync: z.object({ status: z.string().default('Unknown'), ...revisioned }).nullish(),
      health: z
        .object({ status: z.string().default('Unknown'), message: z.string().default(''), lastTransitionTime: time })
        .nullish()
        .transform((health) => health ?? { status: '', message: '', lastTransitionTime: undefined }),
      conditions: z
        .array(z.object({ type: z.string(), message: z.string().default('') }))
        .max(50)
        .nullish(),
    })
    .prefault({}),
});
type Application = z.infer<typeof application>;
type Revisioned = { readonly revision?: string | null | undefined; readonly revisions?: readonly string[] | null | undefined };

/** Undefined when it is no Application. */
export function argoApplication(given: unknown, cleaner: Cleaner): Told | undefined {
  const parsed = application.safeParse(given);
  if (!parsed.success) return undefined;
  const { data } = parsed;
  const ref = refOf(data.apiVersion, data.kind, data.metadata);
  const deliveries = [...historyOf(data, ref), ...operationOf(data, ref)].map((each) => ({
    ...each,
    message: cleaner.line(each.message, LONGEST_MESSAGE),
    by: each.by === undefined ? undefined : cleaner.line(each.by, 200),
  }));
  const state = stateOf(data, ref);
  return { deliveries, states: [{ ...state, message: cleaner.line(state.message, LONGEST_MESSAGE) }] };
}

/** Oldest first, as Argo CD keeps it. */
function historyOf({ status }: Application, ref: ObjectRef): readonly Delivery[] {
  const entries = (status.history ?? []).slice(-MOST_ENTRIES).flatMap((entry) => deployed.safeParse(entry).data ?? []);
  return entries.flatMap((entry) => {
    if (entry.deployedAt === undefined) return [];
    const message = `deployment ${entry.id ?? '?'}, ${entry.initiatedBy?.automated === true ? 'by automated sync' : 'asked for'}`;
    return [{ ...delivery(ref, entry, entry.deployedAt, 'Applied', message), by: entry.initiatedBy?.username }];
  });
}

const PHASES: Readonly<Record<string, DeliveryOutcome>> = {
  Running: 'Progressing',
  Failed: 'Failed',
  Error: 'Failed',
  Terminating: 'Progressing',
};

/** The last operation, unless it succeeded: then the history has it. */
function operationOf({ status: { operationState } }: Application, ref: ObjectRef): readonly Delivery[] {
  const at = operationState?.finishedAt ?? operationState?.startedAt;
  const outcome = PHASES[operationState?.phase ?? ''];
  if (operationState === undefined || operationState === null || at === undefined || outcome === undefined) return [];
  const { syncResult, message, phase } = operationState;
  return [{ ...delivery(ref, syncResult ?? {}, at, outcome, `${phase}: ${message}`), by: operationState.operation.initiatedBy?.username }];
}

const SYNC: Readonly<Record<string, EngineState['sync']>> = { Synced: 'Synced', OutOfSync: 'OutOfSync' };
const HEALTH: Readonly<Record<string, EngineState['health']>> = {
  Healthy: 'Healthy',
  Progressing: 'Progressing',
  Degraded: 'Unhealthy',
  Missing: 'Unhealthy',
};

function stateOf({ spec, status }: Application, ref: ObjectRef): EngineState {
  const { health, operationState } = status;
  const complaint = status.conditions?.find(({ type }) => type.endsWith('Error'));
  const operationSays = hasFailed(status) ? operationState?.message : undefined;
  return {
    engine: 'ArgoCD',
    object: ref,
    revision: revisionOf(status.sync ?? {}),
    // Without automation a person has to ask for each sync.
    suspended: (spec.syncPolicy?.automated ?? undefined) === undefined,
    sync: syncOf(status, complaint !== undefined),
    health: HEALTH[health.status] ?? 'Unknown',
    since: health.lastTransitionTime ?? operationState?.finishedAt,
    reason: complaint?.type ?? health.status,
    message: [complaint?.message, operationSays, health.message].filter((text) => (text ?? '') !== '').join('; '),
  };
}

const hasFailed = ({ operationState }: Application['status']): boolean => PHASES[operationState?.phase ?? ''] === 'Failed';

function syncOf(status: Application['status'], hasError: boolean): EngineState['sync'] {
  if (status.operationState?.phase === 'Running') return 'Progressing';
  const sync = SYNC[status.sync?.status ?? ''] ?? 'Unknown';
  return hasError || (hasFailed(status) && sync !== 'Synced') ? 'Failed' : sync;
}

/** Of an Application with several sources, all of them. */
const revisionOf = ({ revision, revisions }: Revisioned): string =>
  (revisions ?? []).join(',').slice(0, 255) || (revision ?? '').slice(0, 255);

function delivery(ref: ObjectRef, of: Revisioned, at: number, outcome: DeliveryOutcome, message: string): Delivery {
  const revision = revisionOf(of);
  return { engine: 'ArgoCD', object: ref, revision, commit: commitIn(revision), at, outcome, message };
}
