/** Names that somebody may have meant: by edit distance with transpositions (optimal string alignment), which is how names get mistyped. */

/** Beyond this share of a name's length another name is not a slip of it. */
const FARTHEST = 0.4;

/** The candidates that `name` may be a slip of, the closest first, at most `most`. */
export function closest(name: string, candidates: readonly string[], most: number): string[] {
  return candidates
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .filter(({ candidate, distance }) => distance <= FARTHEST * Math.max(name.length, candidate.length))
    .toSorted((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

/** Insertions, deletions, substitutions and swaps of neighbours that lead from one to the other. Needs time in the product of their lengths. */
export function editDistance(from: string, to: string): number {
  let [beforeLast, last]: [number[], number[]] = [[], Array.from({ length: to.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const replaced = at(last, column - 1) + (same ? 0 : 1);
      const edited = Math.min(replaced, at(last, column) + 1, at(current, column - 1) + 1);
      current.push(swapped ? Math.min(edited, at(beforeLast, column - 2) + 1) : edited);
    }
    [beforeLast, last] = [last, current];
  }
  return at(last, to.length);
}

const at = (row: readonly number[], column: number): number => row[column] ?? Number.POSITIVE_INFINITY;
