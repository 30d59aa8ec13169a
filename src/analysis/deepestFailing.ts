/**
 * Follows errors from callers to callees, to the end of the chain: what fails while nothing that it needs does.
 *
 * In a cycle each member may be the cause, so a strongly connected component is one answer. Nodes of which nobody knows whether they fail
 * are looked through: a Service says nothing itself, and what answers behind it does.
 *
 * Right as far as the links are: a caller whose failing callee is not in the graph is the end of its chain. Source of the components:
 * Sharir, "A strong-connectivity algorithm and its applications in data flow analysis" (1981). Linear time, no recursion.
 */
import { DEPENDENCIES, type LinkKind, neighbours, reach, type Topology } from './topology.ts';

export interface FailingOptions {
  /** Only what this one needs, and itself; all of the graph if not said. */
  readonly from?: string;
  /** `DEPENDENCIES` if not said. */
  readonly kinds?: readonly LinkKind[];
}

/**
 * Groups of ids, each sorted: one id, or the failing members of a cycle.
 *
 * @param isFailing undefined when it is not known
 */
export function deepestFailing(
  topology: Topology,
  isFailing: (id: string) => boolean | undefined,
  { from, kinds = DEPENDENCIES }: FailingOptions = {},
): string[][] {
  const within = from === undefined ? topology.nodes.keys() : [from, ...reach(topology, from, { direction: 'needs', kinds }).keys()];
  const state = new Map([...within].map((id) => [id, isFailing(id)]));
  const passable = new Set([...state].filter(([, failing]) => failing !== false).map(([id]) => id));
  const next = (id: string): string[] => neighbours(topology, id, 'needs', kinds).filter((other) => passable.has(other));
  const components = stronglyConnected([...passable], next);

  const componentOf = new Map(components.flatMap((members, index) => members.map((id) => [id, index] as const)));
  const fails: boolean[] = [];
  const deepest: string[][] = [];
  // What is needed comes last, so that from the end each component finds those that it needs already judged (and itself not yet).
  for (const [index, members] of [...components.entries()].toReversed()) {
    const needed = members.flatMap(next).map((id) => componentOf.get(id) as number);
    const failsBelow = needed.some((other) => fails[other]);
    const failing = members.filter((id) => state.get(id) === true).toSorted();
    if (failing.length > 0 && !failsBelow) deepest.push(failing);
    fails[index] = failing.length > 0 || failsBelow;
  }
  return deepest.toSorted((a, b) => ((a[0] as string) < (b[0] as string) ? -1 : 1));
}

/** In topological order: a component stands before those that it leads to. */
function stronglyConnected(ids: readonly string[], next: (id: string) => readonly string[]): string[][] {
  const before = new Map<string, string[]>();
  for (const id of ids) {
    for (const to of next(id)) {
      const known = before.get(to);
      if (known === undefined) before.set(to, [id]);
      else known.push(id);
    }
  }
  const assigned = new Set<string>();
  return finishingOrder(ids, next)
    .toReversed()
    .flatMap((root) => (assigned.has(root) ? [] : [collect(root, before, assigned)]));
}

function collect(root: string, before: ReadonlyMap<string, readonly string[]>, assigned: Set<string>): string[] {
  const members = [root];
  assigned.add(root);
  for (const member of members) {
    for (const other of before.get(member) ?? []) {
      if (assigned.has(other)) continue;
      assigned.add(other);
      members.push(other);
    }
  }
  return members;
}

/** Each after all that it leads to, cycles apart. */
function finishingOrder(ids: readonly string[], next: (id: string) => readonly string[]): string[] {
  const seen = new Set<string>();
  const finished: string[] = [];
  for (const root of ids) {
    if (seen.has(root)) continue;
    seen.add(root);
    const open = [{ id: root, rest: next(root).values() }];
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const step = top.rest.next();
      if (step.done === true) {
        finished.push(top.id);
        open.pop();
      } else if (!seen.has(step.value)) {
        seen.add(step.value);
        open.push({ id: step.value, rest: next(step.value).values() });
      }
    }
  }
  return finished;
}
