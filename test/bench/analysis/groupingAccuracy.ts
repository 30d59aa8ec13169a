/**
 * How well lines were grouped, against the groups they belong to.
 *
 * As logparser's evaluator has it (Zhu et al., "Tools and Benchmarks for Automated Log Parsing", ICSE-SEIP 2019): a line counts when its group
 * has exactly the lines of its true group. The F1 score counts groups in place of lines (Khan et al., "Guidelines for Assessing the Accuracy of
 * Log Message Template Identification Techniques", ICSE 2022), so that rare templates weigh as much as frequent ones.
 */

export interface Grouping {
  /** Share of lines in groups that are right: GA. */
  readonly accuracy: number;
  /** Harmonic mean of precision and recall over groups: FGA. */
  readonly f1: number;
  readonly found: number;
  readonly truth: number;
}

/** @param found and @param truth name the group of each line, in the same order */
export function groupingOf(found: readonly (number | string)[], truth: readonly (number | string)[]): Grouping {
  if (found.length !== truth.length) throw new Error(`${found.length} lines were grouped, ${truth.length} have a true group`);
  const sizes = sizesOf(truth);
  const groups = new Map<number | string, { readonly truth: number | string; size: number; pure: boolean }>();
  for (const [line, name] of found.entries()) {
    const own = truth[line] ?? '';
    const group = groups.get(name);
    if (group === undefined) groups.set(name, { truth: own, size: 1, pure: true });
    else {
      group.size++;
      group.pure &&= group.truth === own;
    }
  }
  const right = [...groups.values()].filter((group) => group.pure && sizes.get(group.truth) === group.size);
  const lines = right.reduce((sum, { size }) => sum + size, 0);
  return {
    accuracy: found.length === 0 ? 1 : lines / found.length,
    f1: groups.size + sizes.size === 0 ? 1 : (2 * right.length) / (groups.size + sizes.size),
    found: groups.size,
    truth: sizes.size,
  };
}

function sizesOf(names: readonly (number | string)[]): ReadonlyMap<number | string, number> {
  const sizes = new Map<number | string, number>();
  for (const name of names) sizes.set(name, (sizes.get(name) ?? 0) + 1);
  return sizes;
}
