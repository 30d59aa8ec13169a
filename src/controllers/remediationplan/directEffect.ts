/** The effect of a plan of strategy Direct: made once, found again after a crash, looked for while it is verified, and taken back where that is possible. */
import type { ObjectRef } from '../../crds/common.ts';
import type { Action, RemediationPlanStatus } from '../../crds/remediationPlan.ts';
import { type KubeObject, metaTime } from '../../kube/object.ts';
import { catalogue } from '../../remediate/catalogue/catalogue.ts';
import type { DirectAction } from '../../remediate/catalogue/types.ts';
import { type DirectChange, type Made, type Mark, makeChange, readPinned, refTo } from '../../remediate/direct/change.ts';
import { resourceOf } from '../../remediate/direct/resources.ts';
import { tell } from '../audited.ts';
import { bounded, next, type StepResult, wait } from '../steps.ts';
import { aboutPlan } from './auditOf.ts';
import { beginEffect } from './beginEffect.ts';
import { conclude, declareOn, isoNow, type PlanScope } from './scope.ts';

const CALL_TIMEOUT_MS = 5_000;

export async function actDirectly(scope: PlanScope): Promise<StepResult> {
  const { status, plan, world } = scope;
  if (plan.spec.strategy !== 'Direct' || status.applied !== undefined) return next;
  if (world?.rendered.kind !== 'prepared' || status.approvedAt === undefined) {
    throw new Error(`plan ${plan.metadata.name} was to be carried out without being prepared and approved`);
  }
  const { change } = world.rendered.prepared;
  const made = await announceAndMake(scope, 'Direct', change);
  if (made !== undefined)
    return made.kind === 'denied' ? conclude(scope, 'Failed', `the API server refused it: ${made.message}`) : made.result;
  recordApplied(scope, refTo(change));
  return next;
}

/** Looks for an effect that was announced and never recorded. */
export async function recoverDirect(scope: PlanScope): Promise<void> {
  const { intent, applied, leftBehind } = scope.status;
  if (intent?.object === undefined) return;
  const [action, direct] = entryOf(scope);
  const live = await read(scope, intent.object);
  if (intent.effect === 'Direct' && applied === undefined && direct.isDone(live, markOf(scope), action))
    recordApplied(scope, intent.object);
  if (intent.effect === 'DirectUndo' && leftBehind !== undefined && live !== undefined && !direct.isDone(live, markOf(scope), action))
    delete scope.status.leftBehind;
}

/** Whether what was done is there now. */
export async function isInPlace(scope: PlanScope, applied: NonNullable<RemediationPlanStatus['applied']>): Promise<boolean> {
  const [action, direct] = entryOf(scope);
  return direct.isDone(await read(scope, applied.object), markOf(scope), action);
}

/** Takes it back; a plan that can't be taken back, or was by somebody else, says so. */
export async function undoDirect(
  scope: PlanScope,
  applied: NonNullable<RemediationPlanStatus['applied']>,
): Promise<StepResult | { readonly undone: string }> {
  const [action, direct] = entryOf(scope);
  const live = await read(scope, applied.object);
  if (live !== undefined && direct.undo !== undefined && direct.isDone(live, markOf(scope), action)) {
    const undo = direct.undo(live);
    if (undo === undefined) return { undone: 'it can’t be taken back: what was there before is not known any more' };
    const made = await announceAndMake(scope, 'DirectUndo', undo);
    if (made?.kind === 'denied') return { undone: `it could not be taken back: ${made.message}` };
    if (made !== undefined) return made.result;
    delete scope.status.leftBehind;
    return { undone: 'taken back' };
  }
  return {
    undone: direct.undo === undefined ? 'what was done can’t be taken back' : 'it is not there any more: somebody else has taken it back',
  };
}

type NotMade = { readonly kind: 'not-yet'; readonly result: StepResult } | { readonly kind: 'denied'; readonly message: string };

/** Undefined: it was made. */
async function announceAndMake(scope: PlanScope, effect: 'Direct' | 'DirectUndo', change: DirectChange): Promise<NotMade | undefined> {
  const begun = await beginEffect(scope, { effect, object: refTo(change) }, CALL_TIMEOUT_MS);
  if (begun.kind === 'held') return { kind: 'not-yet', result: begun.result };
  const made = await makeUnlessStopped(scope, change, begun.signal);
  if (made === undefined) return { kind: 'not-yet', result: wait('CutShort', 500) };
  scope.logger.info({ effect, object: refTo(change), made: made.kind }, 'changed directly');
  if (made.kind === 'made') return undefined;
  const entry = { event: 'ChangeNotMade', outcome: 'Refused', message: made.message } as const;
  await tell(scope, [aboutPlan(scope.plan, scope.status)(`${effect}/${change.object.metadata.resourceVersion}/${made.kind}`, entry)]);
  return made.kind === 'denied' ? made : { kind: 'not-yet', result: wait('TargetMoved', 500) };
}

/** Undefined: it was cut short by a stop, and may have been made all the same; the next reconcile looks for it. */
async function makeUnlessStopped(scope: PlanScope, change: DirectChange, signal: AbortSignal): Promise<Made | undefined> {
  try {
    return await makeChange(scope.client, change, markOf(scope), { signal, timeoutMs: CALL_TIMEOUT_MS });
  } catch (error) {
    if (signal.aborted && !scope.signal.aborted) return undefined;
    throw error;
  }
}

function recordApplied(scope: PlanScope, object: ObjectRef): void {
  const { status, plan } = scope;
  const [action] = plan.spec.actions;
  const at = isoNow(scope);
  const where = [object.kind, object.namespace, object.name].filter((part) => part !== undefined).join('/');
  status.applied = { object, what: bounded(`${action?.type} on ${where}`, 256), at };
  const { leaves } = status.proposed ?? {};
  if (leaves !== undefined) {
    const overdueAt = new Date(Date.parse(at) + leaves.reviewAfterSeconds * 1000).toISOString();
    const owner =
      status.approvals?.find(({ valid, decision }) => valid && decision === 'Approve')?.approver ?? `policy:${status.policy?.name ?? ''}`;
    status.leftBehind = { what: leaves.what, object, since: at, overdueAt, owner, end: leaves.end };
  }
  declareOn(scope, 'Applied', { status: 'True', reason: 'Done', message: status.applied.what });
}

function entryOf({ plan }: PlanScope): readonly [Action, DirectAction] {
  const [action] = plan.spec.actions;
  const direct = action === undefined ? undefined : catalogue[action.type].direct;
  if (action === undefined || direct === undefined) throw new Error(`plan ${plan.metadata.name} has no action that is done directly`);
  return [action, direct];
}

async function read({ client, signal }: PlanScope, object: ObjectRef): Promise<KubeObject | undefined> {
  return readPinned(client, resourceOf(object), object, { signal });
}

const markOf = ({ plan, status }: PlanScope): Mark => ({ planUid: plan.metadata.uid, at: metaTime(Date.parse(status.approvedAt ?? '')) });
