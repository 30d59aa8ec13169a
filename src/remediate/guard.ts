/**
 * Guard rails that a plan has to pass before anything is looked at: the catalogue is closed, and the target in scope.
 *
 * Anybody who may create plans may have written this one, so nothing in it is trusted that the schema does not say. A plan outside of the operator's
 * namespace is about its own namespace alone; no plan is about a protected one.
 */
import { ACTION_TYPES, ACTIONS, structOf } from '../crds/actions/actions.ts';
import { PROTECTED_NAMESPACES } from '../crds/direct.ts';
import type { RemediationPlan } from '../crds/kinds.ts';
import { type Action, remediationPlanSpec } from '../crds/remediationPlan.ts';
import { apiVersionOf } from '../kube/object.ts';
import { catalogue } from './catalogue/catalogue.ts';
import { type Refusal, refuse } from './refusal.ts';

export interface GuardSettings {
  readonly operatorNamespace: string;
  /** Beyond the built-in ones and the operator's own. */
  readonly protectedNamespaces?: readonly string[] | undefined;
}

export function guard(plan: RemediationPlan, settings: GuardSettings): Refusal | undefined {
  const { actions, strategy } = plan.spec;
  const malformed = guardShape(plan);
  if (malformed !== undefined) return malformed;
  if (strategy === 'Direct' && actions.length !== 1)
    return refuse(
      'StrategyUnsupported',
      `strategy Direct does one action a plan, and this has ${actions.length}: each has to be approved by itself`,
    );
  for (const action of actions) {
    const refusal = guardAction(action) ?? guardStrategy(action, strategy) ?? guardTarget(plan, action, settings);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

export function isProtected(namespace: string, { operatorNamespace, protectedNamespaces = [] }: GuardSettings): boolean {
  return [...PROTECTED_NAMESPACES, operatorNamespace, ...protectedNamespaces].includes(namespace);
}

/** The namespace that an action is about. */
export function namespaceOf(plan: RemediationPlan, action: Action): string | undefined {
  return action.target.namespace ?? plan.metadata.namespace;
}

/** The API server has judged this already, by the CRD that is installed; that may be an older one, or one that somebody has loosened. */
function guardShape({ spec }: RemediationPlan): Refusal | undefined {
  const unknown = spec.actions.find(({ type }) => !Object.hasOwn(ACTIONS, type));
  if (unknown !== undefined) return refuse('OutOfScope', `action ${unknown.type} is not in the catalogue (${ACTION_TYPES.join(', ')})`);
  const parsed = remediationPlanSpec.safeParse(spec);
  const [issue] = parsed.error?.issues ?? [];
  return issue === undefined ? undefined : refuse('ParametersInvalid', `${issue.path.join('.')}: ${issue.message}`);
}

function guardAction(action: Action): Refusal | undefined {
  const wanted = structOf(action.type);
  const present = Object.keys(action).filter(
    (field) => field !== 'type' && field !== 'target' && action[field as keyof Action] !== undefined,
  );
  if (present.length !== (wanted === undefined ? 0 : 1) || (wanted !== undefined && present[0] !== wanted)) {
    const takes = wanted === undefined ? 'no parameters' : `exactly the parameters ${wanted}`;
    return refuse('ParametersInvalid', `action ${action.type} takes ${takes}, and has ${present.join(', ') || 'none'}`);
  }
  return undefined;
}

function guardStrategy({ type }: Action, strategy: RemediationPlan['spec']['strategy']): Refusal | undefined {
  const entry = catalogue[type];
  if (strategy === 'Direct' && entry.direct === undefined)
    return refuse('StrategyUnsupported', `${type} is written into Git: it needs strategy Commit or PullRequest`);
  if (strategy !== 'Direct' && entry.write === undefined)
    return refuse('StrategyUnsupported', `${type} is nothing that Git says: it needs strategy Direct`);
  return undefined;
}

function guardTarget(plan: RemediationPlan, action: Action, settings: GuardSettings): Refusal | undefined {
  const { kind, name, apiVersion } = action.target;
  const { resources } = catalogue[action.type].about;
  const resource = resources.find((candidate) => candidate.kind === kind);
  if (resource === undefined || (apiVersion !== undefined && apiVersion !== apiVersionOf(resource))) {
    const about = resources.map((candidate) => `${candidate.kind} of ${apiVersionOf(candidate)}`).join(', ');
    return refuse('OutOfScope', `${action.type} is about ${about}, not about ${apiVersion ?? ''} ${kind} ${name}`);
  }
  const own = plan.metadata.namespace ?? settings.operatorNamespace;
  if (!resource.namespaced) return guardClusterScoped(action, own, settings);
  const namespace = action.target.namespace ?? own;
  if (own !== settings.operatorNamespace && namespace !== own) {
    return refuse('OutOfScope', `a plan in namespace ${own} is about objects in ${own}, not about ${kind} ${namespace}/${name}`);
  }
  if (isProtected(namespace, settings)) {
    return refuse('ProtectedNamespace', `namespace ${namespace} is protected: ${kind} ${namespace}/${name} is changed by people only`);
  }
  return undefined;
}

/** What belongs to no namespace belongs to no tenant. */
function guardClusterScoped(
  { target: { kind, name, namespace } }: Action,
  own: string,
  { operatorNamespace }: GuardSettings,
): Refusal | undefined {
  if (namespace !== undefined) return refuse('OutOfScope', `${kind} ${name} is in no namespace, and the plan says ${namespace}`);
  return own === operatorNamespace
    ? undefined
    : refuse('OutOfScope', `a plan in namespace ${own} is about objects in ${own}, not about ${kind} ${name}`);
}
