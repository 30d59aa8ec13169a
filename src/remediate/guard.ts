/**
 * Guard rails that a plan has to pass before anything is looked at: the catalogue is closed, and the target in scope.
 *
 * Anybody who may create plans may have written this one, so nothing in it is trusted that the schema does not say. A plan outside of the operator's
 * namespace is about its own namespace alone; no plan is about a protected one.
 */
import type { RemediationPlan } from '../crds/kinds.ts';
import { ACTION_TYPES, type Action, type ActionType } from '../crds/remediationPlan.ts';
import { WORKLOADS } from '../gitops/resources.ts';
import { type Refusal, refuse } from './refusal.ts';

/** What the cluster and its delivery stand on. */
const PROTECTED_NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease', 'flux-system', 'argocd'] as const;

export interface GuardSettings {
  readonly operatorNamespace: string;
  /** Beyond the built-in ones and the operator's own. */
  readonly protectedNamespaces?: readonly string[] | undefined;
}

export function guard(plan: RemediationPlan, settings: GuardSettings): Refusal | undefined {
  const { actions, strategy } = plan.spec;
  if (strategy !== 'Commit')
    return refuse('StrategyUnsupported', `strategy ${strategy} is not available; plans are delivered by strategy Commit`);
  for (const action of actions) {
    const refusal = guardAction(action) ?? guardTarget(plan, action, settings);
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

const STRUCTS = { RevertCommit: 'revertCommit', SetImage: 'setImage', SetResources: 'setResources' } as const satisfies Record<
  ActionType,
  keyof Action
>;

function guardAction(action: Action): Refusal | undefined {
  if (!(ACTION_TYPES as readonly string[]).includes(action.type)) {
    return refuse('OutOfScope', `action ${action.type} is not in the catalogue (${ACTION_TYPES.join(', ')})`);
  }
  const wanted = STRUCTS[action.type];
  const present = Object.values(STRUCTS).filter((name) => action[name] !== undefined);
  if (present.length === 1 && present[0] === wanted) return undefined;
  return refuse(
    'ParametersInvalid',
    `action ${action.type} takes exactly the parameters ${wanted}, and has ${present.join(', ') || 'none'}`,
  );
}

function guardTarget(plan: RemediationPlan, action: Action, settings: GuardSettings): Refusal | undefined {
  const { kind, name, apiVersion } = action.target;
  const resource = WORKLOADS.get(kind);
  if (resource === undefined || (apiVersion !== undefined && apiVersion !== `${resource.group}/${resource.version}`)) {
    return refuse(
      'OutOfScope',
      `actions are about ${[...WORKLOADS.keys()].join(', ')} of apps/v1, not about ${apiVersion ?? ''} ${kind} ${name}`,
    );
  }
  const own = plan.metadata.namespace ?? settings.operatorNamespace;
  const namespace = action.target.namespace ?? own;
  if (own !== settings.operatorNamespace && namespace !== own) {
    return refuse('OutOfScope', `a plan in namespace ${own} is about objects in ${own}, not about ${kind} ${namespace}/${name}`);
  }
  if (isProtected(namespace, settings)) {
    return refuse('ProtectedNamespace', `namespace ${namespace} is protected: ${kind} ${namespace}/${name} is changed by people only`);
  }
  return undefined;
}
