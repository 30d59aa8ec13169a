/**
 * Follows failing calls from callers to callees, to the ends of their chains: who is called in vain and calls nobody so.
 *
 * In a cycle each member may be the cause, so a strongly connected component is one answer. Right as far as the links are: a caller whose failing
 * callee is not among them is the end of its chain. Source of the components: Sharir, "A strong-connectivity algorithm and its applications in
 * data flow analysis" (1981). Linear time, no recursion.
 */

/** A call that fails. Ids are the caller's. */
export interface FailingLink {
  readonly from: string;
  readonly to: string;
}

/** Groups of ids, each sorted: one id, or the members of a cycle. */
export function deepestFailing(links: readonly FailingLink[]): string[][] {
  const ids = [...new Set(links.flatMap(({ from, to }) => [from, to]))];
  const callees = Map.groupBy(links, ({ from }) => from);
  const next = (id: string): string[] => (callees.get(id) ?? []).map(({ to }) => to).filter((to) => to !== id);
  const components = stronglyConnected(ids, next);
  const componentOf = new Map(components.flatMap((members, index) => members.map((id) => [id, index] as const)));
  const ends = components.filter((members, index) => members.every((id) => next(id).every((to) => componentOf.get(to) === index)));
  return ends.map((members) => members.toSorted()).toSorted((a, b) => ((a[0] as string) < (b[0] as string) ? -1 : 1));
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
