/** What the steps of a RemediationPlan share, and the few words with which they change its status. */
import type { Audit } from '../../audit/chain.ts';
import type { Approval, Incident, Investigation, RemediationPlan, RemediationPolicy } from '../../crds/kinds.ts';
import type { ENDINGS, RemediationPlanStatus } from '../../crds/remediationPlan.ts';
import type { Identity } from '../../domain/identities.ts';
import type { PolicyDecision } from '../../domain/policy.ts';
import type { GitHosts } from '../../gitops/hosts/hosts.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Leadership } from '../../kube/lease.ts';
import type { Logger } from '../../kube/logger.ts';
import type { Store } from '../../kube/store.ts';
import type { PreparedPlan } from '../../remediate/direct/prepare.ts';
import type { RemediateDeps, RenderedPlan } from '../../remediate/renderPlan.ts';
import type { WatchDeps } from '../../remediate/watch.ts';
import type { Measurements } from '../../sources/measurements.ts';
import type { AlertState } from '../incident/scope.ts';
import type { ReconcilerDeps } from '../reconcileStatus.ts';
import { bounded, type ConditionWords, declare, end, type StepResult, wait } from '../steps.ts';
import type { StopSwitch } from '../stopSwitch.ts';
import type { Subject } from './decide.ts';

export interface PlanDeps extends ReconcilerDeps {
  readonly leadership: Leadership;
  readonly stopSwitch: StopSwitch;
  readonly audit: Audit;
  readonly remediate: Omit<RemediateDeps, 'client' | 'clock' | 'logger'>;
  /** Where pull requests are opened. */
  readonly hosts: GitHosts;
  /** Who is who on Git hosts. */
  readonly identities: readonly Identity[];
  readonly protectedNamespaces: readonly string[];
  /** Figures by which a fix, or what is left of an error budget, is judged. */
  readonly measurements: Measurements;
  readonly alertState: (labels: Readonly<Record<string, string>>, signal: AbortSignal) => Promise<AlertState>;
}

/** What would be done, seen in the live world during this reconcile. */
export interface World {
  readonly rendered: RenderedPlan | PreparedPlan;
  readonly subject: Subject;
  readonly policy: PolicyDecision;
  readonly digest: string;
}

export interface PlanScope extends PlanDeps {
  readonly plan: RemediationPlan;
  readonly status: RemediationPlanStatus;
  readonly client: KubeClient;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly approvals: Store<Approval>;
  readonly policies: Store<RemediationPolicy>;
  readonly incidents: Store<Incident>;
  readonly investigations: Store<Investigation>;
  readonly plans: Store<RemediationPlan>;
  world?: World | undefined;
}

export const remediateDeps = ({ remediate, client, clock, logger }: PlanScope): RemediateDeps => ({ ...remediate, client, clock, logger });

/** With what a fix is judged. */
export const watchDeps = ({ client, clock, measurements, policies }: PlanScope): WatchDeps => ({
  client,
  clock,
  measurements,
  policyCriterion: (policy, name) => policies.get({ name: policy })?.spec.criteria?.find((one) => one.name === name),
});

export function declareOn(scope: PlanScope, type: string, words: ConditionWords): void {
  declare(scope.status, type, words, scope.plan.metadata.generation, scope.clock.now());
}

/** Whether the plan has taken effect: from then on only what it has brought about is looked at. */
export const hasActed = ({ commit, applied }: RemediationPlanStatus): boolean => commit !== undefined || applied !== undefined;

/** One manager owns the whole status: what an apply leaves out is gone. */
export const FIELD_MANAGER = 'agent-sre-remediationplan';

export const isoNow = ({ clock }: Pick<PlanScope, 'clock'>): string => new Date(clock.now()).toISOString();

/** How a plan can end without having helped. The reason of the condition `Succeeded` is the phase. */
export type Ending = (typeof ENDINGS)[number];

/** Takes the plan to its end. An end is an end: nothing is written to Git after it. A pull request that is still open is closed first, which says why. */
export function conclude(scope: PlanScope, ending: Ending | 'Succeeded', message: string): StepResult {
  const { pullRequest } = scope.status;
  if (pullRequest !== undefined && ending !== 'Succeeded' && pullRequest.mergedAt === undefined && pullRequest.closedAt === undefined) {
    pullRequest.closing ??= { ending, reason: bounded(message, 1024), at: isoNow(scope) };
    scope.status.waitingOn = { who: 'GitHost', detail: bounded(`to close the pull request: ${message}`, 512) };
    return wait('ClosingPullRequest', 1);
  }
  declareOn(scope, 'Succeeded', { status: ending === 'Succeeded' ? 'True' : 'False', reason: ending, message });
  scope.status.completedAt ??= isoNow(scope);
  scope.status.waitingOn = { who: 'Nobody' };
  return end;
}
