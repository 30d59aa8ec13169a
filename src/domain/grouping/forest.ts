/** The surest explanation of each subject, taken in turn, so that no circle closes: what comes out are trees with an origin at each root. */
import type { Explanation } from './explain.ts';
import type { Subject } from './subjects.ts';

export interface Forest {
  readonly parentOf: (subject: Subject) => Explanation | undefined;
  readonly rootOf: (subject: Subject) => Subject;
  /** Passed over where the effect has a cause already, or is itself at the root of what is said to be its cause. */
  readonly join: (explanations: readonly Explanation[]) => void;
}

export function createForest(): Forest {
  const parents = new Map<Subject, Explanation>();
  const rootOf = (subject: Subject): Subject => {
    const parent = parents.get(subject);
    return parent === undefined ? subject : rootOf(parent.cause);
  };
  return {
    parentOf: (subject) => parents.get(subject),
    rootOf,
    join: (explanations) => {
      for (const explanation of explanations.toSorted(surestFirst)) {
        const { effect, cause } = explanation;
        if (!parents.has(effect) && rootOf(cause) !== effect) parents.set(effect, explanation);
      }
    },
  };
}

/** By score, then by what begins first, then by name: never by the order in which things came. */
function surestFirst(a: Explanation, b: Explanation): number {
  return (
    b.score - a.score ||
    startOf(a.cause) - startOf(b.cause) ||
    compare(a.cause.entity, b.cause.entity) ||
    startOf(a.effect) - startOf(b.effect) ||
    compare(a.effect.entity, b.effect.entity)
  );
}

const startOf = ({ start }: Subject): number => start ?? 0;
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
