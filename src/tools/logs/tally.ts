/**
 * What a log says, counted line by line: kinds of lines, families of failures, exceptions, formats, levels, and when each was first and last said.
 *
 * Memory is bounded by the number of templates, not by that of lines. Lines come redacted and without what a terminal would hide. Lines of the
 * time before, added first, are what "new" is told against.
 */
import type { TemplateCounts } from '../../analysis/logTemplates/counter.ts';
import { copyOf } from '../../analysis/logTemplates/pattern.ts';
import { familyOfThrown } from './classify.ts';
import { createExceptions, type Exception } from './exceptions.ts';
import type { Family } from './families/family.ts';
import { createPending } from './pending.ts';
import { type Level, type LineFormat, type LogEntry, readLine } from './readLine.ts';
import { either, emptySlots, entry, increase, notSeen, type Place, type Seen, SLOTS, see, slotOf, sumOf } from './seen.ts';
import { byFrequency, noteTarget } from './targets.ts';
import { type Added, createKinds, LONGEST_SAMPLE, type TemplateSeen } from './templates.ts';

export interface FamilySeen extends Seen {
  readonly family: Family;
  /** The first line of it, and of some other kinds of it. */
  readonly samples: readonly { readonly line: number; readonly text: string }[];
  /** Addresses, names and files that its lines name, the most frequent first. */
  readonly targets: ReadonlyMap<string, number>;
  /** Not only warned of. */
  readonly grave: boolean;
}

export interface Tally {
  /** Empty ones and those of stack traces too. */
  readonly lines: number;
  readonly entries: number;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly formats: ReadonlyMap<LineFormat, number>;
  readonly levels: ReadonlyMap<Level, number>;
  /** Entries that tell of trouble. */
  readonly trouble: number;
  readonly templates: readonly TemplateSeen[];
  readonly families: readonly FamilySeen[];
  readonly exceptions: readonly Exception[];
  readonly slots: readonly number[];
  /** Absent when the time before was not seen. */
  readonly before?: TemplateCounts | undefined;
  readonly now: TemplateCounts;
  /** Lines of templates that were forgotten for want of room. */
  readonly forgotten: number;
}

export interface Tallying {
  /** @param share of the text that lies before the line, 0 to 1 */
  readonly addBefore: (line: string, share: number) => void;
  readonly add: (line: string, share: number) => void;
  readonly finish: () => Tally;
}

/** @param seconds how long each of the two times is, where there are two */
export function createTally(now: number, seconds?: { readonly before: number; readonly now: number }): Tallying {
  const kinds = createKinds();
  const groups = createGroups();
  const exceptions = createExceptions();
  const pending = createPending(exceptions);
  const formats = new Map<LineFormat, number>();
  const levels = new Map<Level, number>();
  const slots = emptySlots();
  let [lines, entries] = [0, 0];
  let from: number | undefined;
  let to: number | undefined;
  let last: (Told & Added) | undefined;

  function add(line: string, share: number): void {
    lines++;
    const slot = slotOf(share);
    slots[slot] = (slots[slot] ?? 0) + 1;
    if (line.trim() === '') return;
    const read = readLine(line, now);
    increase(formats, read.format);
    if (pending.goesOn(line, read)) return;
    entries++;
    if (read.level !== undefined) increase(levels, read.level);
    from = either(from, read.at, Math.min);
    to = either(to, read.at, Math.max);
    endEntry();
    const place = { line: lines, slot, at: read.at };
    last = { read, raw: line, place, ...kinds.add(read, line, place) };
    pending.begin(read, lines);
  }

  /** What was thrown says more than the line that it was logged with. */
  function endEntry(): void {
    const thrown = pending.end();
    if (last === undefined) return;
    const family = thrown === undefined ? last.family : familyOfThrown(thrown, last.family);
    if (family !== undefined) groups.add(family, last);
    if (family !== undefined && family !== last.family) last.is(family);
  }

  return {
    add,
    addBefore: (line, share) => {
      const read = line.trim() === '' ? undefined : readLine(line, now);
      if (read !== undefined && read.format !== 'continuation') kinds.addBefore(read.message, slotOf(share));
    },
    finish: () => {
      endEntry();
      const { templates, before, now: counts, forgotten } = kinds.finish(seconds !== undefined);
      const families = groups.all();
      const counted = { lines, entries, from, to, formats, levels, slots, forgotten };
      return {
        ...counted,
        templates,
        families,
        trouble: families.reduce((sum, { count }) => sum + count, 0),
        exceptions: exceptions.all(),
        before: seconds && countsOver(seconds.before, before),
        now: countsOver(seconds?.now ?? 1, counts),
      };
    },
  };
}

/** Of two times, few slots are compared: the busiest of many would be a matter of chance. */
const COMPARED_SLOTS = 12;

function countsOver(seconds: number, counts: TemplateCounts['counts']): TemplateCounts {
  const few = (slots: readonly number[]): number[] =>
    Array.from({ length: COMPARED_SLOTS }, (_, n) => sumOf(slots.slice((n * SLOTS) / COMPARED_SLOTS, ((n + 1) * SLOTS) / COMPARED_SLOTS)));
  return { seconds, slots: COMPARED_SLOTS, counts: new Map([...counts].map(([id, slots]) => [id, few(slots)])) };
}

interface Group extends Seen {
  readonly samples: { line: number; text: string }[];
  readonly targets: Map<string, number>;
  grave: boolean;
}

interface Told {
  readonly read: LogEntry;
  readonly raw: string;
  readonly place: Place;
  readonly isFirst: boolean;
}

const MOST_SAMPLES = 4;

function createGroups(): { readonly add: (family: Family, told: Told) => void; readonly all: () => FamilySeen[] } {
  const groups = new Map<Family, Group>();
  return {
    add: (family, { read, raw, place, isFirst }) => {
      const group = entry(groups, family, () => ({ ...notSeen(place), samples: [], targets: new Map<string, number>(), grave: false }));
      if (group.count === 0 || (isFirst && group.samples.length < MOST_SAMPLES)) {
        group.samples.push({ line: place.line, text: copyOf(raw.slice(0, LONGEST_SAMPLE)) });
      }
      if (read.level !== 'warning' && read.level !== 'info') group.grave = true;
      noteTarget(group.targets, read.message);
      see(group, place);
    },
    all: () => [...groups].map(([family, group]) => ({ ...group, family, targets: byFrequency(group.targets) })),
  };
}
