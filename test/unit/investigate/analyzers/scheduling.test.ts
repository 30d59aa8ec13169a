import { describe, expect, test } from 'vitest';
import type { Node, Pod, Requirement, Snapshot } from '../../../../src/sources/kubernetes/snapshot.ts';
import { ago, node } from '../builders.ts';
import { app, controlPlane, daemon, firstOf, named, pending, world } from '../surroundingsBuilders.ts';

interface Case {
  readonly name: string;
  readonly said?: string;
  readonly pod?: Partial<Pod>;
  readonly nodes: readonly Node[];
  readonly more?: Partial<Snapshot>;
  readonly want: string;
}

const CONTROL_PLANE = '1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }';
const SELECTOR = (count: number): string => `${count} node(s) didn't match Pod's node affinity/selector`;
const UNSCHEDULABLE = (count: number): string => `${count} node(s) were unschedulable`;
const affinity = (...terms: readonly (readonly Requirement[])[]): Partial<Pod> => ({ affinity: { node: terms, near: [], apart: [] } });
const need = (key: string, operator: string, ...values: readonly string[]): Requirement => ({ key, operator, values });
const worker = (name: string, more: Partial<Node> = {}): Node =>
  node(name, { ...more, labels: { 'kubernetes.io/hostname': name, ...more.labels } });
const tainted = (name: string, key: string, effect: string): Node => worker(name, { taints: [{ key, value: '', effect }] });
const workers = [controlPlane(), worker('n1'), worker('n2')];
const notReady = (name: string, message: string, status = 'False'): Node =>
  node(name, {
    ready: false,
    conditions: [{ type: 'Ready', status, reason: status === 'Unknown' ? 'NodeStatusUnknown' : 'KubeletNotReady', message, since: ago(9) }],
    taints: [{ key: 'node.kubernetes.io/not-ready', value: '', effect: 'NoSchedule' }],
  });

describe('a pod that finds no place', () => {
  test.each<Case>([
    {
      name: 'all workers are cordoned, and the control plane has its taint',
      said: `${CONTROL_PLANE}, ${UNSCHEDULABLE(2)}`,
      nodes: [controlPlane(), worker('n1', { unschedulable: true }), worker('n2', { unschedulable: true })],
      want: 'NodeCordoned',
    },
    {
      name: 'the node that its selector allows is cordoned',
      said: `${CONTROL_PLANE}, ${UNSCHEDULABLE(1)}, ${SELECTOR(1)}`,
      pod: { nodeSelector: { 'kubernetes.io/hostname': 'n1' } },
      nodes: [controlPlane(), worker('n1', { unschedulable: true }), worker('n2')],
      want: 'NodeCordoned',
    },
    {
      name: 'the node that its affinity allows is cordoned, and the words are of another moment',
      said: `1 Insufficient cpu, ${SELECTOR(1)}`,
      pod: affinity([need('disk', 'In', 'ssd')]),
      nodes: [worker('n1', { unschedulable: true, labels: { disk: 'ssd' } }), worker('n2')],
      want: 'InsufficientCPU',
    },
    {
      name: 'a selector that no node has',
      said: `${CONTROL_PLANE}, ${SELECTOR(2)}`,
      pod: { nodeSelector: { disk: 'nvme' } },
      nodes: workers,
      want: 'NodeSelectorUnsatisfied',
    },
    {
      name: 'a selector that only the control plane has',
      said: `${CONTROL_PLANE}, ${SELECTOR(2)}`,
      pod: { nodeSelector: { 'node-role.kubernetes.io/control-plane': '' } },
      nodes: workers,
      want: 'NodeSelectorUnsatisfied',
    },
    ...[
      need('zone', 'In', 'eu-9'),
      need('kubernetes.io/hostname', 'NotIn', 'n1', 'n2', 'cp'),
      need('gpu', 'Exists'),
      need('cores', 'Gt', '64'),
    ].map((one) => ({
      name: `an affinity that no node fits (${one.operator})`,
      said: `${CONTROL_PLANE}, ${SELECTOR(2)}`,
      pod: affinity([one]),
      nodes: workers,
      want: 'NodeAffinityUnsatisfied',
    })),
    {
      name: 'an affinity that no node fits, beside a selector that some fit',
      said: SELECTOR(2),
      pod: { ...affinity([need('gpu', 'Exists')]), nodeSelector: { disk: 'ssd' } },
      nodes: [worker('n1', { labels: { disk: 'ssd' } }), worker('n2')],
      want: 'NodeAffinityUnsatisfied',
    },
    {
      name: 'a neighbour that it may not share a node with',
      said: `${CONTROL_PLANE}, 2 node(s) didn't match pod anti-affinity rules`,
      nodes: workers,
      want: 'PodAntiAffinityConflict',
    },
    {
      name: 'a neighbour that does not want it',
      said: "1 node(s) were unschedulable, 2 node(s) didn't satisfy existing pods anti-affinity rules",
      nodes: [...workers, worker('n3', { unschedulable: true })],
      want: 'PodAntiAffinityConflict',
    },
    {
      name: 'a taint of the workers',
      said: `${CONTROL_PLANE}, 2 node(s) had untolerated taint {dedicated: batch}`,
      nodes: [controlPlane(), tainted('n1', 'dedicated', 'NoSchedule'), tainted('n2', 'dedicated', 'NoSchedule')],
      want: 'TaintNotTolerated',
    },
    {
      name: 'a taint that lets nothing stay',
      said: `${CONTROL_PLANE}, 1 node(s) had untolerated taint {maintenance: }`,
      nodes: [controlPlane(), tainted('n1', 'maintenance', 'NoExecute')],
      want: 'TaintNotTolerated',
    },
    {
      name: 'a taint of the only node that its affinity allows',
      said: `1 node(s) had untolerated taint {gpu: true}, ${SELECTOR(2)}`,
      pod: affinity([need('gpu', 'Exists')]),
      nodes: [...workers, node('g1', { labels: { gpu: 'a100' }, taints: [{ key: 'gpu', value: 'true', effect: 'NoSchedule' }] })],
      want: 'TaintNotTolerated',
    },
    {
      name: 'a taint of a control plane that takes everybody else',
      said: CONTROL_PLANE,
      nodes: [controlPlane()],
      want: 'TaintNotTolerated',
    },
    {
      name: 'too little CPU, beside the control plane',
      said: `${CONTROL_PLANE}, 2 Insufficient cpu`,
      nodes: workers,
      want: 'InsufficientCPU',
    },
    { name: 'too little memory', said: '2 Insufficient memory, 1 node(s) were unschedulable', nodes: workers, want: 'InsufficientMemory' },
    { name: 'a volume in another zone', said: '2 node(s) had volume node affinity conflict', nodes: workers, want: 'VolumeZoneConflict' },
  ])('$name', ({ said = '', pod = {}, nodes, more = {}, want }) => {
    const seen = world(pending('cart', said, { pod, service: false }), app('frontend'), { nodes }, more);
    expect(named(seen)).toBe(`${want} Deployment/cart`);
    expect(firstOf(seen)).toBe(`${want} Deployment/cart`);
  });

  test.each([
    {
      name: 'whose kubelet stopped',
      node: notReady('n1', 'Kubelet stopped posting node status.', 'Unknown'),
      want: 'KubeletUnavailable Node/n1',
    },
    {
      name: 'whose container runtime is down',
      node: notReady('n1', 'container runtime is down, PLEG is not healthy'),
      want: 'ContainerRuntimeUnavailable Node/n1',
    },
  ])('the taint of a node $name is the node’s trouble', ({ node: ill, want }) => {
    const said = `${CONTROL_PLANE}, 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }`;
    const seen = world(pending('cart', said, { service: false }), { nodes: [controlPlane(), ill] });
    expect(named(seen)).toBe(want);
    expect(firstOf(seen)).toBe(want);
  });

  test('a unit that is seen to be down explains the taint as well', () => {
    const said = '1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }';
    const seen = world(pending('cart', said, { service: false }), {
      nodes: [notReady('n1', 'Kubelet stopped posting node status.', 'Unknown')],
      daemons: [daemon('n1', 'kubelet', false)],
    });
    expect(named(seen)).toBe('KubeletUnavailable Node/n1');
  });
});
