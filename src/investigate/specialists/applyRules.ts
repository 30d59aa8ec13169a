/**
 * Applies the rules of specialists to what was gathered.
 *
 * A rule gives a sentence, a severity, a line of advice, keys of evidence, and points for findings; never an action or a value for one. Points
 * of all rules together move one finding by at most ten. A rule that throws or runs out of its time becomes a gap and harms no other; one
 * whose query has no answer is skipped. The rules of all specialists are meant to be applied, whomever the router chose: they cost little.
 */
import type { Clock } from '../../clock.ts';
import type { Gap } from '../../crds/investigation.ts';
import type { FindingReason } from '../../crds/reasons.ts';
import { cut } from '../../sources/text.ts';
import { type CommonEvidence, evidenceForRules, keysOf, type SeenByRules, withMetrics } from './evidenceForRules.ts';
import type { Rule, Specialist } from './load.ts';
import { fillMessage } from './messageTemplate.ts';
import type { QueryTarget } from './queryTemplate.ts';
import type { Expression } from './ruleLanguage.ts';
import type { RuleObject } from './ruleTypes.ts';
import { MOST_POINTS } from './schema.ts';
import { createTimeLimit, OutOfTime, type TimeLimit } from './withinTime.ts';

/** The answer to a specialist's query: its largest finite value. A query without an answer has none. */
export interface Measured {
  readonly specialist: string;
  readonly name: string;
  readonly value: number;
  /** Key of the evidence. */
  readonly key: string;
}

export interface RulesRequest {
  readonly specialists: readonly Specialist[];
  readonly seen: SeenByRules;
  readonly measured: readonly Measured[];
  /** What the question is about, for the fields of messages. */
  readonly target: QueryTarget;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly limits?: Partial<RuleLimits> | undefined;
}

export interface RuleLimits {
  readonly ruleMs: number;
  readonly totalMs: number;
}

export interface RuleResult {
  readonly specialist: string;
  readonly rule: string;
  readonly severity?: Rule['severity'];
  readonly message: string;
  readonly advice?: string | undefined;
  /** Keys of the evidence that shows it. */
  readonly evidence: readonly string[];
  readonly weighs: Rule['weighs'];
}

export interface RulesOutcome {
  readonly results: readonly RuleResult[];
  /** Rules that wait for the answer of a query, as `specialist/rule`. */
  readonly skipped: readonly string[];
  readonly gaps: readonly Gap[];
}

const DEFAULT_LIMITS: RuleLimits = { ruleMs: 250, totalMs: 1_000 };
const MOST_CITED = 20;

export function applyRules({ specialists, seen, measured, target, clock, limits }: RulesRequest): RulesOutcome {
  const { ruleMs, totalMs } = { ...DEFAULT_LIMITS, ...limits };
  const common = evidenceForRules(seen);
  const timeLimit = createTimeLimit();
  const end = clock.monotonic() + totalMs;
  const verdicts = specialists.flatMap((specialist) => {
    const run = runOf(specialist, common, measured, target, timeLimit);
    return specialist.rules.map((rule) => judge(run, rule, Math.min(ruleMs, end - clock.monotonic())));
  });
  return {
    results: verdicts.flatMap(({ result }) => result ?? []),
    skipped: verdicts.flatMap(({ skipped }) => skipped ?? []),
    gaps: verdicts.flatMap(({ gap }) => gap ?? []),
  };
}

/** Percent points by which the rules that fired move the confidence of findings of a reason, at most ten in either direction. */
export function pointsFor(results: readonly RuleResult[], reason: FindingReason): number {
  const sum = results
    .flatMap(({ weighs }) => weighs)
    .filter(({ reasons }) => reasons.has(reason))
    .reduce((points, weight) => points + weight.points, 0);
  return Math.max(-MOST_POINTS, Math.min(MOST_POINTS, sum));
}

interface Run {
  readonly specialist: string;
  readonly evidence: RuleObject<'Evidence'>;
  readonly metrics: ReadonlyMap<string, Measured>;
  readonly keys: ReadonlySet<string>;
  readonly target: QueryTarget;
  readonly alert: string | undefined;
  readonly timeLimit: TimeLimit;
}

function runOf(
  { name }: Specialist,
  common: CommonEvidence,
  measured: readonly Measured[],
  target: QueryTarget,
  timeLimit: TimeLimit,
): Run {
  const own = measured.filter(({ specialist, value }) => specialist === name && Number.isFinite(value));
  return {
    specialist: name,
    evidence: withMetrics(common, new Map(own.map((one) => [one.name, one.value]))),
    metrics: new Map(own.map((one) => [one.name, one])),
    keys: keysOf(common),
    target,
    alert: common.alerts?.[0]?.name,
    timeLimit,
  };
}

interface Verdict {
  readonly result?: RuleResult;
  readonly skipped?: string;
  readonly gap?: Gap;
}

function judge(run: Run, rule: Rule, ms: number): Verdict {
  try {
    if (ms <= 0) throw new OutOfTime('the time of all rules was up');
    // Both expressions share the rule's time; an expression gives what its type was checked to be.
    const cited = run.timeLimit.within(ms, () =>
      rule.when.evaluate(run.evidence) === true ? ((rule.cites?.evaluate(run.evidence) ?? []) as readonly string[]) : undefined,
    );
    return cited === undefined ? {} : { result: resultOf(run, rule, cited) };
  } catch (error) {
    if (!(error instanceof OutOfTime) && waitsForAnswer(run, rule)) return { skipped: `${run.specialist}/${rule.name}` };
    return { gap: gapOfRule(run, rule, error) };
  }
}

function resultOf(run: Run, rule: Rule, cited: readonly string[]): RuleResult {
  const { specialist, metrics, keys, target, alert } = run;
  const measured = metricsOf(rule).flatMap((name) => metrics.get(name)?.key ?? []);
  const values = new Map([...metrics].map(([name, { value }]) => [name, value]));
  return {
    specialist,
    rule: rule.name,
    severity: rule.severity,
    message: fillMessage(rule.message, { ...target, alert, metrics: values }),
    advice: rule.advice,
    evidence: [...new Set([...cited.filter((key) => keys.has(key)), ...measured])].slice(0, MOST_CITED),
    weighs: rule.weighs,
  };
}

const metricsOf = ({ when, cites }: Rule): readonly string[] => [when, cites].flatMap((one: Expression | undefined) => one?.metrics ?? []);

const waitsForAnswer = ({ metrics }: Run, rule: Rule): boolean => metricsOf(rule).some((name) => !metrics.has(name));

function gapOfRule({ specialist }: Run, { name }: Rule, error: unknown): Gap {
  const late = error instanceof OutOfTime;
  const detail = detailOf(error);
  const advice = late ? 'make its expression smaller' : 'let its expression ask has(…) before it reads what may be absent';
  return {
    source: `specialist ${specialist}`,
    reason: late ? 'TimedOut' : 'Malformed',
    message: cut(`evaluate rule ${name}: ${detail}; ${advice}`, 512),
  };
}

/** The library's word, without its drawing of the expression. */
function detailOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const { code, summary } = error as { readonly code?: unknown; readonly summary?: unknown };
  if (code === 'index_out_of_bounds') return 'it reads past the end of a list';
  return typeof summary === 'string' ? summary : error.message;
}
