/**
 * From a subject to all that may have caused it: the surest way to each entity that it depends on, over a few links.
 *
 * A way goes through what is silent only where its kind hardly ever has alerts of its own (a Service, a Secret), or at a cost: an alert may be
 * missing, but not many. Dijkstra's algorithm on the product of the weights.
 */
import type { FailureMode } from './failureMode.ts';
import { ADMINISTRATIVE, PROPAGATION, weightOf } from './propagation.ts';
import type { Subject } from './subjects.ts';
import { type EntityKey, key, type Link, partsOf, type TopologyIndex } from './topology.ts';

export interface Way {
  readonly to: EntityKey;
  /** How surely trouble at `to` would be seen at the subject, from 0 to 1. */
  readonly weight: number;
  /** Never empty. */
  readonly links: readonly Link[];
  /** Failures at `to` that may come this way. */
  readonly causes: ReadonlySet<FailureMode>;
}

export interface Surroundings {
  readonly index: TopologyIndex;
  /** Whether an entity has alerts, or shows trouble. */
  readonly isKnown: (entity: EntityKey) => boolean;
}

const MOST_LINKS = 6;
const LEAST_WEIGHT = 0.3;
/** Entities whose trouble shows elsewhere, as a rule. */
const SILENT_BY_NATURE: ReadonlySet<string> = new Set([
  'Service',
  'Ingress',
  'Secret',
  'ConfigMap',
  'Certificate',
  'Host',
  'PersistentVolume',
  'StorageClass',
  'Zone',
]);
const THROUGH_ALERTED = 0.9;
const THROUGH_SILENT = 0.65;

export function waysFrom(subject: Subject, { index, isKnown }: Surroundings): ReadonlyMap<EntityKey, Way> {
  const best = new Map<EntityKey, Way>();
  const open: Way[] = firstLinks(subject, index).flatMap((link) => begin(subject, link, index) ?? []);
  while (open.length > 0) {
    open.sort((a, b) => a.weight - b.weight || (a.to < b.to ? 1 : -1));
    const way = open.pop();
    if (way === undefined || way.to === subject.entity || best.has(way.to)) continue;
    best.set(way.to, way);
    if (way.links.length >= MOST_LINKS || way.links.at(-1)?.kind === 'agentOf') continue;
    const through = isKnown(way.to) ? THROUGH_ALERTED : SILENT_BY_NATURE.has(partsOf(way.to).kind) ? 1 : THROUGH_SILENT;
    for (const link of index.linksFrom(way.to)) {
      if (ADMINISTRATIVE.has(link.kind) && !isOwn(subject, way, link)) continue;
      const further = goOn(way, link, through, index);
      if (further !== undefined && !best.has(further.to)) open.push(further);
    }
  }
  return best;
}

/** Of pods that are named, only where they run; else wherever the workload does. */
function firstLinks({ entity, pods, nodes, mentions }: Subject, index: TopologyIndex): readonly Link[] {
  const placed = pods.flatMap((pod) => index.placementOf(pod)?.node ?? []);
  const named = [...new Set([...placed, ...nodes])].toSorted();
  const isPlaced = named.length > 0;
  const links = index.linksFrom(entity).filter(({ kind }) => !(kind === 'runsOn' && isPlaced));
  return [
    ...links,
    ...named.map((to): Link => ({ from: pods[0] ?? entity, to, kind: 'runsOn' })),
    ...mentions.map((to): Link => ({ from: entity, to, kind: 'names' })),
  ];
}

function begin(subject: Subject, link: Link, index: TopologyIndex): Way | undefined {
  const { effects, causes } = PROPAGATION[link.kind];
  if (!effects.has(subject.mode)) return undefined;
  // A quota keeps pods from being made; one that is there has its trouble from elsewhere.
  if (link.kind === 'limitedBy' && subject.pods.length > 0) return undefined;
  return { to: link.to, weight: weightOf(link.kind, subject.mode, shareOf(link, index)), links: [link], causes };
}

/** Of the subject's own volume, and not of what it calls. */
const isOwn = ({ mode }: Subject, { links }: Way, { kind }: Link): boolean =>
  links.every((link) => link.kind === 'mounts' || link.kind === 'provisionedBy') && PROPAGATION[kind].effects.has(mode);

function goOn(way: Way, link: Link, through: number, index: TopologyIndex): Way | undefined {
  const { effects, causes } = PROPAGATION[link.kind];
  if (way.links.some(({ from, to }) => from === link.to || to === link.to)) return undefined;
  if (![...way.causes].some((mode) => effects.has(mode))) return undefined;
  const weight = way.weight * through * weightOf(link.kind, undefined, shareOf(link, index));
  return weight < LEAST_WEIGHT ? undefined : { to: link.to, weight, links: [...way.links, link], causes };
}

/** A pod runs on its node wholly. */
const shareOf = ({ from, to, kind }: Link, index: TopologyIndex): number =>
  kind !== 'runsOn' ? 1 : from.startsWith('Pod/') ? 1 : index.shareOn(from, to);

/** What comes about by the working of every cluster, whatever its topology says. */
export const COMPONENT_LINKS: readonly Link[] = [
  ['apiserver', 'etcd'],
  ['scheduler', 'apiserver'],
  ['controller-manager', 'apiserver'],
].map(([from = '', to = '']): Link => ({ from: key('Component', undefined, from), to: key('Component', undefined, to), kind: 'partOf' }));
