/** Pods that find no place on the one node that there is. */
import type { KubeClient } from '../../../src/kube/client.ts';
import { nodes } from '../../../src/sources/kubernetes/api.ts';
import { podNotReady } from '../alerts.ts';
import { deployment, running, SERVE } from '../objects.ts';
import { isUnschedulable } from '../seen.ts';
import { deploymentCause, type Fault } from './fault.ts';

const unplaced = (
  name: string,
  pod: Readonly<Record<string, unknown>>,
  of: Pick<Fault, 'cause'> & Partial<Fault>,
  replicas = 1,
): Fault => ({
  name,
  objects: [deployment('web', pod, { replicas })],
  shows: isUnschedulable,
  alert: podNotReady,
  ...of,
});
const asking = (requests: object) => running(SERVE, { resources: { requests } });
const near = (labels: object) => [{ labelSelector: { matchLabels: labels }, topologyKey: 'kubernetes.io/hostname' }];

export const scheduling: readonly Fault[] = [
  unplaced('cpu', asking({ cpu: '640' }), { cause: deploymentCause('InsufficientCPU'), says: 'so it never will' }),
  unplaced('memory', asking({ memory: '4Ti' }), { cause: deploymentCause('InsufficientMemory'), says: 'so it never will' }),
  unplaced(
    'node-selector',
    { ...running(), nodeSelector: { disk: 'nvme' } },
    { cause: deploymentCause('NodeSelectorUnsatisfied'), says: 'disk=nvme' },
  ),
  unplaced(
    'node-affinity',
    {
      ...running(),
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: ['eu-1c'] }] }],
          },
        },
      },
    },
    { cause: deploymentCause('NodeAffinityUnsatisfied') },
  ),
  unplaced(
    'anti-affinity',
    { ...running(), affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: near({ app: 'web' }) } } },
    { cause: deploymentCause('PodAntiAffinityConflict') },
    2,
  ),
  unplaced(
    'affinity',
    { ...running(), affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: near({ app: 'cache' }) } } },
    { cause: deploymentCause('PodAffinityUnsatisfied') },
  ),
  unplaced(
    'host-port',
    running(SERVE, { ports: [{ containerPort: 8080, hostPort: 18_080 }] }),
    { cause: deploymentCause('HostPortConflict') },
    2,
  ),
];

/** What ails the node that everything runs on: for one at a time, when the others have come to their end. */
export interface NodeFault extends Fault {
  readonly ail: (kube: KubeClient) => Promise<unknown>;
  readonly heal: (kube: KubeClient) => Promise<unknown>;
}

export const nodeFaults: readonly NodeFault[] = [
  {
    ...unplaced('taint', running(), { cause: deploymentCause('TaintNotTolerated'), says: 'dedicated=batch' }),
    ail: (kube) => patchNodes(kube, { taints: [{ key: 'dedicated', value: 'batch', effect: 'NoSchedule' }] }),
    heal: (kube) => patchNodes(kube, { taints: null }),
  },
  {
    ...unplaced('cordon', running(), { cause: deploymentCause('NodeCordoned') }),
    ail: (kube) => patchNodes(kube, { unschedulable: true }),
    heal: (kube) => patchNodes(kube, { unschedulable: null }),
  },
];

async function patchNodes(kube: KubeClient, spec: object): Promise<void> {
  for (const { metadata } of (await kube.list(nodes)).items) await kube.patch(nodes, { name: metadata.name }, { spec }, { type: 'merge' });
}
