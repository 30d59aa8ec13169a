/**
 * The likely cause among the families of failures in a log: what came first, and explains the rest.
 *
 * Every family is weighed by what it is (wrong in itself, a dependency that fails, only an effect), by the share of all trouble that it is or is
 * known to bring about and that came no earlier, and by whether it came first. What was said all along while other trouble began is no cause of it.
 * A log shows what a program saw, so the confidence never reaches certainty; where two stand level, or nothing but "it fails" is said, the cause is
 * not known, and that is the answer.
 */
import type { FamilyKind } from './families/family.ts';
import { isNoise, type News, type Novelty, onsetOf } from './novelty.ts';
import type { FamilySeen, Tally } from './tally.ts';

export interface Candidate {
  readonly seen: FamilySeen;
  readonly novelty: Novelty;
  /** 0 to 1. */
  readonly score: number;
  readonly isFirst: boolean;
  /** Of the lines of trouble, what it is or explains, 0 to 1. */
  readonly share: number;
  /** Families that follow from it, here. */
  readonly explained: readonly FamilySeen[];
}

export interface Cause {
  /** Absent: not known. */
  readonly best?: Candidate | undefined;
  /** In percent; 0 when it is not known. */
  readonly confidence: number;
  readonly because: readonly string[];
  /** The likeliest first. */
  readonly candidates: readonly Candidate[];
}

const WEIGHTS: Readonly<Record<FamilyKind, number>> = { root: 1, dependency: 0.85, effect: 0.4, unknown: 0.35 };
const NOISE = 0.35;
/** Clocks of threads differ: what comes this much later, as a share of the text or in milliseconds, came at the same time. */
const SAME_TIME_MS = 2_000;
const SAME_TIME_SHARE = 0.01;
const LEAST_SCORE = 0.3;
const LEAST_LEAD = 0.06;
const MOST_CONFIDENT = 90;

export function causeOf(tally: Tally, news: News): Cause {
  const seen = tally.families.filter(({ family }) => family.name !== 'OtherWarnings');
  const candidates = seen
    .map((one) => weighed(one, seen, tally, news.ofFamily(one)))
    .toSorted((a, b) => b.score - a.score || a.seen.firstLine - b.seen.firstLine);
  const [best, second] = candidates;
  if (best === undefined) return { confidence: 0, because: [], candidates };
  const rival = second !== undefined && !best.explained.includes(second.seen) ? second : undefined;
  const lead = best.score - (rival?.score ?? 0);
  const why = unclear(best, rival, lead);
  if (why !== undefined) return { confidence: 0, because: [why], candidates };
  return { best, confidence: confidenceIn(best, lead, tally), because: reasonsFor(best, tally), candidates };
}

function weighed(one: FamilySeen, all: readonly FamilySeen[], tally: Tally, novelty: Novelty): Candidate {
  const explained = all.filter(
    (other) => other !== one && one.family.explains.includes(other.family.name) && !isEarlier(other, one, tally),
  );
  const total = all.reduce((sum, { count }) => sum + count, 0);
  const share = (one.count + explained.reduce((sum, { count }) => sum + count, 0)) / Math.max(1, total);
  const others = all.filter((other) => other !== one);
  const isFirst = others.every((other) => !isEarlier(other, one, tally));
  const isBackground = novelty === 'steady' && isNoise(one, tally) && others.some((other) => isApart(other, one, total, tally));
  const score = WEIGHTS[one.family.kind] * (0.2 + 0.5 * share + (isFirst ? 0.3 : 0)) * (isBackground ? NOISE : 1) * (one.grave ? 1 : 0.8);
  return { seen: one, novelty, score, isFirst, share, explained };
}

/** Trouble that begins later and does not follow from it: what was there all along is not why. */
function isApart(other: FamilySeen, one: FamilySeen, total: number, tally: Tally): boolean {
  if (onsetOf(other, tally) < 0.15 || one.family.explains.includes(other.family.name)) return false;
  return other.family.kind === 'root' || other.family.kind === 'dependency' || other.count >= 0.2 * total;
}

/** A log line or a moment earlier is no order. */
function isEarlier(a: FamilySeen, b: FamilySeen, tally: Tally): boolean {
  if (isNoise(a, tally) && !isNoise(b, tally)) return false;
  if (a.firstAt !== undefined && b.firstAt !== undefined) return a.firstAt < b.firstAt - SAME_TIME_MS;
  return a.firstLine < b.firstLine - Math.max(2, SAME_TIME_SHARE * tally.lines);
}

function unclear(best: Candidate, rival: Candidate | undefined, lead: number): string | undefined {
  if (best.seen.family.kind === 'unknown' && best.seen.family.name !== 'UncaughtException')
    return 'the errors say that something fails, and not why';
  if (best.score < LEAST_SCORE) return 'nothing in it came first or explains most of the rest';
  if (rival !== undefined && lead < LEAST_LEAD)
    return `${lower(best.seen.family.title)} and ${lower(rival.seen.family.title)} stand level, and neither explains the other`;
  return undefined;
}

function confidenceIn({ seen, share, isFirst, explained, novelty }: Candidate, lead: number, { lines }: Tally): number {
  const base = { root: 42, dependency: 34, effect: 18, unknown: 25 }[seen.family.kind];
  const news = novelty === 'new' || novelty === 'late' || novelty === 'surging' || novelty === 'burst' ? 6 : 0;
  const sum =
    base +
    30 * (share - 0.2) +
    (isFirst ? 10 : 0) +
    Math.min(8, 4 * explained.length) +
    Math.min(10, 20 * lead) +
    news -
    (lines < 5 ? 15 : 0);
  return Math.round(Math.min(MOST_CONFIDENT, Math.max(10, sum)));
}

function reasonsFor({ seen, isFirst, explained, share, novelty }: Candidate, tally: Tally): string[] {
  const alone = tally.families.filter(({ family }) => family.name !== 'OtherWarnings').length === 1;
  const reasons: string[] = [];
  if (alone) reasons.push('it is the only kind of trouble in the log');
  else if (isFirst) reasons.push('no other trouble came before it');
  if (explained.length > 0)
    reasons.push(`it explains ${listed(explained.map(({ family }) => lower(family.title)))}, which came no earlier`);
  if (!alone && share >= 0.5) reasons.push(`with what follows from it, it is ${Math.round(share * 100)} % of all lines of trouble`);
  if (novelty === 'new') reasons.push('it was not there in the time before');
  if (novelty === 'surging') reasons.push('it is far more frequent than in the time before');
  if (novelty === 'late') reasons.push('the log was without it at first');
  if (seen.family.kind === 'dependency') reasons.push('why the other side fails is not in this log');
  return reasons;
}

export const lower = (title: string): string => (/^[A-Z]{2}/u.test(title) ? title : title.charAt(0).toLowerCase() + title.slice(1));

function listed(words: readonly string[]): string {
  const most = words.slice(0, 4);
  const more = words.length > 4 ? [`${words.length - 4} more`] : [];
  const all = [...most, ...more];
  return all.length < 2 ? (all[0] ?? '') : `${all.slice(0, -1).join(', ')} and ${all.at(-1) ?? ''}`;
}
