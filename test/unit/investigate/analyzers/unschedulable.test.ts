import { describe, expect, test } from 'vitest';
import { unschedulable } from '../../../../src/investigate/analyzers/unschedulable.ts';
import type { Claim, Node, Pod } from '../../../../src/sources/kubernetes/snapshot.ts';
import { ago, container, MI, node, pod, snapshot, waiting } from '../builders.ts';

interface Case {
  readonly name: string;
  readonly said: string;
  readonly pod?: Partial<Pod>;
  readonly nodes?: readonly Node[];
  readonly want: readonly string[];
}

const CONTROL_PLANE = '1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }';
const PREEMPTION = 'preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.';
const nodesAre = (...parts: readonly string[]): string => `0/3 nodes are available: ${parts.join(', ')}. ${PREEMPTION}`;
const ssd = node('n1', { labels: { disk: 'ssd' } });

describe('unschedulable', () => {
  test.each<Case>([
    { name: 'names the CPU that is missing', said: nodesAre(CONTROL_PLANE, '2 Insufficient cpu'), want: ['InsufficientCPU'] },
    { name: 'names the memory that is missing', said: nodesAre(CONTROL_PLANE, '2 Insufficient memory'), want: ['InsufficientMemory'] },
    {
      name: 'names both where both are missing',
      said: nodesAre('1 Insufficient cpu', '2 Insufficient memory'),
      want: ['InsufficientCPU', 'InsufficientMemory'],
    },
    {
      name: 'names a selector that no node satisfies',
      said: nodesAre(CONTROL_PLANE, "2 node(s) didn't match Pod's node affinity/selector"),
      want: ['NodeSelectorUnsatisfied'],
    },
    {
      name: 'names a taint when it is all that there is',
      said: nodesAre('3 node(s) had untolerated taint {dedicated: db}'),
      want: ['TaintNotTolerated'],
    },
    { name: 'names nodes that are full of pods', said: nodesAre('3 Too many pods'), want: ['TooManyPods'] },
    {
      name: 'names a claim that is not bound',
      said: '0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found',
      want: ['VolumeClaimUnbound'],
    },
    {
      name: 'names a claim that does not exist',
      said: `0/3 nodes are available: persistentvolumeclaim "data" not found. ${PREEMPTION}`,
      want: ['VolumeClaimUnbound'],
    },
    {
      name: 'asks what blocks the nodes that the selector allows: here they are full',
      said: nodesAre('1 Insufficient cpu', "2 node(s) didn't match Pod's node affinity/selector"),
      pod: { nodeSelector: { disk: 'ssd' } },
      nodes: [ssd, node('n2')],
      want: ['InsufficientCPU'],
    },
    {
      name: 'and here the only one is cordoned, which the selector is not to blame for',
      said: nodesAre('1 node(s) were unschedulable', "2 node(s) didn't match Pod's node affinity/selector"),
      pod: { nodeSelector: { disk: 'ssd' } },
      nodes: [{ ...ssd, unschedulable: true }, node('n2')],
      want: ['NodeCordoned'],
    },
    {
      name: 'blames the selector where it allows no node, though another node is cordoned',
      said: nodesAre('1 node(s) were unschedulable', "2 node(s) didn't match Pod's node affinity/selector"),
      pod: { nodeSelector: { disk: 'nvme' } },
      nodes: [ssd, node('n2', { unschedulable: true })],
      want: ['NodeSelectorUnsatisfied'],
    },
    {
      name: 'and here the only one has a taint',
      said: nodesAre('1 node(s) had untolerated taint {node-unhealthy: true}', "2 node(s) didn't match Pod's node affinity/selector"),
      pod: { nodeSelector: { disk: 'ssd' } },
      nodes: [ssd, node('n2')],
      want: ['TaintNotTolerated'],
    },
    { name: 'admits what it does not know', said: 'some scheduler plugin said no', want: ['Unschedulable'] },
    { name: 'admits that it was told nothing', said: '', want: ['Unschedulable'] },
  ])('$name', ({ said, pod: more = {}, nodes = [], want }) => {
    const pending = pod(
      { phase: 'Pending', node: undefined, unscheduled: { message: said, since: ago(3) }, ...more },
      container({ state: waiting('') }),
    );
    expect([...unschedulable.find(snapshot({ pods: [pending], nodes }))].map(({ reason }) => reason)).toEqual(want);
  });

  test('compares what is asked for with what the largest node can give', () => {
    const greedy = container({ requests: { cpuMillicores: 8000, memoryBytes: 64 * MI } });
    const pending = pod({ phase: 'Pending', node: undefined, unscheduled: { message: nodesAre('3 Insufficient cpu') } }, greedy);
    const [found] = unschedulable.find(
      snapshot({ pods: [pending], nodes: [node('n1'), node('n2', { allocatable: { cpuMillicores: 4000 } })] }),
    );
    expect(found?.message).toContain('requests 8 of CPU, the largest node can give 4 in all, so it never will');
    expect(found?.object.container).toBe('app');
  });

  describe('a taint that the scheduler does not name', () => {
    const said = nodesAre('3 node(s) had untolerated taint(s)');
    const dedicated = { key: 'dedicated', value: 'db', effect: 'NoSchedule' };
    const pressure = { key: 'node.kubernetes.io/memory-pressure', value: '', effect: 'NoSchedule' };
    const foundOn = (nodes: readonly Node[], more: Partial<Pod> = {}) =>
      [
        ...unschedulable.find(
          snapshot({ pods: [pod({ phase: 'Pending', node: undefined, unscheduled: { message: said }, ...more })], nodes }),
        ),
      ][0];

    test('is named by the nodes that have it', () => {
      expect(foundOn([node('n1', { taints: [dedicated] })])?.message).toContain('as it does not tolerate dedicated=db:NoSchedule: ');
    });

    test.each<{ name: string; more: Partial<Pod>; taint?: typeof dedicated }>([
      { name: 'that it tolerates', more: { tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'db', effect: 'NoSchedule' }] } },
      { name: 'that it tolerates with all of its key', more: { tolerations: [{ key: 'dedicated', operator: 'Exists' }] } },
      { name: 'that it tolerates with all others', more: { tolerations: [{ operator: 'Exists' }] } },
      { name: 'that only prefers', more: {}, taint: { ...dedicated, effect: 'PreferNoSchedule' } },
      { name: 'of a node that its selector excludes', more: { nodeSelector: { disk: 'ssd' } } },
    ])('is not one $name', ({ more, taint = dedicated }) => {
      expect(foundOn([node('n1', { taints: [taint] })], more)?.message).not.toContain('does not tolerate');
    });

    test('blames the node where Kubernetes itself has put it there', () => {
      expect(foundOn([node('n1', { taints: [pressure] })])?.blames).toMatchObject([{ kind: 'Node', name: 'n1' }]);
      expect(foundOn([node('n1', { taints: [dedicated] })])?.blames).toEqual([]);
    });
  });

  test('says what is wrong with the claim', () => {
    const claim: Claim = { namespace: 'shop', name: 'data', exists: true, phase: 'Pending', accessModes: [], evidence: 'claim/shop/data' };
    const message = '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.';
    const pending = pod({ phase: 'Pending', node: undefined, unscheduled: { message }, claims: ['data'] });
    const [found] = unschedulable.find(snapshot({ pods: [pending], claims: [claim] }));
    expect(found?.message).toContain('claim data is Pending');
    expect(found?.evidence).toContain('claim/shop/data');
  });

  test('is silent about a pod that has a node', () => {
    expect([...unschedulable.find(snapshot())]).toEqual([]);
  });
});
