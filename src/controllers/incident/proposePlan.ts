/**
 * Proposes a RemediationPlan for what was found, once; again only when the last proposal went stale or expired, three times at most.
 *
 * Where no safe action exists the result is a hand-off: what a person should look at. An alert that has resolved by itself gets
 * no plan. The name follows from the Incident's uid and the ordinal, so that no crash makes a second one.
 */
import {
  type Investigation,
  incidents,
  type RemediationPlan,
  type RemediationPolicy,
  remediationPlans,
  remediationPolicies,
} from '../../crds/kinds.ts';
import { expectationText, expectedForMs } from '../../domain/expectation.ts';
import { lifetimeMs } from '../../domain/lifetime.ts';
import { childName } from '../../domain/names.ts';
import { hasEnded, mayProposeAgain } from '../../domain/plan.ts';
import { decideForPlan } from '../../domain/policy.ts';
import { findOwner, findWorkload } from '../../gitops/owner.ts';
import { createOnce } from '../../kube/createOnce.ts';
import { ownerReferenceTo } from '../../kube/object.ts';
import { type Handoff, type Proposal, propose, targetOf } from '../../remediate/propose.ts';
import { readWorkload } from '../../remediate/workload.ts';
import { bounded, conditionOf, next, type StepResult, stalled, wait } from '../steps.ts';
import { adoptFirst, adoptPlan } from './adoptPlan.ts';
import { declareOn, type IncidentScope, note } from './scope.ts';

const PROPOSALS_MAX = 3;

export async function proposePlan(scope: IncidentScope): Promise<StepResult> {
  const { incident, plans } = scope;
  const { namespace } = incident.metadata;
  const { planRefs = [], investigationRef } = scope.status;
  const last = planRefs.at(-1);
  scope.plan = last === undefined ? adoptFirst(scope) : plans.get({ namespace, name: last.name });
  if (last !== undefined && scope.plan === undefined) return wait('PlanPending', 1_000);
  if (scope.plan !== undefined) scope.plan = adoptPlan(scope, scope.plan);
  if (scope.plan !== undefined && isOfTimeBefore(scope.plan, incident.spec.reopenedAt)) scope.plan = undefined;
  if (scope.plan !== undefined && !mayProposeAgain(scope.plan)) return next;
  if (leftAlone(scope) || allResolved(scope)) return next;
  if (planRefs.length >= PROPOSALS_MAX) return giveUp(scope);

  const investigation = investigationRef === undefined ? undefined : scope.investigations.get({ namespace, name: investigationRef.name });
  return investigation === undefined ? wait('InvestigationPending') : proposeFor(scope, investigation, planRefs.length + 1);
}

/** Nothing new is proposed while a person expects it; nobody has to act. What was not taken up before counts as little as if it had not been. */
function leftAlone(scope: IncidentScope): boolean {
  const { expected } = scope.incident.spec;
  if (expected === undefined || expectedForMs(scope.incident.spec, scope.clock.now()) === undefined) return false;
  scope.plan = undefined;
  scope.status.waitingOn = { who: 'Nobody', detail: bounded(expectationText(expected), 512) };
  return true;
}

async function proposeFor(scope: IncidentScope, investigation: Investigation, ordinal: number): Promise<StepResult> {
  const { incident, client, signal, proposals: settings, measurements, clock } = scope;
  const target = targetOf(incident, investigation);
  const workload = target === undefined ? undefined : await readWorkload(client, target, { signal });
  const owned = workload === undefined ? await batchObjectOf(scope, investigation) : target;
  const owner = owned === undefined ? ({ engine: 'None' } as const) : await findOwner(client, owned, { signal });
  const { items: policies } = await client.list(remediationPolicies, { signal });
  const choosing = { measurements, policies, now: clock.now() };
  const proposal = await propose({ incident, investigation, workload, owner, settings, client, choosing, signal });
  if (proposal.kind === 'handoff') return handOff(scope, proposal);
  return createPlan(scope, specOf(scope, investigation, proposal, { ordinal, policies, labels: workload?.labels ?? {} }));
}

interface SpecParts {
  readonly ordinal: number;
  readonly policies: readonly RemediationPolicy[];
  /** Of the workload. */
  readonly labels: Readonly<Record<string, string>>;
}

/** How long it may wait for its approval is for those policies to say that would decide now; the executor asks again, about all that it touches. */
function specOf(
  { incident, proposals, namespace, clock }: IncidentScope,
  investigation: Investigation,
  { spec }: Proposal,
  { ordinal, policies, labels }: SpecParts,
): RemediationPlan['spec'] {
  const actions = spec.actions.map(({ type, target }) => ({
    type,
    target: { kind: target.kind, namespace: target.namespace ?? namespace, name: target.name, labels },
  }));
  const { among } = decideForPlan(policies, { actions, touched: [], protectedNamespaces: proposals.protectedNamespaces ?? [] });
  return {
    ...spec,
    incidentRef: { name: incident.metadata.name, uid: incident.metadata.uid },
    investigationRef: { name: investigation.metadata.name, uid: investigation.metadata.uid },
    ordinal,
    expiresAt: new Date(clock.now() + lifetimeMs(spec.strategy, among)).toISOString(),
  };
}

/** It has ended, and the trouble came back: what it did counts for the time before. */
function isOfTimeBefore(plan: RemediationPlan, reopenedAt: string | undefined): boolean {
  if (reopenedAt === undefined || !hasEnded(plan)) return false;
  return Date.parse(plan.metadata.creationTimestamp ?? '') < Date.parse(reopenedAt);
}

function giveUp(scope: IncidentScope): StepResult {
  const message = `${PROPOSALS_MAX} proposals went stale, expired or did not last; look at the cause by hand`;
  declareOn(scope, 'RemediationProposed', { status: 'False', reason: 'TooManyProposals', message });
  scope.status.waitingOn = { who: 'Person', detail: message };
  return next;
}

const allResolved = ({ incident }: IncidentScope): boolean => {
  const alerts = incident.spec.alerts ?? [];
  return alerts.length > 0 && alerts.every((alert) => alert.status === 'resolved');
};

/** What no action is about, and whose place in Git is told nevertheless; undefined where it is gone. */
async function batchObjectOf({ client, signal }: IncidentScope, { status }: Investigation): ReturnType<typeof findWorkload> {
  const object = status?.rootCause?.object;
  return object !== undefined && ['Job', 'CronJob'].includes(object.kind) ? findWorkload(client, object, { signal }) : undefined;
}

function handOff(scope: IncidentScope, { reason, message, lookAt, commands }: Handoff): StepResult {
  const advice = [message, ...lookAt.map((line) => `look at: ${line}`), ...commands.map((line) => `$ ${line}`)].join('\n');
  declareOn(scope, 'RemediationProposed', { status: 'False', reason: `HandOff${reason}`, message: advice });
  scope.status.waitingOn = { who: 'Person', detail: message.slice(0, 512) };
  note(scope, 'HandedOff', message);
  return next;
}

async function createPlan(scope: IncidentScope, spec: RemediationPlan['spec']): Promise<StepResult> {
  const { incident, client, signal, status, plan: before } = scope;
  const { uid, name: incidentName, namespace = scope.namespace } = incident.metadata;
  const { ordinal } = spec;
  const name = childName('rp', uid, 'remediation', ordinal);
  const wanted = { metadata: { namespace, name, ownerReferences: [ownerReferenceTo(incident, incidents)] }, spec };
  const made = await createOnce<RemediationPlan>(client, remediationPlans, wanted, {
    signal,
    isOurs: (found) => found.spec.incidentRef.uid === uid && found.spec.ordinal === ordinal,
  });
  if (made.kind === 'foreign')
    return stalled(
      'NameTaken',
      `RemediationPlan ${name} exists and is not of Incident ${incidentName}; delete it and this Incident goes on`,
    );

  scope.plan = made.object;
  status.planRefs = [...(status.planRefs ?? []), { name, uid: made.object.metadata.uid }];
  const words = `${made.object.spec.summary}${ordinalText(ordinal, before)}`;
  declareOn(scope, 'RemediationProposed', { status: 'True', reason: 'PlanCreated', message: words });
  note(scope, 'PlanProposed', `Plan ${name}${ordinalText(ordinal, before)}`);
  return next;
}

/** ` (proposal 2 of at most 3; the one before is Stale: RemediationPolicy shop was edited since this was shown)` */
function ordinalText(ordinal: number, before: RemediationPlan | undefined): string {
  if (ordinal === 1) return '';
  const why = conditionOf(before?.status, 'Succeeded')?.message;
  const last =
    before?.status?.phase === undefined ? '' : `; the one before is ${before.status.phase}${why === undefined ? '' : `: ${why}`}`;
  return ` (proposal ${ordinal} of at most ${PROPOSALS_MAX}${last})`;
}
