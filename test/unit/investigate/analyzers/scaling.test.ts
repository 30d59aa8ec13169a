import { describe, expect, test } from 'vitest';
import { autoscaler } from '../../../../src/investigate/analyzers/autoscaler.ts';
import { disruptionBudget } from '../../../../src/investigate/analyzers/disruptionBudget.ts';
import { rolloutPaused } from '../../../../src/investigate/analyzers/rolloutPaused.ts';
import type { Snapshot } from '../../../../src/sources/kubernetes/snapshot.ts';
import { ago, cart, event, node, pod, snapshot, workload } from '../builders.ts';
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
