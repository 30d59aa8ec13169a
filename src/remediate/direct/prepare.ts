/**
 * Derives from the live world what a plan of strategy Direct would do: one change of one object, or why not.
 *
 * As with Git the plan is not believed: its target is resolved, the action's own pre-conditions are looked at, and the API server with its admission chain is
 * asked without anything being stored. The same world gives the same answer, so that a digest over it can be compared later.
 */
import type { RemediationPlan } from '../../crds/kinds.ts';
import { findOwner } from '../../gitops/owner.ts';
import type { FieldChange } from '../../gitops/render.ts';
import { metaTime } from '../../kube/object.ts';
import type { Target } from '../actionTarget.ts';
import type { BlastRadius } from '../blastRadius.ts';
import { catalogue } from '../catalogue/catalogue.ts';
import type { Prepared, RiskFinding } from '../catalogue/types.ts';
import type { RemediateDeps } from '../deps.ts';
import { guard, isProtected } from '../guard.ts';
import { type Refusal, refuse } from '../refusal.ts';
import { resolveAction } from '../resolveActions.ts';
import type { PlanTarget } from '../targets.ts';
import { materialOf, refTo, tryChange } from './change.ts';

export interface PreparedPlan {
  readonly kind: 'prepared';
  readonly prepared: Prepared;
  readonly renderedDiff: readonly FieldChange[];
  readonly preimages: readonly { readonly object: PlanTarget['object']; readonly path: string; readonly value?: string }[];
  readonly risk: RiskFinding;
  readonly blastRadius: BlastRadius;
}

interface Limits {
  readonly signal?: AbortSignal | undefined;
}

export async function prepareDirect(deps: RemediateDeps, plan: RemediationPlan, limits: Limits = {}): Promise<PreparedPlan | Refusal> {
  const guarded = guard(plan, deps);
  if (guarded !== undefined) return guarded;
  const prepared = await prepareAction(deps, plan, limits);
  if (prepared.kind === 'refusal') return prepared;
  const tried = await tryChange(deps.client, prepared.change, { planUid: plan.metadata.uid, at: metaTime(deps.clock.now()) }, limits);
  if (tried !== undefined) return tried;
  const object = refTo(prepared.change);
  const name = [object.kind, object.namespace, object.name].filter((part) => part !== undefined).join('/');
  return {
    kind: 'prepared',
    prepared,
    renderedDiff: prepared.fields.map((field) => ({ object: name, ...field })),
    preimages: prepared.fields.map(({ path, before }) => ({ object, path, ...(before === undefined ? {} : { value: before }) })),
    risk: prepared.risk,
    blastRadius: prepared.blastRadius,
  };
}

/** The one action of the plan, against the world as it is now. */
async function prepareAction(deps: RemediateDeps, plan: RemediationPlan, limits: Limits): Promise<Prepared | Refusal> {
  const { client, clock } = deps;
  const [action] = plan.spec.actions;
  if (action === undefined) return refuse('ParametersInvalid', 'the plan has no action');
  const entry = catalogue[action.type];
  if (entry.direct === undefined) return refuse('StrategyUnsupported', `${action.type} is written into Git; it is not done directly`);
  const target = await resolveAction(client, plan, action, limits);
  if ('reason' in target) return target;
  if (entry.write !== undefined) {
    const owned = await appliedFromGit(deps, target, limits);
    if (owned !== undefined) return owned;
  }
  const own = plan.metadata.namespace ?? deps.operatorNamespace;
  return entry.direct.prepare({
    action,
    target: target,
    client,
    now: clock.now(),
    isProtected: (namespace) => isProtected(namespace, deps),
    within: own === deps.operatorNamespace ? undefined : own,
    signal: limits.signal,
  });
}

/** What an engine applies from Git is changed there: a direct change would be undone, or hide what Git says. */
async function appliedFromGit({ client }: RemediateDeps, target: Target, limits: Limits): Promise<Refusal | undefined> {
  const owner = await findOwner(client, target.ref, limits);
  if (owner.engine === 'None') return undefined;
  return owner.engine === 'Flux'
    ? refuse('UnsupportedOwner', `Flux applies ${target.kind} ${target.name} from Git: propose it with strategy Commit`)
    : refuse('UnsupportedOwner', `${target.kind} ${target.name}: ${'reason' in owner ? owner.reason : 'a GitOps engine applies it'}`);
}

/** What goes into the plan's digest: plain JSON, without what moves by itself. */
export function directMaterial({ prepared }: PreparedPlan): object {
  const { change, fields } = prepared;
  return { direct: materialOf(change), fields: fields.map(({ path, before = null }) => ({ path, before })) };
}
