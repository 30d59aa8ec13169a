/** RemediationPlan: from a proposal to a verified change, or back. The order of the steps is the contract. */
import type { NewEntry } from '../../audit/entry.ts';
import { configMaps } from '../../crds/configMaps.ts';
import { approvals, incidents, investigations, type RemediationPlan, remediationPlans, remediationPolicies } from '../../crds/kinds.ts';
import { STOP_SWITCH } from '../../crds/stopSwitch.ts';
import { hasEnded } from '../../domain/plan.ts';
import { type ControllerDefinition, defineController, type ReconcileContext, type Result, watching } from '../../kube/controller.ts';
import { type Key, type KubeObject, keyOf } from '../../kube/object.ts';
import type { Store } from '../../kube/store.ts';
import { audited, auditedPast } from '../audited.ts';
import { reconcileStatus } from '../reconcileStatus.ts';
import { conditionOf, type NamedStep } from '../steps.ts';
import { approvalsOf } from './approvalsOf.ts';
import { aboutPlan, auditOf } from './auditOf.ts';
import { awaitApproval } from './awaitApproval.ts';
import { awaitSync } from './awaitSync.ts';
import { collectApprovals } from './collectApprovals.ts';
import { commitFix } from './commitFix.ts';
import { actDirectly } from './directEffect.ts';
import { withGitHost } from './gitHost.ts';
import { watchLeftBehind } from './leftBehind.ts';
import { closeRequest } from './pullRequest/close.ts';
import { followRequest } from './pullRequest/follow.ts';
import { openRequest } from './pullRequest/open.ts';
import { recoverEffect } from './recoverEffect.ts';
import { refuseLate } from './refuseLate.ts';
import { render } from './render.ts';
import { rollBack } from './rollBack.ts';
import { FIELD_MANAGER, type PlanDeps, type PlanScope } from './scope.ts';
import { settle } from './settle.ts';
import { planPhase } from './status.ts';
import { noteStop, sayWhoStopped } from './stop.ts';
import { takeBaseline } from './takeBaseline.ts';
import { validate } from './validate.ts';
import { verify } from './verify.ts';

const steps: readonly NamedStep<PlanScope>[] = [
  ['noteStop', noteStop], // whether effects may begin; all else goes on
  ['recoverEffect', withGitHost('Applied', recoverEffect)], // first: what was begun before a crash is found, never repeated
  ['closeRequest', withGitHost('Approved', closeRequest)], // a plan that ends takes its pull request with it
  ['followRequest', withGitHost('Approved', followRequest)], // what people did to it at the Git host: before all that could find the world changed by it
  ['validate', validate],
  ['render', withGitHost('Rendered', render)], // what would be done, from the live world; again whenever an approval is about to count
  ['openRequest', withGitHost('Approved', openRequest)], // strategy PullRequest: a proposal, which is not deployed
  ['awaitApproval', awaitApproval],
  ['takeBaseline', takeBaseline], // what is wrong around the targets, before the fix can have done it
  ['commitFix', withGitHost('Applied', commitFix)],
  ['actDirectly', actDirectly], // strategy Direct: one change of one object, in place of a commit
  ['awaitSync', withGitHost('Synced', awaitSync)], // the verification clock starts when the engine says so
  ['verify', verify],
  ['rollBack', withGitHost('Verified', rollBack)], // only where a step above has decided on it
];

export interface PlanControllerOptions {
  /** Plans at once. */
  readonly concurrency?: number | undefined;
}

export function createRemediationPlanController(
  deps: PlanDeps,
  { concurrency = 2 }: PlanControllerOptions = {},
): ControllerDefinition<RemediationPlan> {
  return defineController<RemediationPlan>({
    name: 'remediationplan',
    resource: remediationPlans,
    concurrency,
    watches: [
      watching({ resource: approvals, toKeys: ({ metadata, spec }) => inNamespace(metadata.namespace, spec.planRef.name) }),
      watching({ resource: investigations, toKeys: ({ metadata, spec }) => inNamespace(metadata.namespace, spec.planRef?.name) }),
      watching({
        resource: incidents,
        toKeys: ({ metadata, status }) => (status?.planRefs ?? []).flatMap(({ name }) => inNamespace(metadata.namespace, name)),
      }),
      watching({ resource: remediationPolicies, toKeys: openPlans }),
      // A stop and a start concern every plan that may still have an effect.
      watching({
        resource: configMaps,
        namespace: deps.remediate.operatorNamespace,
        fieldSelector: `metadata.name=${STOP_SWITCH}`,
        toKeys: openPlans,
      }),
    ],
    reconcile: async (key, context) => {
      const plan = context.store.get(key);
      if (plan === undefined) return collected(key, context);
      if (plan.metadata.deletionTimestamp !== undefined) return undefined;
      const scope = scopeOf(deps, plan, context);
      if (hasEnded(plan)) {
        await refuseLate(scope);
        const result = plan.status?.settledAt === undefined ? await settle(scope) : await watchLeftBehind(scope);
        return (await auditedPast(scope, [...auditOf(plan, scope.status), ...lateWords(scope)], scope.status.completedAt)) ?? result;
      }
      const reconcile = (): Promise<Result> =>
        reconcileStatus(scope, steps, {
          resource: remediationPlans,
          object: plan,
          fieldManager: FIELD_MANAGER,
          finish: ({ status }) => {
            sayWhoStopped(status);
            const phase = planPhase(status);
            status.phase = phase;
            const ended = conditionOf(status, 'Succeeded');
            return { phase, note: ended?.message ?? status.waitingOn?.detail ?? plan.spec.summary, isBad: ended?.status === 'False' };
          },
        });
      return audited(scope, () => auditOf(plan, scope.status, evidenceOf(scope)), reconcile);
    },
  });
}

async function collected(key: Key, { client, storeOf, signal }: ReconcileContext<RemediationPlan>): Promise<Result> {
  await collectApprovals(key, { client, approvals: storeOf(approvals), signal });
  return undefined;
}

const openPlans = (_: KubeObject, plans: Store<KubeObject>): readonly Key[] =>
  (plans as Store<RemediationPlan>)
    .list()
    .filter((plan) => !hasEnded(plan))
    .map(keyOf);

/** Approvals that came too late for the plan's own status to tell of them. */
function lateWords(scope: PlanScope): readonly NewEntry[] {
  const { plan, status } = scope;
  const told = new Set(status.approvals?.map(({ name }) => name));
  return approvalsOf(scope)
    .filter(({ metadata }) => !told.has(metadata.name))
    .map(({ metadata: { name }, spec: { approver, decision } }) =>
      aboutPlan(plan, status)(`approval/${name}/PlanEnded`, {
        event: 'ApprovalJudged',
        outcome: 'Refused',
        who: approver,
        message: `${decision} by ${approver} does not count: the plan had ended`,
        approvals: [name],
      }),
    );
}

/** What the diagnosis behind the plan has seen. */
function evidenceOf({ plan, investigations: store }: PlanScope): readonly string[] {
  const diagnosis = store.get({ namespace: plan.metadata.namespace, name: plan.spec.investigationRef.name });
  return (diagnosis?.status?.evidence ?? []).flatMap(({ digest }) => (digest === undefined ? [] : [digest]));
}

function inNamespace(namespace: string | undefined, name: string | undefined): readonly Key[] {
  return namespace === undefined || name === undefined ? [] : [{ namespace, name }];
}

function scopeOf(deps: PlanDeps, plan: RemediationPlan, { client, logger, signal, storeOf }: ReconcileContext<RemediationPlan>): PlanScope {
  return {
    ...deps,
    plan,
    status: structuredClone(plan.status ?? {}),
    client,
    logger,
    signal,
    approvals: storeOf(approvals),
    policies: storeOf(remediationPolicies),
    incidents: storeOf(incidents),
    investigations: storeOf(investigations),
    plans: storeOf(remediationPlans),
  };
}
