/** Makes patterns part of more general ones, as far as the evidence goes. */
import { createEvidence, hashesOf, type Member, placesOf } from './evidence.ts';
import { createFrequency } from './frequency.ts';
import { isVariable } from './learn.ts';
import { generalised, merge, type Pattern, rootOf, type Span } from './pattern.ts';
import type { PatternStore } from './store.ts';

export type Learn = (pattern: Pattern) => void;

/** Patterns that stand for the same common words, until they are one. */
const FILLINGS_OF_SEVERAL = 10;
const MOST_SKETCHES = 1024;

/** @param nextId for patterns that no line has by itself */
export function createLearner(store: PatternStore, mostEntries: number, nextId: () => number): Learn {
  const evidence = createEvidence(mostEntries);
  const frequency = createFrequency();
  const alike = new Map<string, Pattern[]>();

  /** Ends, as each general pattern has fewer words than the one before. */
  function learnByPlace(pattern: Pattern): void {
    const hashes = hashesOf(pattern.words);
    for (const span of placesOf(pattern)) {
      const members = evidence.meet(pattern, span, hashes);
      if (isVariable(pattern, span, members)) join(pattern, span, members);
      if (pattern.into !== undefined) return;
    }
  }

  /** The pattern may itself be the general one, when it has a variable at this place. */
  function join(pattern: Pattern, span: Span, members: readonly Member[]): void {
    const general = known(generalised(nextId(), pattern, [span]));
    const root = rootOf(general.pattern);
    for (const member of members) if (member.pattern !== root) merge(member.pattern, [member.span], general.pattern);
    if (general.fresh) learnByPlace(general.pattern);
  }

  function known(pattern: Pattern): { readonly pattern: Pattern; readonly fresh: boolean } {
    const before = store.find(pattern.key);
    if (before !== undefined) return { pattern: before, fresh: false };
    store.add(pattern);
    return { pattern, fresh: true };
  }

  function learnByFrequency(pattern: Pattern): void {
    frequency.count(pattern);
    const spans = frequency.rarePlaces(pattern);
    if (spans.length === 0) return;
    const sketch = generalised(0, pattern, spans);
    const before = store.find(sketch.key);
    if (before !== undefined) return merge(pattern, spans, before);
    const members = (alike.get(sketch.key) ?? []).filter((member) => member.into === undefined && !member.forgotten && member !== pattern);
    members.push(pattern);
    if (alike.size >= MOST_SKETCHES) alike.clear();
    alike.set(sketch.key, members);
    if (members.length < FILLINGS_OF_SEVERAL) return;
    alike.delete(sketch.key);
    const general = generalised(nextId(), pattern, spans);
    store.add(general);
    for (const member of members) merge(member, spans, general);
    learnByPlace(general);
  }

  return (pattern) => {
    learnByPlace(pattern);
    if (pattern.into === undefined) learnByFrequency(pattern);
  };
}
