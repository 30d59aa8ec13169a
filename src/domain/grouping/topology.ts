/**
 * What depends on what in the cluster, as grouping reads it: entities by key, links from what depends to what it depends on, and what was
 * seen to be wrong with them.
 *
 * Plain and immutable. What was not seen is absent: an absent link is unknown, an entity without a trouble is not known to be well.
 */
import type { ObjectRef } from '../../crds/common.ts';
import { ownerOf } from '../generatedNames.ts';
import type { FailureMode } from './failureMode.ts';

/** `Kind/namespace/name`; whatever makes pods is of kind `Workload`, as pods, HPAs and Services of it are the same thing to an alert. */
export type EntityKey = string;

export type LinkKind =
  | 'backs' // a Service: the workload behind it
  | 'routes' // an Ingress or route: the Service that it sends to
  | 'calls' // a workload: what it calls, by its configuration, a trace or a mesh
  | 'names' // an alert: another object that its labels or texts name
  | 'runsOn' // a workload: a node
  | 'mounts' // a workload: a volume claim
  | 'storedOn' // a claim: its volume
  | 'provisionedBy' // a claim: its class; a class: the driver that makes and attaches its volumes
  | 'refersTo' // a workload: a ConfigMap, or a Secret by name
  | 'certifiedBy' // an Ingress or workload: the certificate that it shows
  | 'servedBy' // an Ingress: the workload of its controller
  | 'within' // a node: its zone
  | 'agentOf' // a node: a daemon that its network or storage needs
  | 'pullsFrom' // a workload: the registry of its images
  | 'limitedBy' // a workload: a quota of its namespace
  | 'guardedBy' // a workload: a NetworkPolicy that selects it
  | 'meteredBy' // an autoscaled workload: the API of the metrics that it scales by
  | 'partOf'; // a component of the control plane: another one that it needs

export interface Link {
  readonly from: EntityKey;
  readonly to: EntityKey;
  readonly kind: LinkKind;
}

/** Where one pod runs, and what owns it. */
export interface Placement {
  readonly pod: EntityKey;
  readonly workload: EntityKey;
  readonly node?: EntityKey | undefined;
}

/** What the cluster itself says is wrong with an entity. */
export interface Trouble {
  readonly entity: EntityKey;
  readonly mode: FailureMode;
  /** Milliseconds since the epoch. */
  readonly since?: number | undefined;
  /** Goes on from the entity's name: `is NotReady`. */
  readonly words: string;
}

/** Something about the entity was changed: its template, its data. */
export interface Change {
  readonly entity: EntityKey;
  readonly at: number;
}

export interface Topology {
  readonly links: readonly Link[];
  readonly placements: readonly Placement[];
  /** Other names of an entity: a Service that one workload backs, an HPA, a host of an Ingress. */
  readonly aliases: Readonly<Record<EntityKey, EntityKey>>;
  readonly troubles: readonly Trouble[];
  readonly changes: readonly Change[];
}

export const NO_TOPOLOGY: Topology = { links: [], placements: [], aliases: {}, troubles: [], changes: [] };

const POD_MAKERS: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'Workload']);
/** Made by one of those, or named like the one that they are for. */
const LIKE_THEIR_WORKLOAD: ReadonlySet<string> = new Set(['Service', 'HorizontalPodAutoscaler', 'PodDisruptionBudget']);

export const key = (kind: string, namespace: string | undefined, name: string): EntityKey => `${kind}/${namespace ?? ''}/${name}`;

/** By name alone, before a topology knows better: an owner is read from a generated name, a Service is called like its workload. */
export function keyOfRef({ kind, namespace, name }: Pick<ObjectRef, 'kind' | 'namespace' | 'name'>): EntityKey {
  if (POD_MAKERS.has(kind)) return key('Workload', namespace, name);
  if (kind === 'ReplicaSet' || kind === 'Job') return key('Workload', namespace, ownerOf(name).name);
  return key(kind, namespace, name);
}

export function partsOf(entity: EntityKey): { readonly kind: string; readonly namespace: string; readonly name: string } {
  const [kind = '', namespace = '', ...name] = entity.split('/');
  return { kind, namespace, name: name.join('/') };
}

/** `node worker-2`, `workload shop/cart`. */
export function spoken(entity: EntityKey): string {
  const { kind, namespace, name } = partsOf(entity);
  return `${SPOKEN[kind] ?? kind} ${namespace === '' ? name : `${namespace}/${name}`}`;
}

const SPOKEN: Readonly<Record<string, string>> = {
  Workload: 'workload',
  Node: 'node',
  Zone: 'zone',
  Component: 'component',
  Registry: 'registry',
  Host: 'host',
  PersistentVolumeClaim: 'volume claim',
  PersistentVolume: 'volume',
  ResourceQuota: 'quota',
  Certificate: 'certificate',
  Namespace: 'namespace',
};

export interface TopologyIndex {
  /** The entity that a key means. */
  readonly resolve: (entity: EntityKey) => EntityKey;
  readonly linksFrom: (entity: EntityKey) => readonly Link[];
  readonly dependentsOf: (entity: EntityKey) => ReadonlySet<EntityKey>;
  /** Where a pod runs, of a pod that is known. */
  readonly placementOf: (pod: EntityKey) => Placement | undefined;
  readonly troublesOf: (entity: EntityKey) => readonly Trouble[];
  readonly changesOf: (entity: EntityKey) => readonly Change[];
  /** On which pods were seen. */
  readonly nodes: ReadonlySet<EntityKey>;
  /** Whether its pods were seen, and some of them serve. */
  readonly serves: (workload: EntityKey) => boolean;
  /** Share of a workload's pods that run on the node, from 0 to 1. */
  readonly shareOn: (workload: EntityKey, node: EntityKey) => number;
}

export function indexTopology(topology: Topology): TopologyIndex {
  const placements = new Map(topology.placements.map((placement) => [placement.pod, placement]));
  const counts = countPods(topology.placements);
  const resolve = resolver(topology, placements);
  const runsOn = [...counts].flatMap(([workload, nodes]) =>
    [...nodes.keys()].map((node): Link => ({ from: workload, to: node, kind: 'runsOn' })),
  );
  const links = [...topology.links, ...runsOn]
    .map(({ from, to, kind }): Link => ({ from: resolve(from), to: resolve(to), kind }))
    .filter(({ from, to }) => from !== to);
  const outgoing = Map.groupBy(uniqueLinks(links), ({ from }) => from);
  const incoming = new Map<EntityKey, Set<EntityKey>>();
  for (const { from, to } of links) incoming.set(to, (incoming.get(to) ?? new Set()).add(from));
  const troubles = Map.groupBy(topology.troubles, ({ entity }) => resolve(entity));
  const changes = Map.groupBy(topology.changes, ({ entity }) => resolve(entity));
  return {
    resolve,
    linksFrom: (entity) => outgoing.get(entity) ?? [],
    dependentsOf: (entity) => incoming.get(entity) ?? new Set(),
    placementOf: (pod) => placements.get(pod),
    troublesOf: (entity) => troubles.get(entity) ?? [],
    changesOf: (entity) => changes.get(entity) ?? [],
    nodes: new Set([...counts.values()].flatMap((nodes) => [...nodes.keys()])),
    serves: (workload) => counts.has(workload) && troubles.get(workload)?.some(({ mode }) => mode === 'down') !== true,
    shareOn: (workload, node) => {
      const nodes = counts.get(workload);
      const all = [...(nodes?.values() ?? [])].reduce((sum, count) => sum + count, 0);
      return all === 0 ? 0 : (nodes?.get(node) ?? 0) / all;
    },
  };
}

function countPods(placements: readonly Placement[]): ReadonlyMap<EntityKey, ReadonlyMap<EntityKey, number>> {
  const counts = new Map<EntityKey, Map<EntityKey, number>>();
  for (const { workload, node } of placements) {
    if (node === undefined) continue;
    const nodes = counts.get(workload) ?? new Map<EntityKey, number>();
    counts.set(workload, nodes.set(node, (nodes.get(node) ?? 0) + 1));
  }
  return counts;
}

/** Names are followed a few steps and no further: a circle of aliases ends somewhere. */
const MOST_ALIASES = 4;

function resolver({ aliases }: Topology, placements: ReadonlyMap<EntityKey, Placement>): (entity: EntityKey) => EntityKey {
  const known = new Map(Object.entries(aliases));
  return (entity) => {
    let at = placements.get(entity)?.workload ?? entity;
    for (let step = 0; step < MOST_ALIASES; step += 1) {
      const other = known.get(at);
      if (other === undefined || other === at) break;
      at = other;
    }
    const { kind, namespace, name } = partsOf(at);
    if (kind === 'Pod') return key('Workload', namespace, ownerOf(name).name);
    return LIKE_THEIR_WORKLOAD.has(kind) && !known.has(at) ? key('Workload', namespace, name) : at;
  };
}

function uniqueLinks(links: readonly Link[]): readonly Link[] {
  const seen = new Map(links.map((link) => [`${link.from}\n${link.to}\n${link.kind}`, link]));
  return [...seen.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, link]) => link);
}
