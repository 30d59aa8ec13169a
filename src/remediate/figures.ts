/**
 * Criteria that are judged by figures: a signal of a workload, an error budget, an administrator's query; and whether a signal has clearly worsened.
 *
 * Queries come from the table of signals or from a RemediationPolicy, never from a plan or from telemetry. Only what was measured after the sync
 * counts for a fix. What is not measured, fails, or is no number leaves the question open: it is neither good nor bad.
 */
import { BADNESS } from '../analysis/badness.ts';
import { burnRate, LONGEST_WINDOW } from '../analysis/burnRate.ts';
import { median } from '../analysis/robust.ts';
import { HOUR, type Reading } from '../analysis/series.ts';
import { worseSince } from '../analysis/worseSince.ts';
import type { ObjectRef } from '../crds/common.ts';
import type { AbortCriterion, Criterion, JudgedSignal, PolicyCriterion } from '../crds/criteria.ts';
import { levelText, type Unit } from '../domain/levelText.ts';
import type { Measured, Measurements, Series } from '../sources/measurements.ts';
import { inWords } from './actionTarget.ts';
import type { Judgement } from './criteria.ts';

export interface Figures {
  readonly measurements: Measurements;
  /** A criterion of a RemediationPolicy; undefined: there is none of that name now. */
  readonly policyCriterion: (policy: string, name: string) => PolicyCriterion | undefined;
}

interface Asking extends Figures {
  readonly target: ObjectRef;
  /** Milliseconds since the epoch; so are the others. */
  readonly syncedAt: number;
  readonly now: number;
  readonly signal: AbortSignal | undefined;
}

export const SIGNAL_WORDS: Readonly<Record<JudgedSignal, { readonly title: string; readonly unit: Unit }>> = {
  errorShare: { title: 'share of errors', unit: 'share' },
  latencyP95: { title: '95th percentile of latency', unit: 'seconds' },
  requestRate: { title: 'traffic', unit: 'per second' },
  cpuUsage: { title: 'use of CPU', unit: 'cores' },
  cpuThrottling: { title: 'share of throttled periods', unit: 'share' },
  memoryOfLimit: { title: 'memory of its limit', unit: 'share' },
};

export async function judgeSignal(
  { name, comparison, level, windowSeconds }: NonNullable<Criterion['signal']>,
  asking: Asking,
): Promise<Judgement> {
  const { title, unit } = SIGNAL_WORDS[name];
  const series = await seriesOf(name, asking, windowSince(asking, windowSeconds));
  if (series === undefined) return { holds: undefined, message: `nobody measures the ${title} of ${wordsFor(asking.target)}` };
  return compared(series, { comparison, level: Number(level), what: title, text: (value) => levelText(unit, value) });
}

export async function judgeQuery({ policy, name }: NonNullable<Criterion['query']>, asking: Asking): Promise<Judgement> {
  const criterion = asking.policyCriterion(policy, name);
  if (criterion === undefined) return { holds: undefined, message: `RemediationPolicy ${policy} has no criterion ${name} any more` };
  const { comparison, level, windowSeconds } = criterion;
  const window = windowSince(asking, windowSeconds);
  const answer = await asking.measurements.ask(queryFor(criterion.query, asking.target), window, asking.signal);
  if (answer === undefined) return { holds: undefined, message: 'no metrics are configured' };
  return compared(answer.series, { comparison, level: Number(level), what: name, text: (value) => String(Number(value.toPrecision(4))) });
}

/** Names of objects have no character that ends a text of PromQL. */
function queryFor(query: string, { namespace = '', name }: ObjectRef): string {
  return query.replaceAll(/\$(namespace|workload)\b/gu, (_, which: string) => (which === 'namespace' ? namespace : name));
}

export async function judgeBurnRate({ objectivePercent }: NonNullable<Criterion['burnRate']>, asking: Asking): Promise<Judgement> {
  const window = { start: asking.now - LONGEST_WINDOW, end: asking.now };
  const [errors, traffic] = await Promise.all([seriesOf('errorShare', asking, window), seriesOf('requestRate', asking, window)]);
  if (errors === undefined) return { holds: undefined, message: `nobody measures the errors of ${wordsFor(asking.target)}` };
  const sinceSync = readingsOf(errors).filter(({ at }) => at >= asking.syncedAt);
  if (sinceSync.length === 0) return { holds: undefined, message: NOTHING_SINCE };
  const objective = Number(objectivePercent) / 100;
  const burn = burnRate({ errors: readingsOf(errors), traffic: readingsOf(traffic ?? []), objective, now: asking.now });
  if (burn === undefined) return { holds: undefined, message: NOTHING_SINCE };
  const rates = `burns ${times(burn.short)} as fast as it may in its short window and ${times(burn.long)} in its long one`;
  return { holds: !burn.tooFast, message: `the error budget of ${objectivePercent} % ${rates}; ${burn.factor} times in both is too fast` };
}

const times = (rate: number): string => `${Number(rate.toPrecision(2))} times`;
const NOTHING_SINCE = 'nothing was measured since the sync';

/** What speaks for giving the fix up; undefined: nothing, or it can't be seen. */
export async function judgeWorsening(
  name: NonNullable<AbortCriterion['signal']>,
  asking: Omit<Asking, 'syncedAt' | 'policyCriterion'> & { readonly pushedAt: number },
): Promise<string | undefined> {
  const { pushedAt, now } = asking;
  const series = await seriesOf(name, asking, { start: pushedAt - HOUR, end: now });
  const found = (series ?? []).flatMap((one) => worseSince(readingsOf([one]), pushedAt, BADNESS[name]) ?? []);
  const worst = found.toSorted((a, b) => b.now - a.now)[0];
  if (worst === undefined) return undefined;
  const { title, unit } = SIGNAL_WORDS[name];
  return `the ${title} of ${wordsFor(asking.target)} is ${levelText(unit, worst.now)}, after at most ${levelText(unit, worst.before)} in the hour before the fix`;
}

/** Round times, so that the question of a moment ago is the same question. */
const GRID_MS = 10_000;

function windowSince({ now, syncedAt }: Asking, windowSeconds: number): { readonly start: number; readonly end: number } {
  return { start: Math.max(syncedAt, now - windowSeconds * 1000), end: now };
}

async function seriesOf(
  name: JudgedSignal,
  { measurements, target, signal }: Pick<Asking, 'measurements' | 'target' | 'signal'>,
  { start, end }: { readonly start: number; readonly end: number },
): Promise<readonly Series[] | undefined> {
  const window = { start: Math.floor(start / GRID_MS) * GRID_MS, end: Math.ceil(end / GRID_MS) * GRID_MS };
  const found = await measurements.measure(measured(target), name, window, signal);
  return found?.series.flatMap(({ labels, points }) => {
    const inside = points.filter(([at]) => at >= start && at <= end);
    return inside.length === 0 ? [] : [{ labels, points: inside }];
  });
}

export const measured = ({ kind, namespace = '', name }: Pick<ObjectRef, 'kind' | 'namespace' | 'name'>): Measured => ({
  kind,
  namespace,
  name,
});

const readingsOf = (series: readonly Series[]): readonly Reading[] =>
  series.flatMap(({ points }) => points.map(([at, value]) => ({ at, value })));

interface Comparing {
  readonly comparison: 'AtMost' | 'AtLeast';
  readonly level: number;
  readonly what: string;
  readonly text: (value: number) => string;
}

/** Of several series the worst counts. */
function compared(series: readonly Series[], { comparison, level, what, text }: Comparing): Judgement {
  const levels = series.flatMap(({ points }) => median(points.map(([, value]) => value)) ?? []);
  if (levels.length === 0) return { holds: undefined, message: `${what}: ${NOTHING_SINCE}` };
  const worst = comparison === 'AtMost' ? Math.max(...levels) : Math.min(...levels);
  const holds = comparison === 'AtMost' ? worst <= level : worst >= level;
  return { holds, message: `${what}: ${text(worst)}, ${comparison === 'AtMost' ? 'at most' : 'at least'} ${text(level)} is wanted` };
}

const wordsFor = ({ kind, namespace = '', name }: ObjectRef): string => inWords({ kind, namespace, name });
