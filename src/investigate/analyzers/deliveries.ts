/**
 * What a GitOps engine (Flux, Argo CD) cannot fetch, build or apply, is told not to apply, or sees drift.
 *
 * Right by the engine's own conditions once they have stood for a minute; while a workload is ill, what keeps the next version out is a hint. That what it applied is not healthy is a symptom: while a
 * workload is not whole, the workload's own finding says why. A suspension or a drift is somebody's intention as often as not, and is told
 * only while something is wrong, as a hint. Disproved by the engine's next success.
 */
import type { FindingReason } from '../../crds/reasons.ts';
import { objectName } from '../../sources/kubernetes/names.ts';
import type { Condition, Delivery, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { hasTrouble } from '../credibleLines.ts';
import { objectFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { quote } from '../quote.ts';

export const deliveries: Analyzer = {
  name: 'deliveries',
  *find(snapshot) {
    const trouble = hasTrouble(snapshot);
    const sourceFails = snapshot.deliveries.some((delivery) => isSource(delivery) && failureOf(snapshot, delivery, trouble) !== undefined);
    for (const delivery of snapshot.deliveries) {
      const failure = failureOf(snapshot, delivery, trouble);
      if (failure !== undefined && !(sourceFails && waitsForSource(failure.condition))) {
        yield {
          ...finding(
            delivery,
            failure.reason,
            `${failure.condition.reason || failure.condition.type}: ${quote(failure.condition.message)}`,
            failure.condition,
          ),
          indirect: trouble,
        };
      }
      if (!trouble) continue;
      if (delivery.suspended) yield { ...finding(delivery, 'DeliverySuspended', 'it is suspended'), indirect: true };
      if (delivery.syncStatus === 'OutOfSync')
        yield { ...finding(delivery, 'DeliveryDrifted', 'what runs is not what Git says'), indirect: true };
    }
  },
};

interface Failure {
  readonly reason: FindingReason;
  readonly condition: Condition;
}

const STANDING_MS = 60_000;
const HEALTH = /^(?:HealthCheckFailed|TestFailed)$/u;
/** Conditions of Argo CD have no status: that they are there is the news. */
const ARGO_ERRORS = new Set(['ComparisonError', 'SyncError', 'InvalidSpecError', 'UnknownError']);
const OF_SOURCE =
  /authentication|repository|git (?:fetch|clone|ls-remote)|unable to resolve|failed to (?:fetch|checkout|clone)|dial tcp|connection refused/iu;

const isSource = ({ ref }: Delivery): boolean => ref.kind.endsWith('Repository') || ref.kind === 'Bucket' || ref.kind === 'HelmChart';

/** A Kustomization whose source or dependency is not there yet. */
const waitsForSource = ({ reason }: Condition): boolean => /^(?:ArtifactFailed|SourceNotReady|DependencyNotReady)$/u.test(reason);

function failureOf({ at }: Snapshot, delivery: Delivery, trouble: boolean): Failure | undefined {
  if (delivery.suspended) return undefined;
  if (delivery.ref.kind === 'Application') {
    const condition = delivery.conditions.find(({ type }) => ARGO_ERRORS.has(type));
    return condition && { condition, reason: OF_SOURCE.test(condition.message) ? 'DeliverySourceFailed' : 'DeliveryFailed' };
  }
  const condition = delivery.conditions.find(({ type, status }) => type === 'Ready' && status === 'False');
  if (condition === undefined || at - (condition.since ?? 0) < STANDING_MS) return undefined;
  if (HEALTH.test(condition.reason) && trouble) return undefined;
  if (condition.reason === 'DependencyNotReady') return undefined;
  return { condition, reason: isSource(delivery) || condition.reason === 'ArtifactFailed' ? 'DeliverySourceFailed' : 'DeliveryFailed' };
}

const SAYS: Partial<Record<FindingReason, string>> = {
  DeliveryFailed: 'cannot apply what Git says, ',
  DeliverySourceFailed: 'cannot fetch its source, ',
  DeliverySuspended: 'does not apply what Git says: ',
  DeliveryDrifted: 'sees a drift: ',
};

function finding({ ref, evidence }: Delivery, reason: FindingReason, says: string, { since }: Partial<Condition> = {}): Finding {
  return {
    analyzer: deliveries.name,
    reason,
    object: ref,
    message: `${objectName(ref)} ${SAYS[reason] ?? ''}${says}.`,
    cures: reason === 'DeliverySuspended' ? ['ResumeSync'] : ['RevertCommit'],
    evidence: [evidence],
    pods: [],
    since,
    touchedBy: { direct: objectFields(ref, 'spec'), plausible: [] },
  };
}
