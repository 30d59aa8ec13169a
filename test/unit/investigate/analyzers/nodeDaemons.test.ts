import { describe, expect, test } from 'vitest';
import type { Node, Pod, Snapshot } from '../../../../src/sources/kubernetes/snapshot.ts';
import { ago, event, node } from '../builders.ts';
import { app, check, controlPlane, daemon, firstOf, named, world } from '../surroundingsBuilders.ts';

interface Case {
  readonly name: string;
  readonly seen: Snapshot;
  readonly want: string | undefined;
}

const shop = world(app('cart'), app('frontend'));
const condition = (status: string, reason: string, message: string) => [{ type: 'Ready', status, reason, message, since: ago(9) }];
const silent = (name: string): Node =>
  node(name, { ready: false, conditions: condition('Unknown', 'NodeStatusUnknown', 'Kubelet stopped posting node status.') });
const unready = (name: string, message: string): Node =>
  node(name, { ready: false, conditions: condition('False', 'KubeletNotReady', message) });
const unseenByScheduler = (more: Partial<Pod> = {}) =>
  app('cart', {
    ready: false,
    service: false,
    container: { state: {} },
    pod: { phase: 'Pending', node: undefined, createdAt: ago(6), ...more },
  });
const fromNode = (on: string, outcome: 'open' | 'timedOut', ...services: readonly string[]) =>
  services.map((name) => check(name, 8080, outcome, on));

describe('nodeDaemons', () => {
  test.each<Case>([
    {
      name: 'a kubelet that is seen not to run',
      seen: world(shop, { daemons: [daemon('n1', 'kubelet', false)] }),
      want: 'KubeletUnavailable Node/n1',
    },
    {
      name: 'a kubelet that reports no more',
      seen: world(shop, { nodes: [silent('n1'), node('n2')] }),
      want: 'KubeletUnavailable Node/n1',
    },
    {
      name: 'a container runtime that is seen not to run, and not the kubelet that misses it',
      seen: world(shop, {
        daemons: [daemon('n1', 'containerd', false, 'failed (Result: exit-code)'), daemon('n1', 'kubelet', true)],
        nodes: [unready('n1', 'container runtime is down')],
      }),
      want: 'ContainerRuntimeUnavailable Node/n1',
    },
    {
      name: 'a container runtime that the kubelet misses',
      seen: world(shop, {
        nodes: [
          unready(
            'n1',
            '[container runtime status check may not have completed yet, PLEG is not healthy: pleg was last seen active 5m ago]',
          ),
        ],
      }),
      want: 'ContainerRuntimeUnavailable Node/n1',
    },
    {
      name: 'a container runtime by the words of its socket',
      seen: world(shop, {
        nodes: [
          unready(
            'n1',
            'rpc error: code = Unavailable desc = connection error: dial unix /run/containerd/containerd.sock: connect: no such file',
          ),
        ],
      }),
      want: 'ContainerRuntimeUnavailable Node/n1',
    },
    {
      name: 'a kube-proxy that is seen not to run',
      seen: world(shop, { daemons: [daemon('n2', 'kube-proxy', false)] }),
      want: 'KubeProxyUnavailable Node/n2',
    },
    {
      name: 'a kube-proxy by Services that only one node does not reach',
      seen: world(shop, {
        checks: [...fromNode('n1', 'open', 'cart', 'frontend', 'orders'), ...fromNode('n2', 'timedOut', 'cart', 'frontend', 'orders')],
      }),
      want: 'KubeProxyUnavailable Node/n2',
    },
    {
      name: 'a scheduler that is seen not to run',
      seen: world(shop, { daemons: [daemon('cp', 'kube-scheduler', false)] }),
      want: 'SchedulerUnavailable Node/cp',
    },
    {
      name: 'a scheduler by a pod that nobody said a word about, on the only control plane',
      seen: world(unseenByScheduler(), app('frontend'), { nodes: [controlPlane(), node('n1')] }),
      want: 'SchedulerUnavailable Node/cp',
    },
    {
      name: 'a scheduler by a pod that nobody said a word about, where control planes are not seen',
      seen: world(unseenByScheduler(), app('frontend'), { nodes: [node('n1')] }),
      want: 'SchedulerUnavailable Deployment/cart',
    },
    {
      name: 'is not a scheduler of several, while no pod waits',
      seen: world(shop, { daemons: [daemon('cp1', 'kube-scheduler', false), daemon('cp2', 'kube-scheduler', true)] }),
      want: undefined,
    },
    { name: 'is not a pod that was just made', seen: world(unseenByScheduler({ createdAt: ago(0.2) })), want: undefined },
    {
      name: 'is not a pod that is held back on purpose',
      seen: world(unseenByScheduler({ unscheduled: { message: 'Scheduling is blocked due to non-empty scheduling gates' } })),
      want: 'Unschedulable Deployment/cart',
    },
    {
      name: 'is not a runtime that the node does not use',
      seen: world(shop, { daemons: [daemon('n1', 'docker', false), daemon('n1', 'containerd', true), daemon('n1', 'kubelet', true)] }),
      want: undefined,
    },
    {
      name: 'is not a kubelet that runs on a node which is cut off',
      seen: world(shop, { nodes: [silent('n1')], daemons: [daemon('n1', 'kubelet', true)] }),
      want: 'NodeNotReady Node/n1',
    },
    {
      name: 'is not a runtime that only waits for its network plugin',
      seen: world(shop, {
        nodes: [
          unready(
            'n1',
            'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
          ),
        ],
      }),
      want: 'NodeNetworkUnavailable Node/n1',
    },
    { name: 'is not a unit that nobody knows', seen: world(shop, { daemons: [daemon('n1', 'snapd', false)] }), want: undefined },
    {
      name: 'is not one Service that a node does not reach, of several',
      seen: world(shop, {
        checks: [
          ...fromNode('n1', 'open', 'cart', 'frontend', 'orders'),
          ...fromNode('n2', 'open', 'cart', 'frontend'),
          ...fromNode('n2', 'timedOut', 'orders'),
        ],
      }),
      want: undefined,
    },
    {
      name: 'is not Services that no node reaches',
      seen: world(shop, {
        checks: [...fromNode('n1', 'timedOut', 'x', 'y', 'z'), ...fromNode('n2', 'timedOut', 'x', 'y', 'z')],
      }),
      want: undefined,
    },
    {
      name: 'is not a node that is well',
      seen: world(shop, {
        nodes: [node('n1', { conditions: condition('True', 'KubeletReady', 'kubelet is posting ready status') })],
        events: [event('NodeNotReady', 'Node is not ready', { kind: 'Node', name: 'n1', lastAt: ago(50) })],
      }),
      want: undefined,
    },
  ])('$name', ({ seen, want }) => {
    expect(named(seen)).toBe(want);
    if (want !== undefined) expect(firstOf(seen)).toBe(want);
  });
});
