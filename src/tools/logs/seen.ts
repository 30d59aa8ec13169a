/** How often something was said, when and where in the text first and last, and how it is spread over it. */

export const SLOTS = 60;

export interface Seen {
  count: number;
  readonly firstLine: number;
  lastLine: number;
  firstAt?: number | undefined;
  lastAt?: number | undefined;
  /** Lines by their place in the text, in `SLOTS` equal parts. */
  readonly slots: number[];
}

/** Where a line stands. */
export interface Place {
  /** Number of the line, from 1. */
  readonly line: number;
  readonly slot: number;
  /** Milliseconds since the epoch, where it says so. */
  readonly at?: number | undefined;
}

export const emptySlots = (): number[] => Array.from({ length: SLOTS }, () => 0);

/** @param share of the text that lies before the line, 0 to 1 */
export const slotOf = (share: number): number => Math.min(SLOTS - 1, Math.max(0, Math.floor(share * SLOTS)));

export const notSeen = ({ line }: Place): Seen => ({ count: 0, firstLine: line, lastLine: line, slots: emptySlots() });

export function see(seen: Seen, { line, slot, at }: Place): void {
  seen.count++;
  seen.lastLine = line;
  seen.slots[slot] = (seen.slots[slot] ?? 0) + 1;
  seen.firstAt = either(seen.firstAt, at, Math.min);
  seen.lastAt = either(seen.lastAt, at, Math.max);
}

export function both(a: Seen, b: Seen): Seen {
  return {
    count: a.count + b.count,
    firstLine: Math.min(a.firstLine, b.firstLine),
    lastLine: Math.max(a.lastLine, b.lastLine),
    firstAt: either(a.firstAt, b.firstAt, Math.min),
    lastAt: either(a.lastAt, b.lastAt, Math.max),
    slots: a.slots.map((count, slot) => count + (b.slots[slot] ?? 0)),
  };
}

export function either(a: number | undefined, b: number | undefined, choose: (a: number, b: number) => number): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : choose(a, b);
}

export const increase = <K>(counts: Map<K, number>, key: K): void => void counts.set(key, (counts.get(key) ?? 0) + 1);

export function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}

export const sumOf = (counts: readonly number[] = []): number => counts.reduce((sum, count) => sum + count, 0);
