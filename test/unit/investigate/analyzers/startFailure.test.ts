import { describe, expect, test } from 'vitest';
import { startFailure } from '../../../../src/investigate/analyzers/startFailure.ts';
import type { Snapshot } from '../../../../src/sources/kubernetes/snapshot.ts';
import { cart, pod, snapshot } from '../builders.ts';
import { errors, told, wellCart, wellPod } from '../objectBuilders.ts';

const taken = 'Web server failed to start. Port 8080 was already in use.';

describe('startFailure', () => {
  test.each<{ readonly name: string; readonly more: Partial<Snapshot>; readonly want: readonly string[] }>([
    {
      name: 'a taken port of a pod that is not ready',
      more: { errorLines: [errors(cart, taken, 1)] },
      want: ['ContainerPortInUse Deployment/cart'],
    },
    {
      name: 'a wrong architecture',
      more: { errorLines: [errors(cart, 'exec /app: exec format error', 1)] },
      want: ['ImageArchitectureMismatch Deployment/cart'],
    },
    {
      name: 'a taken port of a pod that got it by its next try',
      more: { errorLines: [errors(cart, taken)], workloads: [wellCart()], pods: [wellPod()] },
      want: [],
    },
    { name: 'another error', more: { errorLines: [errors(cart, 'cannot start')] }, want: [] },
  ])('$name', ({ more, want }) => {
    expect(told(startFailure.find(snapshot({ pods: [pod()], ...more })))).toEqual(want);
  });
});
