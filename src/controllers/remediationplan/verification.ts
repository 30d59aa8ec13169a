/** The Investigations that look at the world after a fix: opened one after another until one has seen enough, each once. */
import { type Investigation, investigations, remediationPlans } from '../../crds/kinds.ts';
import { childName } from '../../domain/names.ts';
import { createOnce } from '../../kube/createOnce.ts';
import { ownerReferenceTo } from '../../kube/object.ts';
import { isTrue, type StepResult, stalled, wait } from '../steps.ts';
import type { PlanScope } from './scope.ts';

export const LOOK_AGAIN_MS = 2_000;
/** Between two looks of which the first could not see enough. */
const PAUSE_MS = 15_000;

export function lookOf({ plan, investigations: store }: PlanScope, ref: { readonly name: string } | undefined): Investigation | undefined {
  return ref === undefined ? undefined : store.get({ namespace: plan.metadata.namespace, name: ref.name });
}

/** A look that could not see enough, and found nothing in what it saw, says nothing either way. */
export function isConclusive({ status }: Investigation): boolean {
  return isTrue(status, 'Succeeded') && (status?.outcome === 'NothingWrong' || (status?.findings ?? []).length > 0);
}

export async function lookOnceMore(scope: PlanScope, last: Investigation): Promise<StepResult> {
  const rested = Date.parse(last.status?.completedAt ?? last.metadata.creationTimestamp) + PAUSE_MS - scope.clock.now();
  if (rested > 0) return wait('Verifying', Math.min(rested, LOOK_AGAIN_MS));
  const looks = scope.investigations.list().filter(({ spec }) => spec.planRef?.uid === scope.plan.metadata.uid).length;
  return openVerification(scope, looks + 1);
}

export async function openVerification(scope: PlanScope, ordinal: number): Promise<StepResult> {
  const opened = await openLook(scope, 'verification', ordinal);
  if ('kind' in opened) return opened;
  scope.status.verification = opened;
  return wait('Verifying', LOOK_AGAIN_MS);
}

type LookPurpose = 'baseline' | 'verification' | 'restored';

export const lookName = ({ metadata }: PlanScope['plan'], purpose: LookPurpose, ordinal: number): string =>
  childName('inv', metadata.uid, purpose, ordinal);

/** Opens one look at the world, once; or says what is in the way. */
export async function openLook(
  { plan, client, signal }: PlanScope,
  purpose: LookPurpose,
  ordinal: number,
): Promise<{ readonly name: string; readonly uid: string } | StepResult> {
  const { name: planName, uid, namespace } = plan.metadata;
  const name = lookName(plan, purpose, ordinal);
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
  return { name, uid: made.object.metadata.uid };
}

/** What pods can be looked for behind. Where an action is about nothing of that sort, the Incident says what it is about. */
const LOOKED_AT: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Service', 'Pod']);

function lookedAt({ spec }: PlanScope['plan']): Pick<Investigation['spec'], 'targets'> {
  const targets = spec.actions.map(({ target }) => target).filter(({ kind }) => LOOKED_AT.has(kind));
  return targets.length === 0 ? {} : { targets };
}
