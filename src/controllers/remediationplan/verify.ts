/**
 * Whether the fix helped, by the criteria that were approved with it.
 *
 * The clock starts with the engine's report. An abort criterion takes the fix back at once; a criterion that fails, or has not
 * held by its time, does too. All have to hold for the soak time; then a verification Investigation looks for anything that is
 * wrong with the target now, and the plan has succeeded when that is done.
 */
import type { Finding } from '../../crds/investigation.ts';
import { type Investigation, investigations, remediationPlans } from '../../crds/kinds.ts';
import type { Check } from '../../crds/remediationPlan.ts';
import { childName } from '../../domain/names.ts';
import { ownerReferenceTo } from '../../kube/object.ts';
import { type Evaluation, evaluate } from '../../remediate/criteria.ts';
import { createOnce } from '../createOnce.ts';
import { conditionOf, isTrue, next, type StepResult, stalled, wait } from '../steps.ts';
import { isInPlace } from './directEffect.ts';
import { beginRollback } from './rollBack.ts';
import { conclude, declareOn, type PlanScope } from './scope.ts';

const LOOK_AGAIN_MS = 2_000;
/** Between two looks of which the first could not see enough. */
const PAUSE_MS = 15_000;

export async function verify(scope: PlanScope): Promise<StepResult> {
  const { status } = scope;
  const since = status.sync?.at ?? status.applied?.at;
  if (since === undefined || status.rollback !== undefined) return next;
  status.waitingOn = { who: 'Verification', detail: 'whether the fix helps' };
  const verification = verificationOf(scope);
  const evaluation = await evaluateNow(scope, since, verification);
  status.checks = evaluation.checks.map((check) => sinceWhen(check, status.checks ?? []));
  if (evaluation.abort !== undefined) return giveUp(scope, evaluation.abort.message);
  if (evaluation.outcome === 'Failed') return giveUp(scope, failures(evaluation.checks));
  if (evaluation.outcome === 'Inconclusive')
    return giveUp(scope, `it could not be told whether it helped: ${failures(evaluation.checks, 'Inconclusive')}`);

  const open = evaluation.checks.filter(({ name, result }) => result !== 'Passed' && !isAboutFindings(name));
  if (open.length > 0) {
    forgetSoak(scope);
    return wait('Verifying', LOOK_AGAIN_MS);
  }
  return soak(scope, evaluation, verification);
}

async function soak(scope: PlanScope, evaluation: Evaluation, verification: Investigation | undefined): Promise<StepResult> {
  const { status, plan, clock } = scope;
  declareOn(scope, 'Verified', {
    status: 'Unknown',
    reason: 'Soaking',
    message: `the criteria hold; they have to for ${plan.spec.soakSeconds} s`,
  });
  const since = Date.parse(conditionOf(status, 'Verified')?.lastTransitionTime ?? '');
  const left = since + plan.spec.soakSeconds * 1000 - clock.now();
  if (left > 0) return wait('Soaking', Math.min(left, LOOK_AGAIN_MS));
  if (asksForNothingMore(scope)) return succeed(scope, evaluation);
  if (verification === undefined) return status.verification === undefined ? openVerification(scope, 1) : wait('Verifying', LOOK_AGAIN_MS);
  if (!isTrue(verification.status, 'Succeeded')) return wait('Verifying', LOOK_AGAIN_MS);
  if (!isConclusive(verification)) return lookOnceMore(scope, verification);
  // It looks once: what it found is not waited for to go away.
  if (evaluation.outcome !== 'Passed') return giveUp(scope, failures(evaluation.checks, 'Pending'));
  return succeed(scope, evaluation);
}

function succeed(scope: PlanScope, { checks }: Evaluation): StepResult {
  declareOn(scope, 'Verified', { status: 'True', reason: 'CriteriaMet', message: `${checks.length} criteria hold` });
  return conclude(scope, 'Succeeded', scope.plan.spec.summary);
}

/** A cordon or a suspended sync cures nothing by itself: that it is in place is all that it promises. */
const asksForNothingMore = ({ plan: { spec } }: PlanScope): boolean =>
  spec.strategy === 'Direct' && !spec.successCriteria.some(({ type }) => type === 'FindingsCleared');

function evaluateNow(scope: PlanScope, syncedAt: string, verification: Investigation | undefined): Promise<Evaluation> {
  const { plan, client, clock, signal, status } = scope;
  const { applied } = status;
  return evaluate(
    { client, clock },
    {
      plan,
      syncedAt: Date.parse(syncedAt),
      alertState: () => alertStateOf(scope),
      verification:
        verification === undefined ? undefined : { complete: isConclusive(verification), findings: verification.status?.findings ?? [] },
      causes: causesOf(scope),
      ...(applied === undefined ? {} : { inPlace: () => isInPlace(scope, applied) }),
    },
    { signal },
  );
}

/** Firing when any alert of the Incident is; unknown when one can't be told and none fires. */
async function alertStateOf({ plan, incidents, alertState, signal }: PlanScope): Promise<'firing' | 'inactive' | 'unknown'> {
  const incident = incidents.get({ namespace: plan.metadata.namespace, name: plan.spec.incidentRef.name });
  const alerts = incident?.spec.alerts ?? [];
  const states = await Promise.all(
    alerts.map(async (alert) => (alert.status === 'resolved' ? 'inactive' : alertState(alert.labels, signal))),
  );
  return (['firing', 'unknown'] as const).find((state) => states.includes(state)) ?? 'inactive';
}

/** What the plan is meant to cure: the findings behind the root cause. */
function causesOf({ plan, investigations: store }: PlanScope): readonly Finding[] {
  const diagnosis = store.get({ namespace: plan.metadata.namespace, name: plan.spec.investigationRef.name })?.status;
  return (diagnosis?.findings ?? []).filter(({ id }) => id === diagnosis?.rootCause?.finding);
}

function verificationOf({ plan, status, investigations: store }: PlanScope): Investigation | undefined {
  return status.verification === undefined ? undefined : store.get({ namespace: plan.metadata.namespace, name: status.verification.name });
}

/** A look that could not see enough, and found nothing in what it saw, says nothing either way. */
function isConclusive({ status }: Investigation): boolean {
  return isTrue(status, 'Succeeded') && (status?.outcome === 'NothingWrong' || (status?.findings ?? []).length > 0);
}

async function lookOnceMore(scope: PlanScope, last: Investigation): Promise<StepResult> {
  const rested = Date.parse(last.status?.completedAt ?? last.metadata.creationTimestamp) + PAUSE_MS - scope.clock.now();
  if (rested > 0) return wait('Verifying', rested);
  const looks = scope.investigations.list().filter(({ spec }) => spec.planRef?.uid === scope.plan.metadata.uid).length;
  return openVerification(scope, looks + 1);
}

async function openVerification(scope: PlanScope, ordinal: number): Promise<StepResult> {
  const { plan, client, signal, status } = scope;
  const { name: planName, uid, namespace } = plan.metadata;
  const name = childName('inv', uid, 'verification', ordinal);
  const spec: Investigation['spec'] = {
    purpose: 'Verification',
    incidentRef: plan.spec.incidentRef,
    planRef: { name: planName, uid },
    ...lookedAt(plan),
  };
  const made = await createOnce<Investigation>(
    client,
    investigations,
    { metadata: { namespace, name, ownerReferences: [ownerReferenceTo(plan, remediationPlans)] }, spec },
    { signal, isOurs: (found) => found.spec.planRef?.uid === uid },
  );
  if (made.kind === 'foreign')
    return stalled('NameTaken', `Investigation ${name} exists and is not of plan ${planName}; delete it and this plan goes on`);
  status.verification = { name, uid: made.object.metadata.uid };
  return wait('Verifying', LOOK_AGAIN_MS);
}

/** What pods can be looked for behind. Where an action is about nothing of that sort, the Incident says what it is about. */
const LOOKED_AT: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Service', 'Pod']);

function lookedAt({ spec }: PlanScope['plan']): Pick<Investigation['spec'], 'targets'> {
  const targets = spec.actions.map(({ target }) => target).filter(({ kind }) => LOOKED_AT.has(kind));
  return targets.length === 0 ? {} : { targets };
}

function giveUp(scope: PlanScope, message: string): StepResult {
  declareOn(scope, 'Verified', { status: 'False', reason: 'NotBetter', message });
  return beginRollback(scope, message);
}

/** A check that says what it said before keeps its time, so that looking again is no change. */
function sinceWhen(check: Check, before: readonly Check[]): Check {
  const same = before.find(({ name, result, message }) => name === check.name && result === check.result && message === check.message);
  return same ?? check;
}

/** The criteria stopped holding: the soak starts anew when they do again. */
function forgetSoak({ status }: PlanScope): void {
  if (conditionOf(status, 'Verified')?.status === 'Unknown')
    status.conditions = status.conditions?.filter(({ type }) => type !== 'Verified');
}

const isAboutFindings = (name: string): boolean => name.startsWith('FindingsCleared');

const failures = (checks: readonly Check[], wanted: Check['result'] = 'Failed'): string =>
  checks
    .filter(({ result }) => result === wanted)
    .map(({ name, message }) => `${name}: ${message}`)
    .join('; ');
