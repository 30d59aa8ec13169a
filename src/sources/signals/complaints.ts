/**
 * What a workload's logs complain of, as templates: which are new, surging or gone against the same time a day before, and which are as ever.
 *
 * What was complained of yesterday as often is no news of today's trouble. Where yesterday could not be seen nothing is new, only known now.
 * Pure. Lines come redacted and cleaned; a template is their words, and no order to anybody.
 */
import { compareTemplates, type TemplateChange, type TemplateChanges } from '../../analysis/logTemplates/compare.ts';
import { createTemplateCounter, type TemplateCounter, type TemplateCounts } from '../../analysis/logTemplates/counter.ts';
import { messageOf } from '../../analysis/logTemplates/message.ts';
import { createTemplateMiner } from '../../analysis/logTemplates/miner.ts';
import type { LogLine } from '../logs.ts';
import { earlier, type TimeWindow } from '../window.ts';
import type { LogSignals } from './logSignals.ts';

export interface Complaint {
  readonly template: string;
  /** The last line of it, without what stands before its message. */
  readonly sample: string;
  readonly change: 'new' | 'surging' | 'vanished' | 'steady';
  /** Lines. */
  readonly now: number;
  /** Absent where the day before could not be seen. */
  readonly dayBefore?: number | undefined;
  /** When the first of them was, about, in milliseconds since the epoch; absent for those that are gone. */
  readonly since?: number | undefined;
}

const DAY_MS = 24 * 3_600_000;
const SLOTS = 24;
const MOST = 20;
const SAMPLE_CHARACTERS = 400;

/** The news first, and of those the most frequent; at most twenty. @param window in which the lines of now are */
export function complaintsOf({ now, dayBefore }: LogSignals, window: TimeWindow): Complaint[] {
  const miner = createTemplateMiner({ longestSample: SAMPLE_CHARACTERS });
  const past = counted(createTemplateCounter(miner, windowOf(dayBefore, earlier(DAY_MS, window))), dayBefore?.lines ?? []);
  const seen = windowOf(now, window);
  const present = counted(createTemplateCounter(miner, seen), now.lines);
  const [before, counts] = [past(), present()];
  const changes = dayBefore === undefined ? undefined : compareTemplates(before, counts);
  const complaints = miner.templates().flatMap(({ id, template, lastSample }): Complaint[] => {
    const [here, there] = [sumOf(counts, id), sumOf(before, id)];
    const change = changeOf(id, changes);
    if (here === 0 && change !== 'vanished') return [];
    return [{ template, sample: lastSample, change, now: here, dayBefore: changes && there, since: firstOf(counts, id, seen) }];
  });
  return complaints.toSorted((a, b) => RANK[a.change] - RANK[b.change] || b.now - a.now).slice(0, MOST);
}

const RANK: Readonly<Record<Complaint['change'], number>> = { new: 0, surging: 1, vanished: 2, steady: 3 };

/** Whether it may have to do with what is wrong now. */
export const isNews = ({ change, dayBefore }: Complaint): boolean => change === 'new' || change === 'surging' || dayBefore === undefined;

/** Of lines that were cut, the time that those cover which were kept. */
function windowOf(seen: LogSignals['dayBefore'], { start, end }: TimeWindow): { from: number; to: number; slots: number } {
  const from = seen?.truncated === true ? (seen.lines[0]?.at ?? start) : start;
  return { from: Math.min(from, end - 1), to: end + 1, slots: SLOTS };
}

/** All lines are mined before any is counted for good: templates become one as they are learnt. */
function counted(counter: TemplateCounter, lines: readonly LogLine[]): () => TemplateCounts {
  for (const { at, line } of lines) counter.add(messageOf(firstLineOf(line)), at);
  return () => counter.counts();
}

/** What follows is where it happened. */
const firstLineOf = (line: string): string => line.split('\n', 1)[0] ?? '';

function changeOf(id: number, changes: TemplateChanges | undefined): Complaint['change'] {
  const has = (list: readonly TemplateChange[] = []): boolean => list.some((change) => change.id === id);
  if (has(changes?.fresh)) return 'new';
  if (has(changes?.surging)) return 'surging';
  return has(changes?.vanished) ? 'vanished' : 'steady';
}

const sumOf = ({ counts }: TemplateCounts, id: number): number => (counts.get(id) ?? []).reduce((total, count) => total + count, 0);

function firstOf({ counts }: TemplateCounts, id: number, { from, to, slots }: ReturnType<typeof windowOf>): number | undefined {
  const slot = (counts.get(id) ?? []).findIndex((count) => count > 0);
  return slot === -1 ? undefined : from + Math.floor((slot * (to - from)) / slots);
}
