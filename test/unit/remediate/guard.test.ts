/** Nothing outside of the catalogue and of the plan's own scope passes, whoever wrote it. */
import { describe, expect, test } from 'vitest';
import { ACTION_TYPES, ACTIONS } from '../../../src/crds/actions/actions.ts';
import { catalogueKinds } from '../../../src/crds/catalogue.ts';
import { FINDING_REASONS } from '../../../src/crds/reasons.ts';
import type { Action, RemediationPlanSpec } from '../../../src/crds/remediationPlan.ts';
import { catalogue } from '../../../src/remediate/catalogue/catalogue.ts';
import { guard } from '../../../src/remediate/guard.ts';
import { CHANGEABLE, changeable } from '../../../src/remediate/kinds.ts';
import { COMMIT, OPERATOR, planOf } from './support.ts';

const settings = { operatorNamespace: OPERATOR, protectedNamespaces: ['payments'] };
const action: Action = {
  type: 'RevertCommit',
  target: { kind: 'Deployment', namespace: 'shop', name: 'cart' },
  revertCommit: { commit: COMMIT },
};

interface Case {
  readonly name: string;
  readonly action?: object;
  readonly target?: object;
  readonly spec?: Partial<RemediationPlanSpec>;
  readonly namespace?: string;
  readonly want: string | undefined;
}

describe('guard', () => {
  test.each<Case>([
    { name: 'takes a plan of the operator’s namespace about another', want: undefined },
    { name: 'takes a tenant’s plan about the tenant’s namespace', namespace: 'shop', want: undefined },
    { name: 'takes a tenant’s plan that names no namespace', namespace: 'shop', target: { namespace: undefined }, want: undefined },
    { name: 'refuses a tenant’s plan about another namespace', namespace: 'tenant', want: 'OutOfScope' },
    { name: 'refuses a protected namespace', target: { namespace: 'kube-system' }, want: 'ProtectedNamespace' },
    { name: 'refuses Flux’s own namespace', target: { namespace: 'flux-system' }, want: 'ProtectedNamespace' },
    { name: 'refuses a namespace that is configured as protected', target: { namespace: 'payments' }, want: 'ProtectedNamespace' },
    { name: 'refuses the operator’s own namespace', target: { namespace: OPERATOR }, want: 'ProtectedNamespace' },
    { name: 'refuses a plan of the operator’s namespace that names none', target: { namespace: undefined }, want: 'ProtectedNamespace' },
    { name: 'refuses a cluster-scoped kind', target: { kind: 'ClusterRole' }, want: 'OutOfScope' },
    { name: 'refuses a kind of the same name of another group', target: { apiVersion: 'evil.example/v1' }, want: 'OutOfScope' },
    { name: 'refuses an action that is not in the catalogue', action: { type: 'Exec' }, want: 'OutOfScope' },
    { name: 'refuses an action without its parameters', action: { revertCommit: undefined }, want: 'ParametersInvalid' },
    { name: 'refuses an action with those of another', action: { setImage: { container: 'app', revision: 1 } }, want: 'ParametersInvalid' },
    { name: 'refuses a strategy that is not there', spec: { strategy: 'Direct' }, want: 'StrategyUnsupported' },
  ])('$name', ({ action: changed = {}, target = {}, spec = {}, namespace = OPERATOR, want }) => {
    const plan = planOf({ ...action, ...changed, target: { ...action.target, ...target } }, spec, namespace);
    expect(guard(plan, settings)?.reason).toBe(want);
  });

  test('looks at every action', () => {
    const plan = planOf(action, { actions: [action, { ...action, target: { ...action.target, namespace: 'kube-system' } }] });
    expect(guard(plan, settings)?.reason).toBe('ProtectedNamespace');
  });
});

describe('the catalogue', () => {
  test('is closed: each type has its entry, and nothing else', () => {
    expect(Object.keys(catalogue).toSorted()).toEqual([...ACTION_TYPES].toSorted());
    expect(Object.entries(catalogue).every(([type, entry]) => entry.type === type)).toBe(true);
  });

  test('cures only what can be found, and says how far it goes', () => {
    for (const { type, cures, bounds, inverse } of Object.values(catalogue)) {
      expect(cures.every((reason) => FINDING_REASONS.includes(reason))).toBe(true);
      expect(Math.min(bounds.length, inverse.length, ACTIONS[type].summary.length)).toBeGreaterThan(0);
    }
  });

  test('changes the very kinds that RBAC and admission know', () => {
    const known = catalogueKinds.flatMap(({ group, resources }) => resources.map((plural) => `${group}/${plural}`));
    expect(CHANGEABLE.map(({ group, plural }) => `${group}/${plural}`).toSorted()).toEqual(known.toSorted());
  });

  test.each([
    ['v1', 'Secret'],
    ['v1', 'Namespace'],
    ['v1', 'ServiceAccount'],
    ['v1', 'PersistentVolume'],
    ['v1', 'Pod'],
    ['v1', 'Node'],
    ['rbac.authorization.k8s.io/v1', 'Role'],
    ['rbac.authorization.k8s.io/v1', 'ClusterRoleBinding'],
    ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
    ['admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'],
    ['kustomize.toolkit.fluxcd.io/v1', 'Kustomization'],
    ['agentsre.io/v1alpha1', 'RemediationPolicy'],
    ['evil.example/v1', 'Deployment'],
  ])('never changes %s %s', (apiVersion, kind) => {
    expect(changeable({ apiVersion, kind })).toBeUndefined();
  });
});
