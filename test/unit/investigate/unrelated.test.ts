import { describe, expect, test } from 'vitest';
import type { ObjectRef } from '../../../src/crds/common.ts';
import { isUnrelated } from '../../../src/investigate/unrelated.ts';
import type { Snapshot } from '../../../src/sources/kubernetes/snapshot.ts';
import { snapshot } from './builders.ts';
import { autoscaler, budget, certificate, ingressRef, route, selector, service, web, wellCart, wellPod } from './objectBuilders.ts';

interface Case {
  readonly name: string;
  readonly object: ObjectRef;
  readonly more?: Partial<Snapshot>;
  readonly want: boolean;
}

const claim = { kind: 'PersistentVolumeClaim', namespace: 'shop', name: 'data' };
const guard = { kind: 'PodDisruptionBudget', namespace: 'shop', name: 'cart' };

describe('isUnrelated', () => {
  test.each<Case>([
    { name: 'an Ingress to a target', object: ingressRef('shop'), more: { routes: [route('cart')] }, want: false },
    { name: 'an Ingress to another Service', object: ingressRef('shop'), more: { routes: [route('web')] }, want: true },
    { name: 'an Ingress to one of several', object: ingressRef('shop'), more: { routes: [route('web'), route('cart')] }, want: false },
    { name: 'an Ingress that may be meant for a target', object: ingressRef('shop'), more: { routes: [route('carts')] }, want: false },
    { name: 'an Ingress that may be meant for another', object: ingressRef('shop'), more: { routes: [route('webb')] }, want: true },
    { name: 'an autoscaler of a target', object: autoscaler().ref, more: { autoscalers: [autoscaler()] }, want: false },
    { name: 'an autoscaler of another', object: autoscaler().ref, more: { autoscalers: [autoscaler({ target: web })] }, want: true },
    { name: 'a budget for a target', object: guard, more: { budgets: [budget()] }, want: false },
    { name: 'a budget for another', object: guard, more: { budgets: [budget({ selector: selector({ app: 'web' }) })] }, want: true },
    { name: 'a certificate that nobody here uses', object: certificate().ref, more: { certificates: [certificate()] }, want: true },
    {
      name: 'a certificate of a route to a target',
      object: certificate().ref,
      more: { certificates: [certificate()], routes: [route('cart', { tlsSecret: 'shop-tls' })] },
      want: false,
    },
    { name: 'a claim of a target', object: claim, more: { pods: [wellPod({ claims: ['data'] })] }, want: false },
    { name: 'a claim of another', object: claim, want: true },
    { name: 'a policy, which may cut anybody', object: { kind: 'NetworkPolicy', namespace: 'shop', name: 'guard' }, want: false },
    {
      name: 'anything, where no workload was asked about',
      object: ingressRef('shop'),
      more: { workloads: [], routes: [route('web')] },
      want: false,
    },
  ])('$name', ({ object, more, want }) => {
    const targets = snapshot({ workloads: [wellCart()], pods: [wellPod()], services: [service('cart'), service('web')], ...more });
    expect(isUnrelated(targets, object)).toBe(want);
  });
});
