/**
 * Autoscalers that want more than they may make, that cannot read what they scale by, or that undo each other.
 *
 * Right by the autoscaler's own conditions, once they have stood for minutes: right after a start there are no metrics yet. At its maximum
 * counts only where it is limited to it and may move at all: a minimum that is the maximum is an intention. Disproved by the condition
 * going away. Pods that are not ready have no metrics, so then it is a symptom; while its workload is whole, it is no more than a hint.
 */
import type { FindingReason } from '../../crds/reasons.ts';
import { objectName } from '../../sources/kubernetes/names.ts';
import type { Autoscaler, Condition, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { isWell, podsOf } from '../credibleLines.ts';
import { objectFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { quote } from '../quote.ts';

export const autoscaler: Analyzer = {
  name: 'autoscaler',
  *find(snapshot) {
    for (const scaler of snapshot.autoscalers) {
      const limited = standing(snapshot, scaler, 'ScalingLimited', 'True');
      if (limited?.reason === 'TooManyReplicas' && scaler.min < scaler.max && scaler.current >= scaler.max) {
        yield finding(snapshot, scaler, 'AutoscalerAtMaximum', `wants more than its ${scaler.max} replicas`, limited);
      }
      const blind = standing(snapshot, scaler, 'ScalingActive', 'False');
      const isSymptom = podsOf(snapshot, scaler.target).some(({ ready }) => !ready);
      if (blind !== undefined && blind.reason !== 'ScalingDisabled' && !isSymptom) {
        yield finding(snapshot, scaler, 'AutoscalerMetricsMissing', `cannot read what it scales by, ${quote(blind.message)}`, blind);
      }
    }
    yield* conflicts(snapshot);
  },
};

/** Metrics of new pods take a minute or two. */
const SETTLED_MS = 4 * 60_000;

function standing({ at }: Snapshot, { conditions }: Autoscaler, type: string, status: string): Condition | undefined {
  return conditions.find((one) => one.type === type && one.status === status && at - (one.since ?? 0) >= SETTLED_MS);
}

function* conflicts(snapshot: Snapshot): Iterable<Finding> {
  for (const [first, second] of Map.groupBy(snapshot.autoscalers, ({ target }) => objectName(target)).values()) {
    if (first === undefined || second === undefined) continue;
    const says = `scales ${objectName(first.target)}, and so does ${second.ref.name}`;
    const found = finding(snapshot, first, 'AutoscalerConflict', says, undefined);
    yield { ...found, evidence: [...found.evidence, second.evidence] };
  }
}

function finding(snapshot: Snapshot, scaler: Autoscaler, reason: FindingReason, says: string, { since }: Partial<Condition> = {}): Finding {
  const { ref, target } = scaler;
  return {
    analyzer: autoscaler.name,
    reason,
    object: ref,
    message: `HorizontalPodAutoscaler ${ref.namespace ?? ''}/${ref.name} ${says}.`,
    cures: reason === 'AutoscalerAtMaximum' ? ['RevertCommit', 'AdjustAutoscaler'] : ['RevertCommit'],
    evidence: [
      scaler.evidence,
      ...snapshot.workloads.filter((one) => objectName(one.ref) === objectName(target)).map(({ evidence }) => evidence),
    ],
    pods: [],
    since,
    indirect: isWell(snapshot, target),
    touchedBy: {
      direct: objectFields(ref, 'spec'),
      plausible: objectFields(target, 'spec.template.spec.containers', 'spec.replicas'),
    },
  };
}
