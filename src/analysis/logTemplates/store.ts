/**
 * The patterns that are known, by key and by id, about so many: the quarter that was not met for longest is forgotten when there are more.
 *
 * What became of an id is remembered for longer, so that counts kept under it still find their template.
 */
import type { Pattern } from './pattern.ts';

export interface PatternStore {
  find(key: string): Pattern | undefined;
  byId(id: number): Pattern | undefined;
  add(pattern: Pattern): void;
  /** Forgets what there is too much of. Not done by `add`, so that nothing goes while a line is at work. */
  trim(): void;
  all(): Iterable<Pattern>;
  /** Lines of templates that are forgotten. */
  forgottenLines(): number;
}

const IDS_A_PATTERN = 8;

export function createPatternStore(capacity: number): PatternStore {
  const byKey = new Map<string, Pattern>();
  const byId = new Map<number, Pattern>();
  let forgottenLines = 0;

  /** A template is used whenever a pattern that is part of it is, so that it never goes before them. */
  function forgetOldest(): void {
    const used = [...byKey.values()].map((pattern) => pattern.used).sort((a, b) => a - b);
    const limit = used[Math.floor(used.length / 4)] ?? 0;
    for (const [key, pattern] of byKey) {
      if (pattern.used > limit) continue;
      byKey.delete(key);
      pattern.forgotten = true;
      if (pattern.into !== undefined) continue;
      forgottenLines += pattern.count;
      byId.delete(pattern.id);
    }
  }

  /** Half of them at a time: one by one, each would have to be looked for behind the places of those that went before. */
  function forgetOldestIds(): void {
    for (const id of byId.keys()) {
      if (byId.size <= (capacity * IDS_A_PATTERN) / 2) return;
      byId.delete(id);
    }
  }

  return {
    find: (key) => byKey.get(key),
    byId: (id) => byId.get(id),
    add(pattern) {
      byKey.set(pattern.key, pattern);
      byId.set(pattern.id, pattern);
    },
    trim() {
      if (byKey.size > capacity) forgetOldest();
      if (byId.size > capacity * IDS_A_PATTERN) forgetOldestIds();
    },
    all: () => byKey.values(),
    forgottenLines: () => forgottenLines,
  };
}
