/**
 * ScaleWorkload: gives a workload more replicas.
 *
 * At most twice as many as now, and from none at most three; fewer are for people to decide. Where an autoscaler rules, its bounds are what is changed.
 */
import { inWords, workloadsOf } from '../actionTarget.ts';
import { type Refusal, refuse } from '../refusal.ts';
import type { Workload } from '../workload.ts';
import { autoscalerOf } from './autoscalers.ts';
import { rolloutAborts, rolloutCriteria } from './criteria.ts';
import { type Considered, type Facts, NO_WORKLOAD, ruleOut, suggest } from './facts.ts';
import { writeFields } from './field.ts';
import type { CatalogueEntry, RiskFinding, WriteContext, Written } from './types.ts';

const MOST_FACTOR = 2;
const MOST_FROM_NONE = 3;
const CAREFUL_REPLICAS = 5;

export const scaleWorkload: CatalogueEntry<Workload> = {
  type: 'ScaleWorkload',
  about: workloadsOf('Deployment', 'StatefulSet'),
  bounds: [
    `More than now, and at most ${MOST_FACTOR} times as many; from none, at most ${MOST_FROM_NONE}.`,
    'No HorizontalPodAutoscaler rules the workload.',
  ],
  cures: ['WorkloadScaledToZero', 'CPUSaturated', 'TrafficSurged'],
  inverse: 'ScaleWorkload to the number that was replaced, by restoring the files byte for byte.',
  soakSeconds: 120,
  consider,
  successCriteria: rolloutCriteria,
  abortCriteria: rolloutAborts,
  write,
};

const GROWTH = 1.5;

async function consider({ rootCause, workload, client, signal }: Facts): Promise<Considered> {
  const type = 'ScaleWorkload';
  if (workload === undefined) return ruleOut(type, NO_WORKLOAD);
  if (workload.kind === 'DaemonSet') return ruleOut(type, 'a DaemonSet has as many pods as there are nodes');
  const ruler = await autoscalerOf(client, workload, { signal });
  if (ruler !== undefined) return ruleOut(type, `HorizontalPodAutoscaler ${ruler.metadata.name} rules how many replicas there are`);
  const replicas = workload.replicas === 0 ? 1 : Math.max(workload.replicas + 1, Math.ceil(workload.replicas * GROWTH));
  return suggest(type, {
    target: workload,
    parameters: { scaleWorkload: { replicas } },
    title: `Scale ${workload.name} to ${replicas} replica${replicas === 1 ? '' : 's'}`,
    because: `${rootCause.reason}: it has ${workload.replicas}, and no change explains it.`,
  });
}

async function write(context: WriteContext<Workload>): Promise<Written | Refusal> {
  const { target: workload, action, client, signal } = context;
  const wanted = action.scaleWorkload?.replicas ?? 0;
  const { replicas } = workload;
  const where = inWords(workload);
  if (wanted === replicas) return refuse('AlreadyInPlace', `${where} has ${replicas} replicas already`);
  if (wanted < replicas)
    return refuse('ParametersInvalid', `${where} has ${replicas} replicas; ${wanted} would be fewer, which is for people to decide`);
  const most = replicas === 0 ? MOST_FROM_NONE : replicas * MOST_FACTOR;
  if (wanted > most)
    return refuse('ParametersInvalid', `${where} has ${replicas} replicas; ${wanted} is more than the ${most} that are allowed at once`);
  const ruler = await autoscalerOf(client, workload, { signal });
  if (ruler !== undefined)
    return refuse('UnsafeChange', `HorizontalPodAutoscaler ${ruler.metadata.name} rules the replicas of ${where}, and would undo it`);
  return writeFields(
    context,
    [{ path: ['spec', 'replicas'], value: wanted, live: workload.object.spec?.replicas, otherwise: 1 }],
    riskOf(workload, wanted),
  );
}

function riskOf({ replicas, kind }: Workload, wanted: number): RiskFinding {
  const more = wanted - replicas;
  if (kind === 'StatefulSet')
    return { level: 'Medium', reasons: ['each replica of a StatefulSet keeps a volume, also when it goes again'] };
  return more > CAREFUL_REPLICAS
    ? { level: 'Medium', reasons: [`${more} pods more: nodes, quotas and what it calls may not have room for them`] }
    : { level: 'Low', reasons: [`${more} pod${more === 1 ? '' : 's'} more, and none of those that run is touched`] };
}
