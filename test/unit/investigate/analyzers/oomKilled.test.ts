import { describe, expect, test } from 'vitest';
import { oomKilled } from '../../../../src/investigate/analyzers/oomKilled.ts';
import type { Container, Node, ObjectEvent, Pod } from '../../../../src/sources/kubernetes/snapshot.ts';
import { ago, container, ended, event, MI, node, pod, running, snapshot, waiting } from '../builders.ts';

interface Case {
  readonly name: string;
  readonly container?: Partial<Container>;
  readonly pod?: Partial<Pod>;
  readonly node?: Partial<Node>;
  readonly events?: readonly ObjectEvent[];
  readonly want: readonly string[];
}

const killed = ended(137, { reason: 'OOMKilled' });
const used = (mebibytes: number): Container['usage'] => ({ memoryBytes: mebibytes * MI, evidence: 'memory/shop/cart-1' });
const limits = { memoryBytes: 64 * MI };
const theLimit = ['ContainerOutOfMemory Deployment'];
const theNode = ['NodeOutOfMemory Node'];

describe('oomKilled', () => {
  test.each<Case>([
    { name: 'blames the limit of a container that is killed at it', container: { state: killed, limits, usage: used(64) }, want: theLimit },
    { name: 'looks at the last state, as a restarted container is Running', container: { lastState: killed, limits }, want: theLimit },
    {
      name: 'tells of a kill within the window, though the container is ready again',
      container: { ready: true, lastState: killed, limits },
      want: theLimit,
    },
    {
      name: 'is silent about a kill before the window, with the container ready since',
      container: { ready: true, state: running(300), lastState: ended(137, { reason: 'OOMKilled', finishedAt: ago(300) }), limits },
      want: [],
    },
    {
      name: 'blames the node when the container was far below its limit',
      container: { lastState: killed, limits: { memoryBytes: 512 * MI }, usage: used(80) },
      node: { memoryPressure: true },
      want: theNode,
    },
    {
      name: 'blames the limit on a pressed node too, when the limit was reached',
      container: { lastState: killed, limits, usage: used(63) },
      node: { memoryPressure: true },
      want: theLimit,
    },
    {
      name: 'blames the limit on a pressed node when the use is not known',
      container: { lastState: killed, limits },
      node: { memoryPressure: true },
      want: theLimit,
    },
    {
      name: 'blames the node for a container without a limit',
      container: { lastState: killed },
      node: { memoryPressure: true },
      want: theNode,
    },
    {
      name: 'takes the kubelet’s word that the node had run out',
      container: { lastState: killed },
      events: [event('SystemOOM', 'System OOM encountered, victim process: cart', { kind: 'Node', namespace: '', name: 'n1' })],
      want: theNode,
    },
    {
      name: 'blames the limit of a container that has one, though the kubelet can’t place the kill and calls it the system’s',
      container: { lastState: killed, limits, usage: used(6) },
      events: [event('SystemOOM', 'System OOM encountered, victim process: cart', { kind: 'Node', namespace: '', name: 'n1' })],
      want: theLimit,
    },
    {
      name: 'blames the node for a pod that it evicted for memory',
      pod: { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory. Threshold quantity: 100Mi' },
      want: theNode,
    },
    {
      name: 'is silent about a pod that was evicted before the window and lies around',
      pod: {
        phase: 'Failed',
        reason: 'Evicted',
        message: 'The node was low on resource: memory.',
        createdAt: ago(5000),
        readySince: ago(4000),
      },
      want: [],
    },
    {
      name: 'is silent about a pod that was evicted for disk',
      pod: { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: ephemeral-storage' },
      want: [],
    },
    {
      name: 'blames a limit that is too small for the pod to start at all',
      pod: { phase: 'Pending' },
      container: { state: waiting('ContainerCreating'), limits: { memoryBytes: 5 * MI } },
      events: [event('FailedCreatePodSandBox', 'runc create failed: container init was OOM-killed (memory limit too low?): unknown')],
      want: theLimit,
    },
    {
      name: 'is silent about exit code 137 without OOMKilled: that is any SIGKILL',
      container: { lastState: ended(137), limits },
      want: [],
    },
    { name: 'is silent about a healthy container', container: { ready: true }, want: [] },
  ])('$name', ({ container: more = {}, pod: podMore = {}, node: nodeMore = {}, events = [], want }) => {
    const found = [...oomKilled.find(snapshot({ pods: [pod(podMore, container(more))], nodes: [node('n1', nodeMore)], events }))];
    expect(found.map(({ reason, object }) => `${reason} ${object.kind}`)).toEqual(want);
  });

  test('says the limit, the use and the restarts', () => {
    const [found] = oomKilled.find(snapshot({ pods: [pod({}, container({ lastState: killed, limits, usage: used(63), restarts: 3 }))] }));
    expect(found?.message).toBe(
      'Container app of shop/cart-1 was killed for memory at its limit of 64 Mi, having used 63 Mi at most (3 restarts).',
    );
    expect(found?.evidence).toContain('memory/shop/cart-1');
  });

  test('does not pass off a sample from before the growth as the most that was used', () => {
    const [found] = oomKilled.find(snapshot({ pods: [pod({}, container({ lastState: killed, limits, usage: used(6) }))] }));
    expect(found?.message).toContain('its limit of 64 Mi; it grew faster than its use is sampled (6 Mi when last seen)');
  });
});
