/** Makes patterns part of more general ones, as far as the evidence goes. */
import { createEvidence, type Evidence, hashesOf, type Member, placesOf } from './evidence.ts';
import { isVariable } from './learn.ts';
import { generalised, merge, type Pattern, rootOf, type Span } from './pattern.ts';
import type { PatternStore } from './store.ts';

export type Learn = (pattern: Pattern) => void;

/** @param nextId for patterns that no line has by itself */
export function createLearner(store: PatternStore, mostEntries: number, nextId: () => number): Learn {
  const evidence: Evidence = createEvidence(mostEntries);

  /** Ends, as each general pattern has fewer words than the one before. */
  function learn(pattern: Pattern): void {
    const hashes = hashesOf(pattern.words);
    for (const span of placesOf(pattern)) {
      const members = evidence.meet(pattern, span, hashes);
      if (isVariable(pattern, span, members)) join(pattern, span, members);
      if (pattern.into !== undefined) return;
    }
  }

  /** The pattern may itself be the general one, when it has a variable at this place. */
  function join(pattern: Pattern, span: Span, members: readonly Member[]): void {
    const fresh = generalised(nextId(), pattern, span);
    const known = store.find(fresh.key);
    const general = known ?? fresh;
    const root = rootOf(general);
    for (const member of members) if (member.pattern !== root) merge(member.pattern, member.span, general);
    if (known !== undefined) return;
    store.add(general);
    learn(general);
  }

  return learn;
}
