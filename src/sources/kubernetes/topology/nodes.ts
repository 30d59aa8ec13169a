/** Of nodes: their zone, the daemons that they need, and what their conditions say. */
import type { FailureMode } from '../../../domain/grouping/failureMode.ts';
import { key, type Link, type Placement, type Trouble } from '../../../domain/grouping/topology.ts';
import type { ApiNode } from '../api.ts';
import { entityOf } from './objects.ts';

const ZONE = 'topology.kubernetes.io/zone';

export const zoneLinks = (nodes: readonly ApiNode[]): readonly Link[] =>
  nodes.flatMap((node): Link[] => {
    const zone = node.metadata.labels?.[ZONE];
    return zone === undefined ? [] : [{ from: entityOf(node), to: key('Zone', undefined, zone), kind: 'within' }];
  });

/** Networks and proxies of nodes run as pods there, by names that everybody knows. */
const NODE_AGENT =
  /(?:^|-)(?:kube-proxy|cilium|calico-node|canal|kube-flannel|flannel|weave-net|antrea-agent|aws-node|kindnet|kube-router)(?:-|$)/u;

export const agentLinks = (placements: readonly Placement[]): readonly Link[] =>
  placements.flatMap(({ workload, node }): Link[] =>
    node !== undefined && NODE_AGENT.test(workload.split('/')[2] ?? '') ? [{ from: node, to: workload, kind: 'agentOf' }] : [],
  );

const CONDITIONS: Readonly<Record<string, { readonly bad: readonly string[]; readonly mode: FailureMode; readonly words: string }>> = {
  Ready: { bad: ['False', 'Unknown'], mode: 'node', words: 'is NotReady' },
  DiskPressure: { bad: ['True'], mode: 'pressure', words: 'is under disk pressure' },
  MemoryPressure: { bad: ['True'], mode: 'pressure', words: 'is under memory pressure' },
  PIDPressure: { bad: ['True'], mode: 'pressure', words: 'runs out of process ids' },
  NetworkUnavailable: { bad: ['True'], mode: 'network', words: 'has no network' },
};

export const nodeTroubles = (nodes: readonly ApiNode[]): readonly Trouble[] =>
  nodes.flatMap((node) =>
    (node.status?.conditions ?? []).flatMap(({ type, status, lastTransitionTime }): Trouble[] => {
      const known = CONDITIONS[type];
      if (known === undefined || !known.bad.includes(status)) return [];
      const since = lastTransitionTime === undefined ? undefined : Date.parse(lastTransitionTime);
      return [{ entity: entityOf(node), mode: known.mode, since, words: known.words }];
    }),
  );
