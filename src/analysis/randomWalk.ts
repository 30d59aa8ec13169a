/**
 * Ranks nodes by how long a random walk that is drawn to what looks bad stays at each.
 *
 * The walk of MonitorRank (Kim, Sumbaly and Shah, "Root cause detection in a service-oriented architecture", SIGMETRICS 2013): from a node it
 * goes to what that needs, as likely as that looks bad; back to who needs it, less likely, lest it be caught at a dead end; and it stays when the
 * node looks worse than all that it needs. Restarts are personalised as in MicroRank (Yu et al., WWW 2021): at a node as often as it looks bad.
 * Links weigh by what goes along them, against the heaviest of their node. Nodes without a score are looked through.
 *
 * The ranks say who is more suspect than whom and are no probabilities of being the cause: calibrate them (`calibration.ts`).
 */
import { DEPENDENCIES, type Direction, type LinkKind, linksOf, type Topology } from './topology.ts';

export interface WalkOptions {
  /** `DEPENDENCIES` if not said. */
  readonly kinds?: readonly LinkKind[];
  /** Chance of starting anew at each step; 0.15 if not said. */
  readonly restart?: number;
  /** How much less a way back is worth than a way forth; 0.2 if not said. */
  readonly backward?: number;
}

export interface Ranked {
  readonly id: string;
  /** The share of its time that the walk spends here; all ranks sum up to 1. */
  readonly rank: number;
}

const MOST_STEPS = 1000;
const STEADY = 1e-10;

type Transitions = ReadonlyMap<string, number>;

/**
 * Most suspect first; empty when nothing looks bad.
 *
 * @param scoreOf from 0 (as ever) to 1 (as bad as can be); undefined for a node that is looked through
 */
export function rankByWalk(topology: Topology, scoreOf: (id: string) => number | undefined, options: WalkOptions = {}): Ranked[] {
  const { kinds = DEPENDENCIES, restart = 0.15, backward = 0.2 } = options;
  const scores = new Map<string, number>();
  for (const id of topology.nodes.keys()) {
    const score = scoreOf(id);
    if (score !== undefined && !Number.isNaN(score)) scores.set(id, Math.min(1, Math.max(0, score)));
  }
  const start = normalised(scores);
  if (start.size === 0) return [];
  const transitions = new Map([...scores.keys()].map((id) => [id, transitionsFrom({ topology, scores, kinds, backward }, id)]));
  const ranks = steadyState(start, transitions, restart);
  return [...ranks].flatMap(([id, rank]) => (rank > 0 ? [{ id, rank }] : [])).toSorted((a, b) => b.rank - a.rank || (a.id < b.id ? -1 : 1));
}

interface Walk {
  readonly topology: Topology;
  readonly scores: ReadonlyMap<string, number>;
  readonly kinds: readonly LinkKind[];
  readonly backward: number;
}

function transitionsFrom(walk: Walk, id: string): Transitions {
  const { scores, backward } = walk;
  const pulls = new Map<string, number>();
  const add = (to: string, pull: number): void => void pulls.set(to, (pulls.get(to) ?? 0) + pull);
  const scoreAt = (other: string): number => scores.get(other) as number;
  const needs = scoredNeighbours(walk, id, 'needs');
  for (const [to, weight] of needs) add(to, weight * scoreAt(to));
  for (const [to, weight] of scoredNeighbours(walk, id, 'neededBy')) add(to, backward * weight * scoreAt(to));
  const worstNeeded = [...needs.keys()].reduce((worst, other) => Math.max(worst, scoreAt(other)), 0);
  add(id, Math.max(0, scoreAt(id) - worstNeeded));
  return normalised(pulls);
}

/** With the weight of the lightest link on the way, where nodes without a score were looked through. */
function scoredNeighbours({ topology, scores, kinds }: Walk, id: string, direction: Direction): Map<string, number> {
  const found = new Map<string, number>();
  const open = [{ id, weight: 1 }];
  const seen = new Set([id]);
  for (const at of open) {
    const links = linksOf(topology, at.id, direction, kinds);
    const heaviest = links.reduce((most, { weight }) => Math.max(most, weight), 0);
    for (const link of links) {
      const other = direction === 'needs' ? link.to : link.from;
      const weight = Math.min(at.weight, heaviest > 0 ? link.weight / heaviest : 0);
      if (scores.has(other) && other !== id) found.set(other, Math.max(found.get(other) ?? 0, weight));
      if (scores.has(other) || seen.has(other)) continue;
      seen.add(other);
      open.push({ id: other, weight });
    }
  }
  return found;
}

function steadyState(start: Transitions, transitions: ReadonlyMap<string, Transitions>, restart: number): Map<string, number> {
  const ids = [...transitions.keys()];
  const places = new Map(ids.map((id, place) => [id, place]));
  const starts = ids.map((id) => start.get(id) ?? 0);
  const ways = ids.map((id) => [...(transitions.get(id) as Transitions)].map(([to, share]) => [places.get(to) as number, share] as const));
  let ranks = starts;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    // From where no way leads, the walk starts anew.
    const restarting = ranks.reduce((sum, rank, place) => sum + (ways[place]?.length === 0 ? rank : restart * rank), 0);
    const next = starts.map((share) => restarting * share);
    for (const [place, rank] of ranks.entries()) {
      for (const [to, share] of ways[place] ?? []) next[to] = (next[to] as number) + (1 - restart) * rank * share;
    }
    const moved = next.reduce((sum, rank, place) => sum + Math.abs(rank - (ranks[place] as number)), 0);
    ranks = next;
    if (moved < STEADY) break;
  }
  return new Map(ids.map((id, place) => [id, ranks[place] as number]));
}

/** Positive pulls as shares of their sum. */
function normalised(pulls: ReadonlyMap<string, number>): Map<string, number> {
  const positive = [...pulls].filter(([, pull]) => pull > 0);
  const total = positive.reduce((sum, [, pull]) => sum + pull, 0);
  return new Map(positive.map(([id, pull]) => [id, pull / total]));
}
