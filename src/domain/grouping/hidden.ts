/**
 * Common causes that nothing shows: a database that nobody watches, a node whose state was not read, a registry.
 *
 * Inferred only where at least three that have nothing else in common but this began together, and nearly all that depend on it did: time or a
 * namespace alone joins nothing.
 */
import { type Explanation, LEAST_SCORE, type Ways, whyBy } from './explain.ts';
import { INTRINSIC } from './failureMode.ts';
import type { Way } from './paths.ts';
import type { Subject } from './subjects.ts';
import { type EntityKey, partsOf, type TopologyIndex } from './topology.ts';

interface Pull {
  readonly root: Subject;
  readonly start: number;
  readonly way: Way;
}

export interface InferredCause {
  readonly entity: EntityKey;
  /** What it explains, the nearest in front: that one leads the others. */
  readonly explanations: readonly Explanation[];
}

const TOGETHER_MS = 10 * 60_000;
const LEAST_COVERAGE = 0.7;

/** @param roots subjects with alerts that nothing explains */
export function inferredCauses(
  roots: readonly Subject[],
  all: readonly Subject[],
  ways: Ways,
  index: TopologyIndex,
): readonly InferredCause[] {
  const known = new Set(all.map(({ entity }) => entity));
  const found: InferredCause[] = [];
  let left = roots;
  for (;;) {
    const best = candidates(left, known, ways, index).toSorted(strongestFirst)[0];
    if (best === undefined) return found;
    found.push({ entity: best.entity, explanations: explain(best.pulls) });
    const taken = new Set(best.pulls.map(({ root }) => root));
    left = left.filter((root) => !taken.has(root));
  }
}

interface Candidate {
  readonly entity: EntityKey;
  readonly pulls: readonly Pull[];
}

function candidates(roots: readonly Subject[], known: ReadonlySet<EntityKey>, ways: Ways, index: TopologyIndex): readonly Candidate[] {
  const reached = new Map<EntityKey, Pull[]>();
  for (const root of roots) {
    for (const [entity, way] of ways.get(root) ?? []) {
      if (known.has(entity) || root.start === undefined || !isDirect(way) || way.weight < LEAST_SCORE || !mayBeShared(root, way)) continue;
      reached.set(entity, [...(reached.get(entity) ?? []), { root, way, start: root.start }]);
    }
  }
  return [...reached]
    .map(([entity, pulls]) => ({ entity, pulls: largestTogether(pulls) }))
    .filter(({ entity, pulls }) => {
      const { kind } = partsOf(entity);
      if (new Set(pulls.map(({ root }) => root.entity)).size < (kind === 'Zone' ? 2 : 3)) return false;
      if (kind === 'Node' && index.nodes.size < 2) return false; // all run on the one that there is: that tells nothing of any
      return kind === 'Registry' || coverage(entity, known, index) >= LEAST_COVERAGE;
    });
}

const strongestFirst = (a: Candidate, b: Candidate): number => sum(b) - sum(a) || (a.entity < b.entity ? -1 : 1);
const sum = ({ pulls }: Candidate): number => pulls.reduce((total, { way }) => total + way.weight, 0);

/** One link, or the Service between. */
const isDirect = ({ links }: Way): boolean => links.filter(({ kind }) => kind !== 'backs').length === 1;

/** What tells of the object itself has its cause there, unless the link is of just that kind. */
const mayBeShared = ({ mode }: Subject, { links: [first] }: Way): boolean =>
  !INTRINSIC.has(mode) || first?.kind === 'pullsFrom' || first?.kind === 'within' || first?.kind === 'provisionedBy';

/** The largest set that began within ten minutes of each other; of two such, the earlier. */
function largestTogether(pulls: readonly Pull[]): readonly Pull[] {
  const sorted = pulls.toSorted((a, b) => a.start - b.start || (a.root.entity < b.root.entity ? -1 : 1));
  const windows = sorted.map(({ start }) => sorted.filter((other) => other.start >= start && other.start - start <= TOGETHER_MS));
  return windows.reduce<readonly Pull[]>((best, window) => (window.length > best.length ? window : best), []);
}

function coverage(entity: EntityKey, known: ReadonlySet<EntityKey>, index: TopologyIndex): number {
  const dependents = index.dependentsOf(entity);
  return dependents.size === 0 ? 0 : [...dependents].filter((dependent) => known.has(dependent)).length / dependents.size;
}

function explain(pulls: readonly Pull[]): readonly Explanation[] {
  const [nearest, ...others] = pulls.toSorted(
    (a, b) => nearness(b.way) - nearness(a.way) || a.start - b.start || (a.root.entity < b.root.entity ? -1 : 1),
  );
  if (nearest === undefined) return [];
  return others.map(({ root, way }) => ({
    effect: root,
    cause: nearest.root,
    score: way.weight,
    why: `${whyBy(way)}, as nearly all do that fail since`,
  }));
}

/** In steps: small differences in weight say nothing. */
export const nearness = ({ weight }: Pick<Way, 'weight'>): number => Math.round(weight * 5);
