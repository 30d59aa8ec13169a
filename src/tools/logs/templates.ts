/** The kinds of lines of a log, each with its family of failures if it has one, now and in the time before. */
import type { TemplateCounts } from '../../analysis/logTemplates/counter.ts';
import { createTemplateMiner } from '../../analysis/logTemplates/miner.ts';
import { copyOf } from '../../analysis/logTemplates/pattern.ts';
import { familyOf } from './classify.ts';
import type { Family } from './families/family.ts';
import type { Level, LogEntry } from './readLine.ts';
import { both, emptySlots, entry, notSeen, type Place, type Seen, SLOTS, see, sumOf } from './seen.ts';

export interface TemplateSeen extends Seen {
  readonly id: number;
  readonly template: string;
  readonly level?: Level | undefined;
  readonly family?: Family | undefined;
  readonly sample: string;
  /** Lines of it in the time before; absent when that was not seen. */
  readonly before?: number | undefined;
}

export interface Kinds {
  addBefore(message: string, slot: number): void;
  add(read: LogEntry, raw: string, place: Place): Added;
  /** @param isCompared whether the time before was seen */
  finish(isCompared: boolean): KindsSeen;
}

export interface Added {
  readonly family: Family | undefined;
  /** It is the first line of its template. */
  readonly isFirst: boolean;
  /** What followed the line says more of it than the line. */
  readonly is: (family: Family) => void;
}

export interface KindsSeen {
  /** The most frequent first. */
  readonly templates: readonly TemplateSeen[];
  readonly now: TemplateCounts['counts'];
  readonly before: TemplateCounts['counts'];
  readonly forgotten: number;
}

export const LONGEST_SAMPLE = 400;
/** So many lines of a template that are of one family make the family of the template; now and then one is looked at again. */
const SURE = 8;
const LOOK_AGAIN = 64;

interface Known extends Seen {
  family: Family | undefined;
  alike: number;
  readonly level: Level | undefined;
  readonly sample: string;
}

export function createKinds(): Kinds {
  const miner = createTemplateMiner({ longestSample: LONGEST_SAMPLE });
  const known = new Map<number, Known>();
  const before = new Map<number, number[]>();
  const root = (id: number): number => miner.resolve(id);
  return {
    addBefore(message, slot) {
      const counts = entry(before, miner.add(message), emptySlots);
      counts[slot] = (counts[slot] ?? 0) + 1;
    },
    add(read, raw, place) {
      const seen = entry(known, miner.add(read.message), () => begun(read, raw, place));
      const family = familyIn(seen, read);
      see(seen, place);
      return {
        family,
        isFirst: seen.count === 1,
        is: (better) => {
          seen.family = better;
          seen.alike = 0;
        },
      };
    },
    finish(isCompared) {
      const merged = mergedKinds(known, root);
      const past = summed(before, root);
      const templates = miner.templates().flatMap(({ id, template }): TemplateSeen[] => {
        const seen = merged.get(id);
        return seen === undefined ? [] : [{ ...seen, id, template, before: isCompared ? sumOf(past.get(id)) : undefined }];
      });
      return {
        templates,
        now: new Map([...merged].map(([id, { slots }]) => [id, slots])),
        before: past,
        forgotten: miner.forgottenLines(),
      };
    },
  };
}

function begun({ level }: LogEntry, raw: string, place: Place): Known {
  return { ...notSeen(place), family: undefined, alike: 0, level, sample: copyOf(raw.slice(0, LONGEST_SAMPLE)) };
}

function familyIn(seen: Known, read: LogEntry): Family | undefined {
  const isKnown = seen.alike >= SURE && seen.count % LOOK_AGAIN !== 0 && read.level === seen.level && (read.status ?? 0) < 500;
  if (isKnown) return seen.family;
  const family = familyOf(read);
  seen.alike = family === seen.family || seen.count === 0 ? seen.alike + 1 : 0;
  seen.family = family ?? seen.family;
  return family;
}

/** Templates become one as they are learnt. */
function mergedKinds(known: ReadonlyMap<number, Known>, root: (id: number) => number): Map<number, Known> {
  const merged = new Map<number, Known>();
  for (const [id, seen] of known) {
    const other = merged.get(root(id));
    merged.set(root(id), other === undefined ? seen : joined(other, seen));
  }
  return merged;
}

function joined(a: Known, b: Known): Known {
  const [first, second] = a.firstLine <= b.firstLine ? [a, b] : [b, a];
  return { ...first, ...both(a, b), family: first.family ?? second.family, level: first.level ?? second.level };
}

function summed(counts: ReadonlyMap<number, readonly number[]>, root: (id: number) => number): Map<number, number[]> {
  const sums = new Map<number, number[]>();
  for (const [id, slots] of counts) {
    const own = entry(sums, root(id), emptySlots);
    for (let slot = 0; slot < SLOTS; slot++) own[slot] = (own[slot] ?? 0) + (slots[slot] ?? 0);
  }
  return sums;
}
