import { describe, expect, test } from 'vitest';
import { obstaclesIn } from '../../../../src/investigate/analyzers/schedulerMessage.ts';

const read = (message: string): string[] => obstaclesIn(message).map(({ reason, nodes }) => `${nodes ?? '-'} ${reason}`);

describe('obstaclesIn', () => {
  test.each([
    {
      said: "0/4 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 3 node(s) didn't match Pod's node affinity/selector. preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.",
      want: ['1 TaintNotTolerated', '3 NodeSelectorUnsatisfied'],
    },
    {
      said: "0/3 nodes are available: 1 node(s) had taint {node-role.kubernetes.io/master: }, that the pod didn't tolerate, 2 Insufficient cpu.",
      want: ['1 TaintNotTolerated', '2 InsufficientCPU'],
    },
    { said: '0/3 nodes are available: 3 node(s) had untolerated taint(s).', want: ['3 TaintNotTolerated'] },
    { said: '0/2 nodes are available: 2 node(s) were unschedulable.', want: ['2 NodeCordoned'] },
    { said: '0/2 nodes are available: 2 node(s) had untolerated taint {node.kubernetes.io/unschedulable: }.', want: ['2 NodeCordoned'] },
    { said: "0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules.", want: ['2 PodAntiAffinityConflict'] },
    { said: "0/2 nodes are available: 2 node(s) didn't satisfy existing pods anti-affinity rules.", want: ['2 PodAntiAffinityConflict'] },
    { said: "0/2 nodes are available: 2 node(s) didn't match pod affinity rules.", want: ['2 PodAffinityUnsatisfied'] },
    { said: "0/2 nodes are available: 2 node(s) didn't match pod topology spread constraints.", want: ['2 TopologySpreadUnsatisfied'] },
    { said: '0/2 nodes are available: 2 node(s) had volume node affinity conflict.', want: ['2 VolumeZoneConflict'] },
    { said: "0/2 nodes are available: 2 node(s) didn't find available persistent volumes to bind.", want: ['2 VolumeClaimUnbound'] },
    { said: '0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/2', want: ['- VolumeClaimUnbound'] },
    { said: "0/2 nodes are available: 2 node(s) didn't have free ports for the requested pod ports.", want: ['2 HostPortConflict'] },
    { said: '0/2 nodes are available: 1 Insufficient memory, 1 Too many pods.', want: ['1 InsufficientMemory', '1 TooManyPods'] },
    { said: '0/2 nodes are available: 2 Insufficient nvidia.com/gpu.', want: ['2 Unschedulable'] },
    {
      said: '0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory. no new claims to deallocate, preemption: 0/1',
      want: ['1 InsufficientCPU', '1 InsufficientMemory'],
    },
    { said: 'no nodes available to schedule pods', want: [] },
    { said: '', want: [] },
  ])('$said', ({ said, want }) => {
    expect(read(said)).toEqual(want);
  });
});
