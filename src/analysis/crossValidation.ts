/**
 * Judging a model by cases that it was not fitted on: k folds, each judged by what the others teach.
 *
 * The same seed makes the same folds. Cases of one group (the same fault injected several times, say) stay in one fold, else the model has seen the
 * answers; strata (classes) are dealt out evenly. Source: Stone, "Cross-validatory choice and assessment of statistical predictions", JRSS B 36 (1974).
 */

export interface FoldOptions<Item> {
  /** Never more than there are groups. */
  readonly k: number;
  readonly seed: number;
  /** Each item by itself if not said. */
  readonly groupOf?: (item: Item) => string;
  /** Of a group, the stratum of its first item; one stratum if not said. */
  readonly stratumOf?: (item: Item) => string;
}

export function foldsOf<Item>(items: readonly Item[], { k, seed, groupOf, stratumOf = () => '' }: FoldOptions<Item>): Item[][] {
  const groups = groupOf === undefined ? items.map((item) => [item]) : [...Map.groupBy(items, groupOf).values()];
  const strata = Map.groupBy(shuffled(groups, seed), ([first]) => stratumOf(first as Item));
  const folds: Item[][] = Array.from({ length: Math.max(1, Math.min(k, groups.length)) }, () => []);
  for (const [, dealt] of [...strata].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    // To the smallest fold, the first of equals: strata go round, and large groups are made up for.
    for (const group of dealt) folds.reduce((least, fold) => (fold.length < least.length ? fold : least)).push(...group);
  }
  return folds;
}

/** Each item with what a model says that was fitted on the other folds; with a single fold there are none to fit on, and the answer is empty. */
export function crossValidate<Item, Model, Answer>(
  items: readonly Item[],
  options: FoldOptions<Item>,
  fit: (training: readonly Item[]) => Model,
  ask: (model: Model, item: Item) => Answer,
): { readonly item: Item; readonly answer: Answer }[] {
  const folds = foldsOf(items, options);
  if (folds.length < 2) return [];
  return folds.flatMap((fold) => {
    const model = fit(folds.filter((other) => other !== fold).flat());
    return fold.map((item) => ({ item, answer: ask(model, item) }));
  });
}

/** Fisher and Yates. */
function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const result = [...items];
  const random = randomFrom(seed);
  for (let last = result.length - 1; last > 0; last -= 1) {
    const chosen = Math.floor(random() * (last + 1));
    [result[last], result[chosen]] = [result[chosen] as Item, result[last] as Item];
  }
  return result;
}

/** Mulberry32 (Ettinger, public domain): 0 up to 1, good enough to shuffle with. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
