/**
 * Notes how healthy the targets are and looks at what is wrong around them right before the fix, so that afterwards it can be told what the fix has done to them.
 *
 * The fix waits for it for some seconds only: without it neighbours can't be judged, which is then said, and a fix is not held up for it.
 */
import { readWorkload } from '../../remediate/workload.ts';
import { conditionOf, isTrue, next, type StepResult, wait } from '../steps.ts';
import { hasActed, type PlanScope } from './scope.ts';
import { lookName, lookOf, openLook } from './verification.ts';

const PATIENCE_MS = 15_000;
const LOOK_AGAIN_MS = 500;

export async function takeBaseline(scope: PlanScope): Promise<StepResult> {
  const { status, clock } = scope;
  if ((status.sync ?? status.applied ?? status.rollback) !== undefined) return next;
  status.readyBefore ??= await readyNow(scope);
  if (!isAskedFor(scope)) return next;
  if (status.baseline === undefined) {
    const opened = await openLook(scope, 'baseline', 1);
    if ('kind' in opened) return next; // a foreign object under its name is no reason not to act
    status.baseline = opened;
    return wait('TakingBaseline', LOOK_AGAIN_MS);
  }
  if (hasActed(status)) return next; // merged by a person: there is nothing to hold up
  const look = lookOf(scope, status.baseline);
  if (look !== undefined && isTrue(look.status, 'Succeeded')) return next;
  const since = Date.parse(conditionOf(status, 'Approved')?.lastTransitionTime ?? '');
  return clock.now() - since > PATIENCE_MS ? next : wait('TakingBaseline', LOOK_AGAIN_MS);
}

async function readyNow({ plan, client, signal }: PlanScope): Promise<PlanScope['status']['readyBefore']> {
  const seen = await Promise.all(plan.spec.actions.map(({ target }) => readWorkload(client, target, { signal })));
  const found = new Map(seen.flatMap((workload) => (workload === undefined ? [] : [[workload.ref.uid, workload] as const])));
  return [...found.values()].map(({ kind, namespace, name, ready }) => ({ object: { kind, namespace, name }, ready }));
}

const FRESH_MS = 3_600_000;

/**
 * The same where a person lets the fix in, whenever they like: a look that is an hour old at most, and is not waited for.
 *
 * @param since when the fix was proposed
 */
export async function keepBaseline(scope: PlanScope, since: string): Promise<void> {
  const { status, plan, clock } = scope;
  const ordinal = Math.floor(Math.max(0, clock.now() - Date.parse(since)) / FRESH_MS) + 1;
  if (!isAskedFor(scope) || status.baseline?.name === lookName(plan, 'baseline', ordinal)) return;
  const opened = await openLook(scope, 'baseline', ordinal);
  if (!('kind' in opened)) status.baseline = opened;
}

const isAskedFor = ({ plan }: PlanScope): boolean => plan.spec.successCriteria.some(({ type }) => type === 'NeighboursUnharmed');
