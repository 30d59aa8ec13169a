/** The topology that grouping reads, from objects of the cluster. Pure; what was not listed is not known. */

import { METRICS_SERVER } from '../../../domain/grouping/suspect.ts';
import { type Change, keyOfRef, type Link, type Topology } from '../../../domain/grouping/topology.ts';
import { certificateLinks, certificateTroubles, quotaAliases, quotaLinks, quotaTroubles, scalingAliases, storageLinks } from './bounds.ts';
import { agentLinks, nodeTroubles, zoneLinks } from './nodes.ts';
import { type ClusterObjects, changedAt, entityOf } from './objects.ts';
import { placementsOf, podTroubles } from './pods.ts';
import { declaredCalls, needsOf, serviceKeys, templatesOf } from './templates.ts';
import { ingressLinks, labelledWorkloads, policyLinks, routeLinks, serviceLinks } from './traffic.ts';

/** @param now milliseconds since the epoch */
export function topologyOf(objects: ClusterObjects, now: number): Topology {
  const { workloads, pods, nodes, services, certificates, quotas } = objects;
  const templates = templatesOf(workloads, pods);
  const labelled = labelledWorkloads(workloads, pods);
  const placements = placementsOf(pods);
  const behind = serviceLinks(services, labelled);
  const front = ingressLinks(objects.ingresses, labelled);
  const known = serviceKeys(services);
  const configMaps = new Map(objects.configMaps.map((one) => [entityOf(one), one]));
  const links: readonly Link[] = [
    ...templates.flatMap(needsOf),
    ...templates.flatMap((template) => declaredCalls(template, known, configMaps)),
    ...objects.observedCalls.map(({ from, to }): Link => ({ from, to, kind: 'calls' })),
    ...behind.links,
    ...front.links,
    ...routeLinks(objects.routes),
    ...policyLinks(objects.policies, labelled),
    ...storageLinks(objects.claims, objects.storageClasses, labelled),
    ...quotaLinks(quotas, labelled, workloads),
    ...certificateLinks(certificates),
    ...zoneLinks(nodes),
    ...agentLinks(placements),
    ...meterLinks(objects),
  ];
  return {
    links: unique(links),
    placements,
    aliases: {
      ...behind.aliases,
      ...front.aliases,
      ...scalingAliases(objects.autoscalers, objects.budgets, labelled),
      ...quotaAliases(quotas),
    },
    troubles: [
      ...podTroubles(pods),
      ...nodeTroubles(nodes),
      ...quotaTroubles(quotas, workloads),
      ...certificateTroubles(certificates, now),
    ],
    changes: changesOf(objects),
  };
}

const meterLinks = ({ autoscalers }: ClusterObjects): readonly Link[] =>
  autoscalers.map((one): Link => ({ from: entityOf(one), to: METRICS_SERVER, kind: 'meteredBy' }));

function changesOf({ workloads, configMaps, policies }: ClusterObjects): readonly Change[] {
  const named = [
    ...workloads.map((one) => [one, keyOfRef({ kind: one.kind, namespace: one.metadata.namespace, name: one.metadata.name })] as const),
    ...[...configMaps, ...policies].map((one) => [one, entityOf(one)] as const),
  ];
  return named.flatMap(([object, entity]): Change[] => {
    const at = changedAt(object) ?? (object.kind === 'NetworkPolicy' ? Date.parse(object.metadata.creationTimestamp) : undefined);
    return at === undefined ? [] : [{ entity, at }];
  });
}

function unique(links: readonly Link[]): readonly Link[] {
  return [...new Map(links.map((link) => [`${link.from} ${link.to} ${link.kind}`, link])).values()];
}
