/** Chance that can be had again: the same seed gives the same storm. */
export interface Random {
  /** From 0 to 1. */
  readonly next: () => number;
  readonly whole: (from: number, to: number) => number;
  readonly pick: <T>(from: readonly T[]) => T;
  readonly chance: (probability: number) => boolean;
  readonly shuffled: <T>(from: readonly T[]) => T[];
}

/** mulberry32 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const whole = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    whole,
    chance: (probability) => next() < probability,
    pick: (from) => {
      const found = from[whole(0, from.length - 1)];
      if (found === undefined) throw new RangeError('nothing to pick from');
      return found;
    },
    shuffled: (from) => {
      const list = [...from];
      for (let at = list.length - 1; at > 0; at -= 1) {
        const other = whole(0, at);
        [list[at], list[other]] = [list[other] as (typeof list)[number], list[at] as (typeof list)[number]];
      }
      return list;
    },
  };
}
