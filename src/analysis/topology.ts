/**
 * What depends on what: a directed graph of Services, workloads, nodes, volumes and what lies outside the cluster.
 *
 * An edge goes from what needs to what is needed: a caller calls its callee, a Service selects a workload, an owner owns what it keeps, a
 * workload runs on a node and mounts a volume, a policy's edge goes from the client to the server that it allows. The same edge known from
 * several sources is one link that names them all: traffic seen in a trace weighs more with a reader than an address in an environment.
 *
 * Queries end on cycles, and take time in the links that they look at. Ids are the caller's (`Kind/namespace/name` is meant); an end of an
 * edge that nobody declared is a node outside.
 */

export type NodeKind = 'service' | 'workload' | 'node' | 'volume' | 'outside';
export type LinkKind = 'calls' | 'selects' | 'owns' | 'runsOn' | 'mounts' | 'allows';
export type LinkSource = 'owner' | 'service' | 'environment' | 'address' | 'trace' | 'policy' | 'declared';

export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly kind: LinkKind;
  readonly source: LinkSource;
  /** How much goes along it, in the same unit for all of a kind (calls, say); 1 if not said. */
  readonly weight?: number;
}

export interface Link {
  readonly from: string;
  readonly to: string;
  readonly kind: LinkKind;
  readonly sources: readonly LinkSource[];
  /** The greatest that a source has. */
  readonly weight: number;
}

export type Direction = 'needs' | 'neededBy';

export interface Topology {
  readonly nodes: ReadonlyMap<string, NodeKind>;
  readonly needs: ReadonlyMap<string, readonly Link[]>;
  readonly neededBy: ReadonlyMap<string, readonly Link[]>;
}

/** Along these errors spread: a Service fails as what it selects does, a caller as its callee does. */
export const DEPENDENCIES: readonly LinkKind[] = ['calls', 'selects'];

export function topologyOf(nodes: ReadonlyMap<string, NodeKind>, edges: readonly Edge[]): Topology {
  const links = [...Map.groupBy(edges, ({ from, to, kind }) => `${kind}\n${from}\n${to}`).values()].map(linkOf);
  const all = new Map(nodes);
  for (const end of edges.flatMap(({ from, to }) => [from, to])) if (!all.has(end)) all.set(end, 'outside');
  return { nodes: all, needs: Map.groupBy(links, ({ from }) => from), neededBy: Map.groupBy(links, ({ to }) => to) };
}

function linkOf(edges: readonly Edge[]): Link {
  const { from, to, kind } = edges[0] as Edge;
  const sources = [...new Set(edges.map(({ source }) => source))].toSorted();
  return { from, to, kind, sources, weight: edges.reduce((most, { weight = 1 }) => Math.max(most, weight), 0) };
}

/** Whom it calls, directly. */
export function callees(topology: Topology, id: string): string[] {
  return neighbours(topology, id, 'needs', ['calls']);
}

/** Who calls it, directly. */
export function callers(topology: Topology, id: string): string[] {
  return neighbours(topology, id, 'neededBy', ['calls']);
}

/** Without itself, each once. */
export function neighbours(topology: Topology, id: string, direction: Direction, kinds: readonly LinkKind[]): string[] {
  const ends = linksOf(topology, id, direction, kinds).map(({ from, to }) => (direction === 'needs' ? to : from));
  return [...new Set(ends)].filter((end) => end !== id);
}

export function linksOf(topology: Topology, id: string, direction: Direction, kinds: readonly LinkKind[]): Link[] {
  return (topology[direction].get(id) ?? []).filter(({ kind }) => kinds.includes(kind));
}

export interface Reach {
  readonly direction: Direction;
  /** `DEPENDENCIES` if not said. */
  readonly kinds?: readonly LinkKind[];
  /** Links at most; no limit if not said. */
  readonly depth?: number;
}

/** All that can be reached from `start`, itself left out, with the least number of links to each, the nearest first. */
export function reach(
  topology: Topology,
  start: string,
  { direction, kinds = DEPENDENCIES, depth = Number.POSITIVE_INFINITY }: Reach,
): Map<string, number> {
  const distances = new Map([[start, 0]]);
  for (const [id, distance] of distances) {
    // A map that grows while it is gone through is a queue.
    if (distance >= depth) continue;
    for (const next of neighbours(topology, id, direction, kinds)) if (!distances.has(next)) distances.set(next, distance + 1);
  }
  distances.delete(start);
  return distances;
}

/** The shortest way by which `from` needs `to`, both included; undefined when it does not. */
export function pathBetween(topology: Topology, from: string, to: string, kinds: readonly LinkKind[] = DEPENDENCIES): string[] | undefined {
  const cameFrom = new Map<string, string | undefined>([[from, undefined]]);
  for (const [id] of cameFrom) {
    if (id === to) break;
    for (const next of neighbours(topology, id, 'needs', kinds)) if (!cameFrom.has(next)) cameFrom.set(next, id);
  }
  if (!cameFrom.has(to)) return undefined;
  const path = [to];
  for (let at = cameFrom.get(to); at !== undefined; at = cameFrom.get(at)) path.push(at);
  return path.toReversed();
}
