/**
 * Templates that are new, surging or vanished in a window against a baseline, usually the 24 hours before.
 *
 * - Surging: the lower bound of the ratio of the two rates is at least two. The ratio of two Poisson rates has a logarithm that is about
 *   normal, with variance 1/n + 1/m; half an occurrence is added to both (Walter, "The distribution of Levin's measure of attributable
 *   risk", Biometrika 1975; Rothman, Modern Epidemiology). Logs come in bursts, which are no Poisson process, hence a bound of three
 *   standard errors, and hence the rate must be above that of the baseline's busiest slot too: what was usual yesterday is no surge.
 * - Vanished: it was there in most slots of the baseline, and so many were expected that none is no chance (exp(-7) < 0.001).
 * - New: the baseline does not have it. How rare it is, is for the reader of its count.
 *
 * More traffic makes everything more frequent and nothing wrong. So rates are divided by the median ratio of the templates that both windows
 * have, as sequencing depth is removed from counts of genes (Anders and Huber, Genome Biology 2010, "size factors"), when there are enough of
 * them for a median to mean something, and only if it is above one.
 */
import type { TemplateCounts } from './counter.ts';

export interface TemplateChange {
  readonly id: number;
  /** Occurrences. */
  readonly before: number;
  readonly now: number;
  /** Times as many a second as before, traffic taken out. Infinite for new templates, 0 for vanished ones. */
  readonly ratio: number;
}

export interface TemplateChanges {
  /** The most frequent first. */
  readonly fresh: readonly TemplateChange[];
  /** The highest ratio first. */
  readonly surging: readonly TemplateChange[];
  /** What was most frequent first. */
  readonly vanished: readonly TemplateChange[];
  /** Times as much was logged as before, by the median of the templates. 1 when too few are known in both windows. */
  readonly traffic: number;
}

const LEAST_SURGE = 10;
const LEAST_RATIO = 2;
const STANDARD_ERRORS = 3;
const LEAST_EXPECTED = 7;
const LEAST_SHARE_OF_SLOTS = 0.5;
/** Templates, and occurrences of each in both windows together, for a median that means something. */
const TEMPLATES_FOR_TRAFFIC = 8;
const LINES_FOR_TRAFFIC = 10;

export function compareTemplates(baseline: TemplateCounts, now: TemplateCounts): TemplateChanges {
  const length = now.seconds / baseline.seconds;
  const traffic = trafficOf(baseline, now, length);
  const expectedShare = length * traffic;
  const fresh: TemplateChange[] = [];
  const surging: TemplateChange[] = [];
  const vanished: TemplateChange[] = [];
  for (const [id, slots] of now.counts) {
    const before = sum(baseline.counts.get(id) ?? []);
    const count = sum(slots);
    if (count === 0) continue;
    const change = { id, before, now: count, ratio: before === 0 ? Number.POSITIVE_INFINITY : count / (before * expectedShare) };
    if (before === 0) fresh.push(change);
    else if (count >= LEAST_SURGE && surges(change, expectedShare) && isAboveBusiest(change, baseline, expectedShare)) surging.push(change);
  }
  for (const [id, slots] of baseline.counts) {
    const before = sum(slots);
    if (sum(now.counts.get(id) ?? []) > 0 || before * length < LEAST_EXPECTED) continue;
    if (shareOfSlots(slots) >= LEAST_SHARE_OF_SLOTS) vanished.push({ id, before, now: 0, ratio: 0 });
  }
  return {
    fresh: fresh.sort((a, b) => b.now - a.now || a.id - b.id),
    surging: surging.sort((a, b) => b.ratio - a.ratio || a.id - b.id),
    vanished: vanished.sort((a, b) => b.before - a.before || a.id - b.id),
    traffic,
  };
}

function surges({ before, now }: TemplateChange, expectedShare: number): boolean {
  const ratio = (now + 0.5) / ((before + 0.5) * expectedShare);
  const error = Math.sqrt(1 / (now + 0.5) + 1 / (before + 0.5));
  return Math.log(ratio) - STANDARD_ERRORS * error >= Math.log(LEAST_RATIO);
}

function isAboveBusiest({ id, now }: TemplateChange, baseline: TemplateCounts, expectedShare: number): boolean {
  const busiest = Math.max(0, ...(baseline.counts.get(id) ?? []));
  return now > busiest * baseline.slots * expectedShare;
}

function trafficOf(baseline: TemplateCounts, now: TemplateCounts, length: number): number {
  const ratios: number[] = [];
  for (const [id, slots] of now.counts) {
    const [before, count] = [sum(baseline.counts.get(id) ?? []), sum(slots)];
    if (before > 0 && count > 0 && before + count >= LINES_FOR_TRAFFIC) ratios.push(count / (before * length));
  }
  if (ratios.length < TEMPLATES_FOR_TRAFFIC) return 1;
  return Math.max(1, ratios.sort((a, b) => a - b)[Math.floor((ratios.length - 1) / 2)] ?? 1);
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

const shareOfSlots = (counts: readonly number[]): number => counts.filter((count) => count > 0).length / Math.max(1, counts.length);
