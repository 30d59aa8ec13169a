import { describe, expect, test } from 'vitest';
import { autoscaler } from '../../../../src/investigate/analyzers/autoscaler.ts';
import { autoscalerUndone } from '../../../../src/investigate/analyzers/autoscalerUndone.ts';
import { disruptionBudget } from '../../../../src/investigate/analyzers/disruptionBudget.ts';
import { rolloutPaused } from '../../../../src/investigate/analyzers/rolloutPaused.ts';
import type { Autoscaler, FieldOwner, ObjectEvent, Snapshot, Workload } from '../../../../src/sources/kubernetes/snapshot.ts';
import { ago, cart, event, node, pod, revision, snapshot, workload } from '../builders.ts';
import { budget, condition, errors, autoscaler as scaler, told, webWorkload, wellCart, wellPod } from '../objectBuilders.ts';

interface Case {
  readonly name: string;
  readonly more: Partial<Snapshot>;
  readonly want: readonly string[];
}

const well = { workloads: [wellCart()], pods: [wellPod()] };
const ill = { workloads: [workload()], pods: [] };
const limited = [
  condition('ScalingLimited', 'True', 'TooManyReplicas', 'the desired replica count is more than the maximum replica count'),
];
const atMaximum = { current: 5, desired: 5, conditions: limited };
const blind = (reason: string, minutes = 20) => [condition('ScalingActive', 'False', reason, 'failed to get cpu utilization', minutes)];

describe('autoscaler', () => {
  test.each<Case>([
    {
      name: 'one that wants more than it may',
      more: { ...ill, autoscalers: [scaler(atMaximum)] },
      want: ['AutoscalerAtMaximum HorizontalPodAutoscaler/cart'],
    },
    {
      name: 'is a hint while the workload is whole',
      more: { autoscalers: [scaler(atMaximum)] },
      want: ['AutoscalerAtMaximum HorizontalPodAutoscaler/cart (indirect)'],
    },
    { name: 'one at its maximum that does not want more', more: { ...ill, autoscalers: [scaler({ current: 5, desired: 5 })] }, want: [] },
    { name: 'one whose minimum is its maximum', more: { ...ill, autoscalers: [scaler({ ...atMaximum, min: 5 })] }, want: [] },
    {
      name: 'one that has just come there',
      more: {
        ...ill,
        autoscalers: [scaler({ ...atMaximum, conditions: [condition('ScalingLimited', 'True', 'TooManyReplicas', '', 1)] })],
      },
      want: [],
    },
    {
      name: 'one at its minimum is limited, too, and as it should be',
      more: { autoscalers: [scaler({ current: 1, desired: 1, conditions: [condition('ScalingLimited', 'True', 'TooFewReplicas')] })] },
      want: [],
    },
    {
      name: 'one that cannot read metrics',
      more: { ...ill, autoscalers: [scaler({ conditions: blind('FailedGetResourceMetric') })] },
      want: ['AutoscalerMetricsMissing HorizontalPodAutoscaler/cart'],
    },
    {
      name: 'pods that are not ready have no metrics',
      more: { ...ill, pods: [pod()], autoscalers: [scaler({ conditions: blind('FailedGetResourceMetric') })] },
      want: [],
    },
    {
      name: 'one that cannot read metrics yet',
      more: { autoscalers: [scaler({ conditions: blind('FailedGetResourceMetric', 1) })] },
      want: [],
    },
    {
      name: 'one that is switched off by zero replicas',
      more: { autoscalers: [scaler({ conditions: blind('ScalingDisabled') })] },
      want: [],
    },
    {
      name: 'two of one workload',
      more: { ...ill, autoscalers: [scaler(), scaler({ ref: { kind: 'HorizontalPodAutoscaler', namespace: 'shop', name: 'cart-2' } })] },
      want: ['AutoscalerConflict HorizontalPodAutoscaler/cart'],
    },
    {
      name: 'two of two workloads',
      more: { autoscalers: [scaler(), scaler({ target: { ...cart, name: 'web' } })] },
      want: [],
    },
  ])('$name', ({ more, want }) => {
    expect(told(autoscaler.find(snapshot({ ...well, ...more })))).toEqual(want);
  });
});

const scalerRef = { kind: 'HorizontalPodAutoscaler', namespace: 'shop', name: 'cart' };
const FLUX = 'Kustomization/flux-system/shop';
const owner = (manager: string, by: FieldOwner['by'], minutes: number): FieldOwner => ({ manager, by, at: ago(minutes) });
const flux = (minutes = 2) => owner('kustomize-controller', 'engine', minutes);
const hpa = (minutes = 2) => owner('kube-controller-manager', 'controller', minutes);
const asked = (size: number, more: Partial<ObjectEvent> = {}) =>
  event('SuccessfulRescale', `New size: ${size}; reason: cpu resource utilization (percentage of request) above target`, {
    ...scalerRef,
    ...more,
  });
const stepped = (from: number, to: number, more: Partial<ObjectEvent> = {}, replicaSet = 'cart-b') =>
  event('ScalingReplicaSet', `Scaled ${to > from ? 'up' : 'down'} replica set ${replicaSet} from ${from} to ${to}`, {
    kind: 'Deployment',
    name: 'cart',
    ...more,
  });

describe('autoscalerUndone', () => {
  const found = ['AutoscalerConflict HorizontalPodAutoscaler/cart'];
  const of = (more: Partial<Workload>, scaling: Partial<Autoscaler> = {}, events: readonly ObjectEvent[] = []): Partial<Snapshot> => ({
    workloads: [wellCart({ desired: 2, revisions: [revision(2, ago(500))], ...more })],
    autoscalers: [scaler({ scaledAt: ago(5), desired: 5, ...scaling })],
    events,
  });
  const fought = [asked(5), stepped(2, 5), stepped(5, 2)];

  test.each<Case>([
    { name: 'an engine set the count after the autoscaler had', more: of({ replicaOwners: [flux()] }), want: found },
    { name: 'and in the same second', more: of({ replicaOwners: [flux(5)] }), want: found },
    { name: 'though the autoscaler agrees by now', more: of({ replicaOwners: [flux()] }, { desired: 2 }), want: found },
    {
      name: 'Argo CD, which has replaced the object',
      more: of({ replicaOwners: [owner('argocd-controller', 'engine', 2)] }),
      want: found,
    },
    { name: 'the autoscaler has scaled after the engine wrote', more: of({ replicaOwners: [flux(6)] }), want: [] },
    { name: 'the autoscaler owns the count', more: of({ replicaOwners: [hpa()] }), want: [] },
    { name: 'both own it: they agree', more: of({ replicaOwners: [flux(), { ...hpa(), at: undefined }] }), want: [] },
    { name: 'a person has set it', more: of({ replicaOwners: [owner('kubectl', 'person', 2)] }), want: [] },
    { name: 'the autoscaler has never scaled', more: of({ replicaOwners: [flux()] }, { scaledAt: undefined }), want: [] },
    { name: 'it scaled before the window', more: of({ replicaOwners: [flux()] }, { scaledAt: ago(100) }), want: [] },
    { name: 'it scaled another one of that name', more: of({ replicaOwners: [flux()], createdAt: ago(3) }), want: [] },
    { name: 'it scales another workload', more: of({ replicaOwners: [flux()] }, { target: { ...cart, name: 'web' } }), want: [] },
    { name: 'the engine switched it off', more: of({ replicaOwners: [flux()], desired: 0 }), want: [] },
    { name: 'nobody keeps who wrote it', more: of({ deliveredBy: FLUX }), want: [] },

    { name: 'the count goes back again and again', more: of({ deliveredBy: FLUX, replicaOwners: [hpa()] }, {}, fought), want: found },
    {
      name: 'back up, where Git wants more than the load does',
      more: of({ deliveredBy: FLUX }, {}, [asked(3), stepped(10, 3), stepped(3, 10)]),
      want: found,
    },
    { name: 'the autoscaler asked for both sizes', more: of({ deliveredBy: FLUX }, {}, [...fought, asked(2)]), want: [] },
    { name: 'it went back once', more: of({ deliveredBy: FLUX }, {}, [asked(5), stepped(5, 2, { count: 1 })]), want: [] },
    { name: 'no engine deploys it', more: of({}, {}, fought), want: [] },
    { name: 'a rollout takes the old pods away', more: of({ deliveredBy: FLUX }, {}, [asked(5), stepped(5, 2, {}, 'cart-a')]), want: [] },
    { name: 'it was switched off and on', more: of({ deliveredBy: FLUX }, {}, [asked(5), stepped(5, 0)]), want: [] },
    { name: 'it goes on from a size of its own', more: of({ deliveredBy: FLUX }, {}, [asked(5), stepped(4, 2)]), want: [] },
    { name: 'it was before the window', more: of({ deliveredBy: FLUX }, {}, [asked(5), stepped(5, 2, { lastAt: ago(100) })]), want: [] },
    { name: 'another workload was scaled', more: of({ deliveredBy: FLUX }, {}, [asked(5), stepped(5, 2, { name: 'web' })]), want: [] },
  ])('$name', ({ more, want }) => {
    expect(told(autoscalerUndone.find(snapshot({ ...well, ...more })))).toEqual(want);
  });

  test('says who did what when, and what a commit would have to have touched', () => {
    const more = of({ replicaOwners: [flux()], deliveredBy: FLUX });
    const [one] = autoscalerUndone.find(snapshot({ ...well, ...more }));
    expect(one?.message).toBe(
      'HorizontalPodAutoscaler shop/cart scaled Deployment/shop/cart at 2026-01-01 11:55:00 UTC, and kustomize-controller of Kustomization/flux-system/shop set spec.replicas to 2 after that, where the autoscaler wants 5.',
    );
    expect(one?.touchedBy.direct).toContainEqual({ object: 'Deployment/shop/cart', paths: ['spec.replicas'] });
  });
});

const refused = "Cannot evict pod as it would violate the pod's disruption budget.";
const cordoned = node('n1', { unschedulable: true });

describe('disruptionBudget', () => {
  test.each<Case>([
    { name: 'a budget that allows none is what many want', more: { budgets: [budget()] }, want: [] },
    {
      name: 'a budget that an eviction waits for',
      more: { budgets: [budget()], events: [event('EvictionBlocked', refused)] },
      want: ['DisruptionBudgetBlocks PodDisruptionBudget/cart'],
    },
    {
      name: 'a budget of which a line says so',
      more: {
        budgets: [budget()],
        errorLines: [errors({ kind: 'Deployment', namespace: 'ops', name: 'drainer' }, `shop/cart-1: ${refused}`)],
      },
      want: ['DisruptionBudgetBlocks PodDisruptionBudget/cart'],
    },
    {
      name: 'a budget whose pods are not healthy is a symptom',
      more: { budgets: [budget({ currentHealthy: 0 })], events: [event('EvictionBlocked', refused)] },
      want: ['DisruptionBudgetBlocks PodDisruptionBudget/cart (indirect)'],
    },
    {
      name: 'an eviction of somebody else',
      more: { budgets: [budget()], events: [event('EvictionBlocked', refused, { name: 'web-1' })] },
      want: [],
    },
    {
      name: 'an eviction before the window',
      more: { budgets: [budget()], events: [event('EvictionBlocked', refused, { lastAt: ago(100) })] },
      want: [],
    },
    {
      name: 'a budget that allows one by now',
      more: { budgets: [budget({ disruptionsAllowed: 1 })], events: [event('EvictionBlocked', refused)] },
      want: [],
    },
    {
      name: 'a node that is cordoned under one of its pods is a hint',
      more: { budgets: [budget()], nodes: [cordoned] },
      want: ['DisruptionBudgetBlocks PodDisruptionBudget/cart (indirect)'],
    },
    {
      name: 'a control plane is cordoned for good',
      more: { budgets: [budget()], nodes: [node('n1', { unschedulable: true, labels: { 'node-role.kubernetes.io/control-plane': '' } })] },
      want: [],
    },
    {
      name: 'a cordoned node that runs none of them',
      more: { budgets: [budget()], nodes: [node('n2', { unschedulable: true })] },
      want: [],
    },
  ])('$name', ({ more, want }) => {
    expect(told(disruptionBudget.find(snapshot({ ...well, ...more })))).toEqual(want);
  });
});

describe('rolloutPaused', () => {
  test.each<Case>([
    {
      name: 'a change that waits',
      more: { workloads: [wellCart({ paused: true, updated: 0, complete: false })] },
      want: ['RolloutPaused Deployment/cart'],
    },
    { name: 'a pause with nothing that waits', more: { workloads: [wellCart({ paused: true })] }, want: [] },
    { name: 'a rollout that goes on', more: { workloads: [workload({ updated: 0 })] }, want: [] },
    {
      name: 'a workload of zero replicas',
      more: { workloads: [wellCart({ paused: true, desired: 0, updated: 0 }), webWorkload()] },
      want: [],
    },
  ])('$name', ({ more, want }) => {
    expect(told(rolloutPaused.find(snapshot({ ...well, ...more })))).toEqual(want);
  });
});
