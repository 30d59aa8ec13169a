/** A labelled storm: faults in one cluster at one time, seen through what may be missing, late, doubled or noise. */
import type { Topology } from '../../src/domain/grouping/topology.ts';
import { topologyOf } from '../../src/sources/kubernetes/topology/topologyOf.ts';
import type { RawAlert } from './alerts.ts';
import * as shapes from './alerts.ts';
import { FAULTS, type Fault } from './faults.ts';
import { createRandom, type Random } from './random.ts';
import { boutique, largePlatform, sharedPlatform, trains } from './shops.ts';
import { NOW, objectsOf, type Symptoms, type World } from './world.ts';

export interface Storm {
  readonly name: string;
  /** Kinds of its faults, and how it is seen. */
  readonly kind: string;
  readonly alerts: readonly RawAlert[];
  readonly topology: Topology;
}

const WORLDS = { boutique, trains, platform: sharedPlatform, large: largePlatform };
type Blur = 'clear' | 'missing alerts' | 'missing topology' | 'late' | 'noise' | 'flapping';
const BLURS: readonly Blur[] = ['missing alerts', 'missing topology', 'late', 'noise', 'flapping'];

const FEWEST_ALERTS = 4;

/** Some hundred storms; another seed gives others of the same kinds. */
export function makeStorms(seed: number): readonly Storm[] {
  const random = createRandom(seed);
  const kinds = Object.keys(FAULTS);
  const single = kinds.flatMap((kind) => [{ faults: [kind], blur: 'clear' } as const, { faults: [kind], blur: random.pick(BLURS) }]);
  const several = Array.from({ length: 30 }, (_, at) => ({
    faults: atMostOneOfNodes(random.shuffled(kinds)).slice(0, at % 3 === 2 ? 3 : 2),
    blur: at % 2 === 0 ? ('clear' as const) : random.pick(BLURS),
  }));
  return [...single, ...several]
    .map(({ faults, blur }, at) => makeStorm(faults, blur, createRandom(seed * 1_000 + at), at))
    .filter(({ alerts }) => alerts.length >= FEWEST_ALERTS);
}

function makeStorm(kinds: readonly string[], blur: Blur, random: Random, at: number): Storm {
  const worldName = random.pick(Object.keys(WORLDS) as (keyof typeof WORLDS)[]);
  const world = WORLDS[worldName](random);
  const faults: Fault[] = [];
  for (const [index, kind] of kinds.entries()) {
    const busy = new Set(faults.flatMap((fault) => fault.alerts.flatMap((alert) => touched(alert, world))));
    const origins = faults.flatMap((fault) => fault.origins);
    const hosts = world.services.filter(({ id }) => origins.includes(id)).flatMap(({ pods }) => pods.map(({ node }) => node));
    const taken = new Set([...busy, ...origins, ...hosts]);
    const fault = tryFault(kind, { world, random, cause: `${kind}-${index}`, taken });
    if (fault !== undefined)
      faults.push({ ...fault, alerts: fault.alerts.filter((alert) => !touched(alert, world).some((id) => busy.has(id))) });
  }
  const all = oncePerAlert(faults.flatMap(({ alerts }) => alerts)).filter((alert) => isUnambiguous(alert, faults, world));
  const symptoms = faults.map((fault) => fault.symptoms).reduce(merge, {});
  const topology = topologyOf(objectsOf(world, symptoms), NOW);
  const seen = blurred(all, world, blur, random);
  return {
    name: `${at}-${worldName}`,
    kind: `${faults.length === 1 ? faults[0]?.kind : `${faults.length} unrelated`}${blur === 'clear' ? '' : `, ${blur}`}`,
    alerts: random.shuffled(seen),
    topology: blur === 'missing topology' ? thinned(topology, random) : topology,
  };
}

/** Two troubles of nodes share the Incidents of daemons that run on both. */
function atMostOneOfNodes(kinds: readonly string[]): readonly string[] {
  const ofNodes = kinds.filter((kind) => /^(?:node|zone|disk)/u.test(kind));
  return kinds.filter((kind) => !ofNodes.includes(kind) || kind === ofNodes[0]);
}

function tryFault(kind: string, options: Parameters<(typeof FAULTS)[string]>[0]): Fault | undefined {
  try {
    return FAULTS[kind]?.(options);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Services that an alert is about: nothing else is told of them by another fault of the same storm, as nobody could tell the two apart. */
function touched({ labels }: RawAlert, world: World): readonly string[] {
  const namespace = labels['namespace'] ?? labels['destination_workload_namespace'];
  const values = Object.entries(labels).flatMap(([label, value]) => (label === 'job' || label === 'namespace' ? [] : [value]));
  const isMeant = (name: string): boolean => values.some((value) => value === name || value.startsWith(`${name}-`));
  const byName = world.services.filter((service) => service.namespace === namespace && isMeant(service.name));
  const byHost = world.services.filter(({ spec }) => spec.host !== undefined && values.includes(`https://${spec.host}/`));
  return [...byName, ...byHost].map(({ id }) => id);
}

/** An effect that two faults of the storm could both have has no one true group. */
function isUnambiguous(alert: RawAlert, faults: readonly Fault[], world: World): boolean {
  const isCertain = alert.distance === 0 && !alert.cause.startsWith('trafficSurge');
  if (isCertain || faults.length === 1) return true;
  const needed = new Set(touched(alert, world));
  for (const id of needed) for (const called of world.get(id).calls) needed.add(called);
  const nodes = [...needed].flatMap((id) => world.get(id).pods.map(({ node }) => node));
  const all = new Set([...needed, ...nodes]);
  return faults.filter(({ origins }) => origins.some((origin) => all.has(origin))).length <= 1;
}

function oncePerAlert(alerts: readonly RawAlert[]): readonly RawAlert[] {
  return [...new Map(alerts.toReversed().map((alert) => [JSON.stringify(alert.labels), alert])).values()].toReversed();
}

function merge(a: Symptoms, b: Symptoms): Symptoms {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof Symptoms>;
  return Object.fromEntries(
    [...names].map((name) => {
      const [left, right] = [a[name], b[name]];
      if (Array.isArray(left) || Array.isArray(right)) return [name, [...((left as unknown[]) ?? []), ...((right as unknown[]) ?? [])]];
      return [name, { ...(left as object), ...(right as object) }];
    }),
  );
}

function blurred(alerts: readonly RawAlert[], world: World, blur: Blur, random: Random): readonly RawAlert[] {
  switch (blur) {
    case 'missing alerts':
      return alerts.filter(({ distance }) => distance === 0 || random.chance(0.75));
    case 'late':
      return alerts.map((alert) => (random.chance(0.25) ? { ...alert, startsAt: alert.startsAt + random.whole(5, 18) * 60_000 } : alert));
    case 'noise':
      return [...alerts, ...noise(alerts, world, random)];
    case 'flapping':
      return alerts.map((alert) => (random.chance(0.3) ? { ...alert, startsAt: alert.startsAt + random.whole(1, 4) * 60_000 } : alert));
    case 'clear':
    case 'missing topology':
      return alerts;
    default:
      return blur satisfies never;
  }
}

/** Hints about services that have nothing to do with the storm, each a trouble of its own. */
function noise(alerts: readonly RawAlert[], world: World, random: Random): readonly RawAlert[] {
  const busy = new Set(
    alerts.flatMap(({ labels }) => [
      labels['service'],
      labels['deployment'],
      labels['statefulset'],
      labels['app'],
      labels['pod']?.replace(/-[^-]+-[^-]+$/u, ''),
    ]),
  );
  const quiet = random.shuffled(world.services.filter(({ name, pods }) => !busy.has(name) && pods.length > 0)).slice(0, 4);
  return quiet.map((service, at) => ({
    ...random.pick([shapes.throttled(service, service.pods[0]?.name ?? ''), shapes.own('LogErrorsUnusual', service, 'info')]),
    cause: `noise-${at}`,
    distance: 0,
    startsAt: NOW - random.whole(0, 180) * 60_000,
  }));
}

/** A fifth of what depends on what is not known. */
function thinned(topology: Topology, random: Random): Topology {
  return {
    ...topology,
    links: topology.links.filter(() => random.chance(0.8)),
    placements: topology.placements.filter(() => random.chance(0.9)),
  };
}
