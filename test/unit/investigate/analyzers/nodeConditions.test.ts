import { describe, expect, test } from 'vitest';
import { nodeConditions } from '../../../../src/investigate/analyzers/nodeConditions.ts';
import type { Snapshot } from '../../../../src/sources/kubernetes/snapshot.ts';
import { cart, event, node, pod, snapshot } from '../builders.ts';
import { condition, errors, told, wellPod } from '../objectBuilders.ts';

interface Case {
  readonly name: string;
  readonly more: Partial<Snapshot>;
  readonly want: readonly string[];
}

const conditions = (...all: Parameters<typeof condition>[]) => ({
  nodes: [node('n1', { conditions: all.map((one) => condition(...one)) })],
});

describe('nodeConditions', () => {
  test.each<Case>([
    { name: 'a node that is well', more: conditions(['Ready', 'True', 'KubeletReady'], ['DiskPressure', 'False', '']), want: [] },
    {
      name: 'a node short of disk',
      more: conditions(['DiskPressure', 'True', 'KubeletHasDiskPressure']),
      want: ['NodeDiskPressure Node/n1'],
    },
    { name: 'a node short of memory', more: conditions(['MemoryPressure', 'True', '']), want: ['NodeMemoryPressure Node/n1'] },
    { name: 'a node short of process ids', more: conditions(['PIDPressure', 'True', '']), want: ['NodeProcessPressure Node/n1'] },
    {
      name: 'a node whose network is not set up',
      more: conditions(['NetworkUnavailable', 'True', 'NoRouteCreated']),
      want: ['NodeNetworkUnavailable Node/n1'],
    },
    {
      name: 'a node that is not ready for want of a network',
      more: conditions([
        'Ready',
        'False',
        'KubeletNotReady',
        'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady',
      ]),
      want: ['NodeNetworkUnavailable Node/n1'],
    },
    { name: 'a node that does not report', more: conditions(['Ready', 'Unknown', 'NodeStatusUnknown']), want: ['NodeNotReady Node/n1'] },
    {
      name: 'a node that runs none of the pods',
      more: { ...conditions(['DiskPressure', 'True', '']), pods: [wellPod({ node: 'n2' })] },
      want: [],
    },
    {
      name: 'unless a pod waits for a node',
      more: { ...conditions(['Ready', 'False', '']), pods: [pod({ node: undefined, unscheduled: { message: 'no nodes' } })] },
      want: ['NodeNotReady Node/n1'],
    },
    {
      name: 'a control plane that is tainted and cordoned',
      more: {
        nodes: [
          node('n1', { unschedulable: true, taints: [{ key: 'node-role.kubernetes.io/control-plane', value: '', effect: 'NoSchedule' }] }),
        ],
      },
      want: [],
    },
    {
      name: 'a clock, told by its node',
      more: { events: [event('ClockSkew', 'clock is out of sync', { kind: 'Node', namespace: '', name: 'n1' })] },
      want: ['NodeClockSkewed Node/n1'],
    },
    {
      name: 'a clock, told by a pod on it',
      more: { pods: [pod()], errorLines: [errors(cart, 'RequestTimeTooSkewed: the difference is too large')] },
      want: ['NodeClockSkewed Node/n1 (indirect)'],
    },
    {
      name: 'pods on two nodes that all say so speak of another clock',
      more: {
        pods: [pod(), pod({ name: 'cart-2', node: 'n2' })],
        errorLines: [errors(cart, 'RequestTimeTooSkewed: the difference is too large')],
      },
      want: [],
    },
  ])('$name', ({ more, want }) => {
    expect(told(nodeConditions.find(snapshot({ pods: [wellPod()], ...more })))).toEqual(want);
  });
});
