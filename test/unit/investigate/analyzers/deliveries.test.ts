import { describe, expect, test } from 'vitest';
import { deliveries } from '../../../../src/investigate/analyzers/deliveries.ts';
import type { Snapshot } from '../../../../src/sources/kubernetes/snapshot.ts';
import { snapshot, workload } from '../builders.ts';
import { condition, delivery, told, wellCart, wellPod } from '../objectBuilders.ts';

const failing = (kind: string, reason: string, minutes = 20) =>
  delivery(kind, { conditions: [condition('Ready', 'False', reason, 'it says why', minutes)] });
const argo = (type: string, message: string) => delivery('Application', { conditions: [condition(type, '', '', message)] });
const ill = { workloads: [workload()] };

interface Case {
  readonly name: string;
  readonly more: Partial<Snapshot>;
  readonly want: readonly string[];
}

describe('deliveries', () => {
  test.each<Case>([
    {
      name: 'a Kustomization that is ready',
      more: { deliveries: [delivery('Kustomization', { conditions: [condition('Ready', 'True', '')] })] },
      want: [],
    },
    {
      name: 'one that cannot be built',
      more: { deliveries: [failing('Kustomization', 'BuildFailed')] },
      want: ['DeliveryFailed Kustomization/shop'],
    },
    {
      name: 'is a hint while a workload is ill, as that runs what was delivered before',
      more: { ...ill, deliveries: [failing('Kustomization', 'BuildFailed')] },
      want: ['DeliveryFailed Kustomization/shop (indirect)'],
    },
    { name: 'one that failed a moment ago', more: { deliveries: [failing('Kustomization', 'BuildFailed', 0.5)] }, want: [] },
    {
      name: 'a HelmRelease that fails',
      more: { deliveries: [failing('HelmRelease', 'UpgradeFailed')] },
      want: ['DeliveryFailed HelmRelease/shop'],
    },
    {
      name: 'a source that cannot be fetched',
      more: { deliveries: [failing('GitRepository', 'GitOperationFailed')] },
      want: ['DeliverySourceFailed GitRepository/shop'],
    },
    {
      name: 'what waits for that source is not told twice',
      more: { deliveries: [failing('GitRepository', 'GitOperationFailed'), failing('Kustomization', 'ArtifactFailed')] },
      want: ['DeliverySourceFailed GitRepository/shop'],
    },
    {
      name: 'a health check is a symptom while the workload is ill',
      more: { ...ill, deliveries: [failing('Kustomization', 'HealthCheckFailed')] },
      want: [],
    },
    {
      name: 'but not when all is well',
      more: { deliveries: [failing('Kustomization', 'HealthCheckFailed')] },
      want: ['DeliveryFailed Kustomization/shop'],
    },
    { name: 'one that waits for another', more: { deliveries: [failing('Kustomization', 'DependencyNotReady')] }, want: [] },
    { name: 'a suspension that harms nobody', more: { deliveries: [delivery('Kustomization', { suspended: true })] }, want: [] },
    {
      name: 'a suspension while something is wrong',
      more: { ...ill, deliveries: [delivery('Kustomization', { suspended: true })] },
      want: ['DeliverySuspended Kustomization/shop (indirect)'],
    },
    {
      name: 'an application of Argo CD that cannot be compared',
      more: { deliveries: [argo('ComparisonError', 'failed to generate manifest: kustomize build failed')] },
      want: ['DeliveryFailed Application/shop'],
    },
    {
      name: 'one whose repository refuses',
      more: { deliveries: [argo('ComparisonError', 'rpc error: authentication required')] },
      want: ['DeliverySourceFailed Application/shop'],
    },
    { name: 'one that only warns', more: { deliveries: [argo('SharedResourceWarning', 'shared')] }, want: [] },
    { name: 'a drift that harms nobody', more: { deliveries: [delivery('Application', { syncStatus: 'OutOfSync' })] }, want: [] },
    {
      name: 'a drift while something is wrong',
      more: { ...ill, deliveries: [delivery('Application', { syncStatus: 'OutOfSync', healthStatus: 'Degraded' })] },
      want: ['DeliveryDrifted Application/shop (indirect)'],
    },
  ])('$name', ({ more, want }) => {
    expect(told(deliveries.find(snapshot({ workloads: [wellCart()], pods: [wellPod()], ...more })))).toEqual(want);
  });
});
