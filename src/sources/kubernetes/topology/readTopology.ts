/**
 * Reads what grouping has to know of the cluster, in a bounded number of lists: the namespaces that the Incidents are about, and those of what is
 * called from there. An answer is used for some seconds, however many ask.
 *
 * What cannot be listed is not known, and costs no more than that: groups are then smaller, and nobody waits.
 */
import type { Clock } from '../../../clock.ts';
import { type EntityKey, partsOf, type Topology } from '../../../domain/grouping/topology.ts';
import type { KubeClient } from '../../../kube/client.ts';
import { isNotFound } from '../../../kube/errors.ts';
import type { Logger } from '../../../kube/logger.ts';
import { type KubeObject, type ResourceType, resourceName } from '../../../kube/object.ts';
import { claims, configMaps, nodes, pods, workloadResources } from '../api.ts';
import { autoscalers, certificates, disruptionBudgets, quotas, storageClasses } from '../boundsApi.ts';
import { httpRoutes, ingresses, networkPolicies, serviceObjects } from '../networkApi.ts';
import { type ClusterObjects, clusterObjectsFrom } from './objects.ts';
import { topologyOf } from './topologyOf.ts';

export interface TopologyReader {
  /** @param namespaces those that matter most in front */
  readonly read: (namespaces: readonly string[], signal: AbortSignal) => Promise<Topology>;
}

export interface TopologyReaderOptions {
  readonly client: Pick<KubeClient, 'list'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Calls between workloads, as traces and meshes have seen them. */
  readonly observedCalls: (signal: AbortSignal) => Promise<ClusterObjects['observedCalls']>;
}

const FRESH_MS = 5_000;
const CALL_TIMEOUT_MS = 4_000;
const MOST_NAMESPACES = 40;
const MOST_CALLED_NAMESPACES = 20;
const AT_ONCE = 6;
/** Where what everybody depends on runs. */
const PLATFORM = 'kube-system';

const CLUSTER_WIDE: readonly ResourceType[] = [nodes, storageClasses, serviceObjects, ingresses];
const IN_NAMESPACE: readonly ResourceType[] = [
  pods,
  workloadResources.Deployment,
  workloadResources.StatefulSet,
  workloadResources.DaemonSet,
  workloadResources.CronJob,
  configMaps,
  claims,
  quotas,
  autoscalers,
  disruptionBudgets,
  networkPolicies,
  httpRoutes,
  certificates,
];

export function createTopologyReader(options: TopologyReaderOptions): TopologyReader {
  const { clock } = options;
  let last: { readonly at: number; readonly namespaces: ReadonlySet<string>; readonly topology: Topology } | undefined;
  return {
    read: async (namespaces, signal) => {
      const wanted = [...new Set([...namespaces, PLATFORM])].slice(0, MOST_NAMESPACES);
      const isFresh = last !== undefined && clock.monotonic() - last.at < FRESH_MS && wanted.every((name) => last?.namespaces.has(name));
      if (isFresh && last !== undefined) return last.topology;
      const topology = await readAll(options, wanted, signal);
      last = { at: clock.monotonic(), namespaces: new Set(wanted), topology };
      return topology;
    },
  };
}

async function readAll(options: TopologyReaderOptions, namespaces: readonly string[], signal: AbortSignal): Promise<Topology> {
  const { clock } = options;
  const [shared, own, calls] = await Promise.all([
    listAll(options, CLUSTER_WIDE, [undefined], signal),
    listAll(options, IN_NAMESPACE, namespaces, signal),
    options.observedCalls(signal).catch((err: unknown) => {
      options.logger.debug({ err }, 'observed calls were not read; grouping goes by configured ones');
      return [];
    }),
  ]);
  const first = topologyOf(clusterObjectsFrom([...shared, ...own], calls), clock.now());
  const called = calledNamespaces(first)
    .filter((name) => !namespaces.includes(name))
    .slice(0, MOST_CALLED_NAMESPACES);
  if (called.length === 0) return first;
  const further = await listAll(options, IN_NAMESPACE, called, signal);
  return topologyOf(clusterObjectsFrom([...shared, ...own, ...further], calls), clock.now());
}

function calledNamespaces({ links, aliases }: Topology): readonly string[] {
  const namespaceOf = (entity: EntityKey): string => partsOf(aliases[entity] ?? entity).namespace;
  const called = links.filter(({ kind }) => kind === 'calls' || kind === 'servedBy').map(({ to }) => namespaceOf(to));
  return [...new Set(called)].filter((name) => name !== '').toSorted();
}

async function listAll(
  options: TopologyReaderOptions,
  resources: readonly ResourceType[],
  namespaces: readonly (string | undefined)[],
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  const wanted = namespaces.flatMap((namespace) => resources.map((resource) => ({ resource, namespace })));
  const found: KubeObject[] = [];
  const worker = async (): Promise<void> => {
    for (let next = wanted.shift(); next !== undefined; next = wanted.shift()) found.push(...(await listOne(options, next, signal)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return found;
}

/** A kind that is not served is not missed; any other failure is told, and costs what would have been known. */
async function listOne(
  { client, logger }: TopologyReaderOptions,
  { resource, namespace }: { readonly resource: ResourceType; readonly namespace: string | undefined },
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  try {
    return (await client.list(resource, { namespace, signal, timeoutMs: CALL_TIMEOUT_MS })).items;
  } catch (err) {
    signal.throwIfAborted();
    if (!isNotFound(err))
      logger.warn({ err, resource: resourceName(resource), namespace }, 'grouping goes without these objects: they could not be listed');
    return [];
  }
}
