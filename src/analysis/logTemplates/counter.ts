/**
 * How often each template occurred in a window of time, in slots: for comparing windows (`compare.ts`).
 *
 * Two counters of one miner know the same templates by the same ids, also after templates have been merged.
 */
import type { TemplateMiner } from './miner.ts';

export interface WindowOfTime {
  /** Milliseconds since the epoch; lines before it and from `to` on are not counted. */
  readonly from: number;
  readonly to: number;
  /** Into how many parts of equal length the window is divided. */
  readonly slots: number;
}

export interface TemplateCounts {
  readonly seconds: number;
  readonly slots: number;
  /** Occurrences in each slot, by the id of the template. */
  readonly counts: ReadonlyMap<number, readonly number[]>;
}

export interface TemplateCounter {
  /** @param at milliseconds since the epoch */
  add(line: string, at: number): void;
  counts(): TemplateCounts;
}

export function createTemplateCounter(miner: TemplateMiner, { from, to, slots }: WindowOfTime): TemplateCounter {
  const length = to - from;
  const byId = new Map<number, number[]>();

  function slotsOf(counts: Map<number, number[]>, id: number): number[] {
    const known = counts.get(id);
    if (known !== undefined) return known;
    const fresh = Array.from({ length: slots }, () => 0);
    counts.set(id, fresh);
    return fresh;
  }

  return {
    add(line, at) {
      if (!(at >= from && at < to)) return;
      const slot = Math.min(slots - 1, Math.floor(((at - from) / length) * slots));
      const counts = slotsOf(byId, miner.add(line));
      counts[slot] = (counts[slot] ?? 0) + 1;
    },
    counts() {
      const resolved = new Map<number, number[]>();
      for (const [id, counts] of byId) {
        const sums = slotsOf(resolved, miner.resolve(id));
        for (const [slot, count] of counts.entries()) sums[slot] = (sums[slot] ?? 0) + count;
      }
      return { seconds: length / 1000, slots, counts: resolved };
    },
  };
}
