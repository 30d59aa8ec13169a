/**
 * RestartWorkload: makes the pods of a workload anew, as `kubectl rollout restart` does.
 *
 * An annotation of the pod template takes the time of the approval, so that done twice is done once. GitOps engines leave an annotation alone that Git does
 * not name.
 */
import { WORKLOADS, type WorkloadObject } from '../../gitops/resources.ts';
import { inWords, workloadsOf } from '../actionTarget.ts';
import { type Refusal, refuse } from '../refusal.ts';
import type { Workload } from '../workload.ts';
import { rolloutAborts, rolloutCriteria } from './criteria.ts';
import { type Considered, type Facts, NO_WORKLOAD, ruleOut, suggest } from './facts.ts';
import type { CatalogueEntry, DirectContext, Prepared } from './types.ts';

const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';
const PAUSE_MS = 10 * 60_000;

export const restartWorkload: CatalogueEntry<Workload> = {
  type: 'RestartWorkload',
  about: workloadsOf(),
  bounds: [
    'The workload has replicas, its rollout is not paused, and none is going on.',
    `It was not restarted within the last ${PAUSE_MS / 60_000} minutes.`,
    'Its update strategy makes pods anew by itself; OnDelete does not.',
  ],
  cures: ['MemoryLeak', 'DatabasePoolExhausted'],
  inverse: 'None: pods that were made anew are not made old again. A restart that did not help is handed over.',
  soakSeconds: 120,
  consider,
  successCriteria: rolloutCriteria,
  abortCriteria: rolloutAborts,
  direct: {
    prepare,
    isDone: (live, { at }) => restartedAt(live) === at,
  },
};

function consider({ rootCause, workload }: Facts): Considered {
  const type = 'RestartWorkload';
  if (workload === undefined) return ruleOut(type, NO_WORKLOAD);
  return suggest(type, {
    target: workload,
    title: `Restart ${workload.name}`,
    because: `${rootCause.reason}: a restart gives back what is held, and buys time; what holds it stays.`,
  });
}

const restartedAt = (object: WorkloadObject | undefined): string | undefined =>
  object?.spec?.template?.metadata?.annotations?.[RESTARTED_AT];

async function prepare({ target: workload, now }: DirectContext<Workload>): Promise<Prepared | Refusal> {
  const { object, replicas, kind } = workload;
  const where = inWords(workload);
  const resource = WORKLOADS.get(kind);
  const before = restartedAt(object);
  const why =
    notNow(workload) ?? (before !== undefined && now - Date.parse(before) < PAUSE_MS ? `it was restarted at ${before} already` : undefined);
  if (resource === undefined || why !== undefined)
    return refuse('UnsafeChange', `${where} is not restarted: ${why ?? 'its kind has no pods'}`);
  const path = `spec.template.metadata.annotations["${RESTARTED_AT}"]`;
  return {
    kind: 'prepared',
    change: { resource, object, patch: ({ at }) => ({ spec: { template: { metadata: { annotations: { [RESTARTED_AT]: at } } } } }) },
    fields: [{ path, ...(before === undefined ? {} : { before }), after: '(the time of the approval)' }],
    risk: { level: 'Low', reasons: ['pods are made anew a few at a time, from the same template'] },
    blastRadius: { workloads: 1, pods: replicas, summary: `${where} rolls out again (${replicas} pod${replicas === 1 ? '' : 's'})` },
  };
}

function notNow({ object: { spec, status, metadata }, replicas }: Workload): string | undefined {
  if (replicas === 0) return 'it has no replica';
  if (spec?.paused === true) return 'its rollout is paused, and a restart would not happen';
  if (spec?.updateStrategy?.type === 'OnDelete') return 'it makes pods anew only when somebody deletes them (OnDelete)';
  const { observedGeneration = 0, updatedReplicas, updatedNumberScheduled = 0 } = status ?? {};
  const isOver = observedGeneration >= (metadata.generation ?? 0) && (updatedReplicas ?? updatedNumberScheduled) >= replicas;
  return isOver ? undefined : 'a rollout is going on, which a restart would cut into';
}
