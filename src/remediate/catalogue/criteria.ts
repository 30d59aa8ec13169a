/** Criteria that fit every action which makes a workload roll out again. Time limits are for the slow ones; most hold within seconds. */
import type { ObjectRef } from '../../crds/common.ts';
import type { AbortCriterion, Criterion } from '../../crds/remediationPlan.ts';
import type { Target } from '../actionTarget.ts';
import type { Workload } from '../workload.ts';

const ROLLOUT_SECONDS = 600;
const ALERT_SECONDS = 900;

export function rolloutCriteria(workload: Workload): readonly Criterion[] {
  const target = nameOf(workload);
  return [
    { type: 'RolloutComplete', target, withinSeconds: rolloutSeconds(workload) },
    { type: 'NoContainerRestarts', target, withinSeconds: rolloutSeconds(workload) },
    { type: 'AlertResolved', withinSeconds: ALERT_SECONDS },
    { type: 'FindingsCleared', target, withinSeconds: ALERT_SECONDS },
  ];
}

export function rolloutAborts(workload: Workload): readonly AbortCriterion[] {
  const target = nameOf(workload);
  const floor = Math.floor(workload.ready / 2);
  return [
    { type: 'ContainerRestarts', target, threshold: 2 },
    { type: 'RolloutDeadlineExceeded', target, threshold: 1 },
    // Some are always away during a rollout; half of what serves now is more than that.
    ...(floor >= 1 ? [{ type: 'ReadyReplicasBelow' as const, target, threshold: floor }] : []),
  ];
}

const EFFECT_SECONDS = 300;

/** For what keeps trouble from growing and ends none, as a cordon does: that it holds. Whether the alert goes on is no reason to take it back. */
export function standingCriteria(target: Target): readonly Criterion[] {
  return [{ type: 'EffectInPlace', target: nameOf(target), withinSeconds: EFFECT_SECONDS }];
}

/** For what is done to the cluster and not to a workload: that it holds, and that the alert is over. */
export function effectCriteria(target: Target): readonly Criterion[] {
  return [...standingCriteria(target), { type: 'AlertResolved', withinSeconds: ALERT_SECONDS }];
}

/** For what makes no pod new: that it helped is all that can be said. */
export function reliefCriteria(target: Target): readonly Criterion[] {
  return [
    { type: 'AlertResolved', withinSeconds: ALERT_SECONDS },
    { type: 'FindingsCleared', target: nameOf(target), withinSeconds: ALERT_SECONDS },
  ];
}

/** A workload that says how long its rollout may take knows better. */
function rolloutSeconds({ object }: Workload): number {
  return Math.min(object.spec?.progressDeadlineSeconds ?? ROLLOUT_SECONDS, 3600);
}

/** Without uid: what is watched is whatever has the name when it is watched. */
function nameOf({ ref }: Target): ObjectRef {
  const { apiVersion, kind, namespace, name } = ref;
  return { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name };
}
