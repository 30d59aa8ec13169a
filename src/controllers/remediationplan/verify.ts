/**
 * Whether the fix helped, by the criteria that were approved with it.
 *
 * The clock starts with the engine's report. An abort criterion takes the fix back at once; a criterion that does not hold by its time does too. All
 * have to hold for the soak time; then a verification Investigation looks for anything that is wrong with the target now, and the plan has succeeded
 * when that is done. Where all that can be seen is good and something can't be seen, nothing is taken back, and a person is asked.
 */
import type { Finding } from '../../crds/investigation.ts';
import type { Investigation } from '../../crds/kinds.ts';
import type { Check } from '../../crds/remediationPlan.ts';
import { type Evaluation, evaluate, type Verified } from '../../remediate/criteria.ts';
import { conditionOf, isTrue, next, type StepResult, wait } from '../steps.ts';
import { isInPlace } from './directEffect.ts';
import { beginRollback } from './rollBack.ts';
import { conclude, declareOn, type PlanScope, watchDeps } from './scope.ts';
import { isConclusive, LOOK_AGAIN_MS, lookOf, lookOnceMore, openVerification } from './verification.ts';

export async function verify(scope: PlanScope): Promise<StepResult> {
  const { status } = scope;
  const since = status.sync?.at ?? status.applied?.at;
  if (since === undefined || status.rollback !== undefined) return next;
  status.waitingOn = { who: 'Verification', detail: 'whether the fix helps' };
  const verification = lookOf(scope, status.verification);
  const evaluation = await evaluateNow(scope, since, verification);
  status.checks = evaluation.checks.map((check) => sinceWhen(check, status.checks ?? []));
  if (evaluation.abort !== undefined) return giveUp(scope, evaluation.abort.message);
  if (evaluation.outcome === 'Failed') return giveUp(scope, inWords(evaluation.checks, 'Failed'));

  if (evaluation.checks.some(({ name, result }) => result === 'Pending' && !isByLooking(name))) {
    forgetSoak(scope);
    return wait('Verifying', LOOK_AGAIN_MS);
  }
  return soak(scope, evaluation, verification);
}

async function soak(scope: PlanScope, evaluation: Evaluation, verification: Investigation | undefined): Promise<StepResult> {
  const { status, plan, clock } = scope;
  const { soakSeconds = plan.spec.soakSeconds } = status.policy ?? {};
  declareOn(scope, 'Verified', {
    status: 'Unknown',
    reason: 'Soaking',
    message: `what can be seen holds; it has to for ${soakSeconds} s`,
  });
  const since = Date.parse(conditionOf(status, 'Verified')?.lastTransitionTime ?? '');
  const left = since + soakSeconds * 1000 - clock.now();
  if (left > 0) return wait('Soaking', Math.min(left, LOOK_AGAIN_MS));
  if (evaluation.outcome === 'Inconclusive') return askPerson(scope, evaluation);
  if (asksForNothingMore(scope)) return succeed(scope, evaluation);
  if (verification === undefined) return status.verification === undefined ? openVerification(scope, 1) : wait('Verifying', LOOK_AGAIN_MS);
  if (!isTrue(verification.status, 'Succeeded')) return wait('Verifying', LOOK_AGAIN_MS);
  if (evaluation.outcome === 'Passed') return succeed(scope, evaluation);
  // It looks once: what it found is not waited for to go away. What it could not see is looked for again.
  const bad = evaluation.checks.filter(({ name }) => evaluation.bad.includes(name));
  return bad.length > 0 ? giveUp(scope, inWords(bad, 'Pending')) : lookOnceMore(scope, verification);
}

function succeed(scope: PlanScope, { checks }: Evaluation): StepResult {
  declareOn(scope, 'Verified', { status: 'True', reason: 'CriteriaMet', message: `${checks.length} criteria hold` });
  return conclude(scope, 'Succeeded', scope.plan.spec.summary);
}

/** To take back what may well help is no better than to leave what may not: nobody knows, and so a person decides. */
function askPerson(scope: PlanScope, { checks }: Evaluation): StepResult {
  const { commit } = scope.status;
  const unseen = inWords(checks, 'Inconclusive');
  const undo = commit === undefined ? '' : `; to take it back: git revert ${commit.sha}`;
  const message = `the fix is live and what can be seen is good, but this could not be seen in its time: ${unseen}. Look whether it helps${undo}`;
  declareOn(scope, 'Verified', { status: 'Unknown', reason: 'Inconclusive', message: unseen });
  return conclude(scope, 'Inconclusive', message);
}

/** A cordon or a suspended sync cures nothing by itself: that it is in place is all that it promises. */
const asksForNothingMore = ({ plan: { spec } }: PlanScope): boolean =>
  spec.strategy === 'Direct' && !spec.successCriteria.some(({ type }) => isByLooking(type));

function evaluateNow(scope: PlanScope, syncedAt: string, verification: Investigation | undefined): Promise<Evaluation> {
  const { plan, signal, status } = scope;
  const { applied } = status;
  return evaluate(
    watchDeps(scope),
    {
      plan: { ...plan, status },
      syncedAt: Date.parse(syncedAt),
      alertState: () => alertStateOf(scope),
      verification: verification && seenBy(verification),
      before: baselineOf(scope),
      causes: causesOf(scope),
      ...(applied === undefined ? {} : { inPlace: () => isInPlace(scope, applied) }),
    },
    { signal },
  );
}

function seenBy(look: Investigation): Verified {
  const { findings = [], aftermath } = look.status ?? {};
  const { neighbours, logsRead } = aftermath ?? {};
  return { complete: isConclusive(look), findings, logsRead, neighbours: neighbours?.complete === true ? neighbours.findings : undefined };
}

/** What was wrong around the targets before the fix; undefined: it was not seen in time, or not all of it. */
function baselineOf(scope: PlanScope): Verified['neighbours'] {
  const look = lookOf(scope, scope.status.baseline);
  const inTime = Date.parse(look?.status?.completedAt ?? '') <= Date.parse(scope.status.sync?.at ?? scope.status.applied?.at ?? '');
  return look === undefined || !inTime ? undefined : seenBy(look).neighbours;
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

/** Judged by what the verification Investigation has found. */
const isByLooking = (name: string): boolean =>
  ['FindingsCleared', 'LogTemplateGone', 'NeighboursUnharmed'].some((type) => name.startsWith(type));

const inWords = (checks: readonly Check[], wanted: Check['result']): string =>
  checks
    .filter(({ result }) => result === wanted)
    .map(({ name, message }) => `${name}: ${message}`)
    .join('; ');
