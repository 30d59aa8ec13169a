/** The patterns that are known, by key and by id, at most so many: the quarter that was not met for longest is forgotten when there are more. */
import type { Pattern } from './pattern.ts';

export interface PatternStore {
  find(key: string): Pattern | undefined;
  byId(id: number): Pattern | undefined;
  add(pattern: Pattern): void;
  all(): Iterable<Pattern>;
  /** Lines of templates that are forgotten. */
  forgottenLines(): number;
}

export function createPatternStore(capacity: number): PatternStore {
  const byKey = new Map<string, Pattern>();
  const byId = new Map<number, Pattern>();
  let forgottenLines = 0;

  /** A template is used whenever a pattern that is part of it is, so that it never goes before them. */
  function forgetOldest(): void {
    const used = [...byKey.values()].map((pattern) => pattern.used).sort((a, b) => a - b);
    const limit = used[Math.floor(used.length / 4)] ?? 0;
    for (const pattern of [...byKey.values()]) {
      if (pattern.used > limit) continue;
      byKey.delete(pattern.key);
      byId.delete(pattern.id);
      pattern.forgotten = true;
      if (pattern.into === undefined) forgottenLines += pattern.count;
    }
  }

  return {
    find: (key) => byKey.get(key),
    byId: (id) => byId.get(id),
    add(pattern) {
      if (byKey.size >= capacity) forgetOldest();
      byKey.set(pattern.key, pattern);
      byId.set(pattern.id, pattern);
    },
    all: () => byKey.values(),
    forgottenLines: () => forgottenLines,
  };
}
