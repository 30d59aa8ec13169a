/**
 * What the policies say of a plan, by what it touches in the live world: not only the targets that it names, but every object that would change.
 *
 * A pod stands for its workload: it is the workload that labels select, that is locked, and that a record is kept of.
 */
import type { ObjectRef } from '../../crds/common.ts';
import type { RemediationPlanStatus } from '../../crds/remediationPlan.ts';
import { decideForPlan, identityOf, type PlanQuestion, type PolicyDecision, type Touched } from '../../domain/policy.ts';
import { catalogue } from '../../remediate/catalogue/catalogue.ts';
import { changeable } from '../../remediate/kinds.ts';
import { readWorkload } from '../../remediate/workload.ts';
import type { PlanScope, World } from './scope.ts';

/** What a plan is about, with labels as they are now. */
export type Subject = Pick<PlanQuestion, 'actions' | 'touched'>;

export async function subjectOf(scope: PlanScope, rendered: World['rendered']): Promise<Subject> {
  const actions = await targetsOf(scope);
  if (rendered.kind === 'rendered') {
    const touched = rendered.targets.map(({ object, labels }) => ({ ...touchedBy(object), labels }));
    return { actions, touched };
  }
  const { resource, object } = rendered.prepared.change;
  const { namespace, name, labels = {} } = object.metadata;
  const changed = { kind: resource.kind, namespace: namespace ?? '', name, labels };
  return { actions, touched: resource.kind === 'Pod' ? [] : [changed] };
}

/** The same of a plan that was shown and is no longer rendered, by what it was to change then. */
export async function subjectShown(scope: PlanScope): Promise<Subject> {
  const touched = (scope.status.preimages ?? []).map(({ object }) => ({ ...touchedBy(object), labels: {} }));
  return { actions: await targetsOf(scope), touched };
}

/** Every workload or other object that it is about, once. */
export function objectsOf({ actions, touched }: Subject): readonly Touched[] {
  const all = [...actions.map(({ target }) => target), ...touched];
  return [...new Map(all.map((object) => [identityOf(object), object])).values()].toSorted((a, b) =>
    identityOf(a) < identityOf(b) ? -1 : 1,
  );
}

export function decide({ policies, protectedNamespaces }: PlanScope, subject: Subject): PolicyDecision {
  return decideForPlan(policies.list(), { ...subject, protectedNamespaces });
}

type Among = NonNullable<NonNullable<RemediationPlanStatus['policy']>['among']>;

export const amongOf = ({ among }: PolicyDecision): Among =>
  among.map(({ metadata: { name, uid, generation = 0 } }) => ({ name, uid, generation })).toSorted((a, b) => (a.uid < b.uid ? -1 : 1));

/** Whether other policies, or others of their generations, have a say now than when the plan was shown. Told without rendering it again. */
export async function policiesMoved(scope: PlanScope): Promise<boolean> {
  const { status, client, signal } = scope;
  const refs = new Map((status.preimages ?? []).map(({ object }) => [identityOf(touchedBy(object)), object]));
  const touched = await Promise.all(
    [...refs.values()].map(async (ref): Promise<readonly Touched[]> => {
      const resource = changeable({ apiVersion: ref.apiVersion ?? '', kind: ref.kind });
      const live =
        resource === undefined ? undefined : await client.get(resource, { namespace: ref.namespace ?? '', name: ref.name }, { signal });
      return live === undefined ? [] : [{ ...touchedBy(ref), labels: live.metadata.labels ?? {} }];
    }),
  );
  const decision = decide(scope, { actions: await targetsOf(scope), touched: touched.flat() });
  return movedSince(status, decision) !== undefined;
}

/** What is another policy now, in words. */
export function movedSince({ policy }: RemediationPlanStatus, decision: PolicyDecision): string | undefined {
  const [before, now] = [policy?.among ?? [], amongOf(decision)];
  const changed = now.find(({ uid, generation }) => !before.some((one) => one.uid === uid && one.generation === generation));
  if (changed !== undefined) {
    const edited = before.some(({ uid }) => uid === changed.uid);
    return edited ? `RemediationPolicy ${changed.name} was edited` : `RemediationPolicy ${changed.name} has a say in it now`;
  }
  const gone = before.find(({ uid }) => !now.some((one) => one.uid === uid));
  return gone === undefined ? undefined : `RemediationPolicy ${gone.name} has no say in it any more`;
}

const touchedBy = ({ kind, namespace = '', name }: ObjectRef): Omit<Touched, 'labels'> => ({ kind, namespace, name });

async function targetsOf({ plan, client, signal }: PlanScope): Promise<PlanQuestion['actions']> {
  return Promise.all(
    plan.spec.actions.map(async ({ type, target: { kind, name, namespace: asked } }) => {
      const { about } = catalogue[type];
      const isNamespaced = about.resources.every(({ namespaced }) => namespaced);
      const namespace = isNamespaced ? (asked ?? plan.metadata.namespace ?? '') : '';
      const ref = { kind, name, ...(isNamespaced ? { namespace } : {}) };
      const workload = kind === 'Pod' ? await readWorkload(client, ref, { signal }) : undefined;
      const found = workload ?? (await about.read(client, ref, { signal }));
      const { kind: is, namespace: where, name: named } = workload ?? { kind, namespace, name };
      return { type, target: { kind: is, namespace: where, name: named, labels: found?.labels ?? {} } };
    }),
  );
}
