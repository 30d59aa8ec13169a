/**
 * Whether what a log says is news: against the time before where that was seen, and else within the text itself.
 *
 * `new` and `surging` are told by the templates of the time before (`compareTemplates`); `late` begins after a fifth of the text and goes on or comes
 * again, `burst` is said nearly all in a twentieth of it, `ended` was said all along and stops; the others are `steady`: as ever, whatever they say.
 */
import { compareTemplates } from '../../analysis/logTemplates/compare.ts';
import { type Seen, sumOf } from './seen.ts';
import type { FamilySeen, Tally } from './tally.ts';
import type { TemplateSeen } from './templates.ts';

export const NOVELTIES = ['new', 'surging', 'late', 'burst', 'ended', 'steady'] as const;
export type Novelty = (typeof NOVELTIES)[number];

/** In fewer lines nothing begins late. */
const LEAST_LINES = 40;
const LATE = 0.2;
const BURST_SLOTS = 3;
const BURST_SHARE = 0.8;
const LEAST_BURST = 10;
const LEAST_ENDED = 20;

export interface News {
  readonly ofTemplate: (seen: TemplateSeen) => Novelty;
  readonly ofFamily: (seen: FamilySeen) => Novelty;
}

export function newsOf(tally: Tally): News {
  const { before, now, templates } = tally;
  const changes = before === undefined ? undefined : compareTemplates(before, now);
  const surging = new Set(changes?.surging.map(({ id }) => id));
  const ofTemplate = (seen: TemplateSeen): Novelty => {
    if (changes === undefined) return within(seen, tally);
    if (seen.before === 0) return 'new';
    return surging.has(seen.id) ? 'surging' : 'steady';
  };
  return {
    ofTemplate,
    ofFamily: (seen) => {
      if (changes === undefined) return within(seen, tally);
      const own = templates.filter(({ family }) => family === seen.family);
      if (own.length > 0 && own.every((one) => one.before === 0)) return 'new';
      return own.some((one) => ofTemplate(one) !== 'steady') ? 'surging' : 'steady';
    },
  };
}

/** How far into the text it begins, 0 to 1: by time where lines have one, else by lines. */
export function onsetOf({ firstAt, firstLine }: Seen, { from, to, lines }: Pick<Tally, 'from' | 'to' | 'lines'>): number {
  if (firstAt !== undefined && from !== undefined && to !== undefined && to > from) return (firstAt - from) / (to - from);
  return (firstLine - 1) / Math.max(1, lines);
}

function within(seen: Seen, tally: Tally): Novelty {
  if (tally.lines < LEAST_LINES) return 'steady';
  if (seen.count >= LEAST_BURST && densest(seen.slots) >= BURST_SHARE * seen.count) return 'burst';
  if (onsetOf(seen, tally) >= LATE) return 'late';
  return seen.count >= LEAST_ENDED && seen.lastLine < (1 - LATE) * tally.lines && onsetOf(seen, tally) < 0.05 ? 'ended' : 'steady';
}

/** The most lines in adjacent slots. */
function densest(slots: readonly number[]): number {
  let most = 0;
  for (let at = 0; at < slots.length; at++) {
    most = Math.max(most, sumOf(slots.slice(at, at + BURST_SLOTS)));
  }
  return most;
}

/** Said from the beginning on in most parts of the text, as often as before the trouble. */
export function isNoise(seen: Seen, tally: Tally): boolean {
  const used = tally.slots.filter((n) => n > 0).length;
  return onsetOf(seen, tally) < 0.1 && seen.slots.filter((n) => n > 0).length >= 0.6 * used && used >= 10;
}
