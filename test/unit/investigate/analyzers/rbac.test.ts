import { describe, expect, test } from 'vitest';
import { rbac } from '../../../../src/investigate/analyzers/rbac.ts';
import type { Snapshot } from '../../../../src/sources/kubernetes/snapshot.ts';
import { ago, cart, container, event, log, pod, snapshot, workload } from '../builders.ts';
import { errors, told, wellCart, wellPod } from '../objectBuilders.ts';

const refused =
  'pods is forbidden: User "system:serviceaccount:shop:cart" cannot list resource "pods" in API group "" in the namespace "shop"';
const ill = { workloads: [workload()], pods: [pod()] };

interface Case {
  readonly name: string;
  readonly more: Partial<Snapshot>;
  readonly want: readonly string[];
}

describe('rbac', () => {
  test.each<Case>([
    {
      name: 'a log that ends with it',
      more: { ...ill, pods: [pod({}, container({ logs: { previous: log(refused) } }))] },
      want: ['PermissionDenied Deployment/cart'],
    },
    {
      name: 'a log that has it as JSON',
      more: { ...ill, errorLines: [errors(cart, refused.replaceAll('"', '\\"'), 1)] },
      want: ['PermissionDenied Deployment/cart'],
    },
    {
      name: 'a workload that is well and says it again and again',
      more: { errorLines: [errors(cart, refused)] },
      want: ['PermissionDenied Deployment/cart (indirect)'],
    },
    { name: 'a workload that is well and has said it once', more: { errorLines: [errors(cart, refused, 1)] }, want: [] },
    {
      name: 'an event of a pod that is not well',
      more: { ...ill, events: [event('FailedSync', refused)] },
      want: ['PermissionDenied Deployment/cart'],
    },
    { name: 'an event of a pod that is', more: { events: [event('FailedSync', refused)] }, want: [] },
    { name: 'an event from before the window', more: { ...ill, events: [event('FailedSync', refused, { lastAt: ago(100) })] }, want: [] },
    {
      name: 'what a quota forbids',
      more: { ...ill, errorLines: [errors(cart, 'pods "cart" is forbidden: exceeded quota: compute')] },
      want: [],
    },
    {
      name: 'what is forbidden to a person',
      more: { ...ill, errorLines: [errors(cart, 'User "robin" cannot list resource "pods" in API group ""')] },
      want: [],
    },
  ])('$name', ({ more, want }) => {
    expect(told(rbac.find(snapshot({ workloads: [wellCart()], pods: [wellPod()], ...more })))).toEqual(want);
  });

  test('says who may not do what, and where', () => {
    const text =
      'User "system:serviceaccount:shop:cart" cannot watch resource "leases" in API group "coordination.k8s.io" at the cluster scope';
    const [found] = rbac.find(snapshot({ errorLines: [errors(cart, text)] }));
    expect(found?.message).toBe(
      'Deployment shop/cart: service account shop/cart may not watch leases.coordination.k8s.io in the whole cluster.',
    );
  });
});
