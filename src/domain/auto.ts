/**
 * Whether a plan may go on without a person's word: the conditions of a policy's `Auto`, and what of them is missing, in words.
 *
 * It is earned: by verified successes of the same action on the same workload, of which none from before the last failed verification counts. And it
 * pauses: where the same was done twice in six hours, and while too little is left of an error budget. What can't be told counts as missing. Pure.
 */
import type { RemediationPolicy } from '../crds/kinds.ts';
import { RISKS, type Risk } from '../crds/remediationPlan.ts';
import { REPEATS_MAX } from './brakes.ts';
import { policyFaults } from './policy.ts';
import type { Standing } from './record.ts';

/** Policies that say nothing of it. */
export const WITHIN_DAYS = 30;

export interface AutoQuestion {
  readonly risk: Risk;
  readonly confidence: number;
  /** Of each action on its workload. */
  readonly subjects: readonly AutoSubject[];
  /** Why too little is left of the error budget, or why that can't be told; undefined: enough is left, or the policy does not ask. */
  readonly budget: string | undefined;
}

export interface AutoSubject {
  /** `RestartWorkload on Deployment/shop/cart` */
  readonly what: string;
  readonly standing: Standing;
  /** How often the same was done within six hours. */
  readonly repeats: number;
}

/** Everything that `Auto` is missing, or `undefined` when it holds. */
export function autoRefusal(
  { metadata, spec }: RemediationPolicy,
  { risk, confidence, subjects, budget }: AutoQuestion,
): string | undefined {
  const { maxRisk = 'Low', minConfidence = 90 } = spec.auto ?? {};
  const missing = [
    ...policyFaults(spec).map((fault) => `RemediationPolicy ${metadata.name} is not valid: ${fault}`),
    ...subjects.flatMap(({ what, repeats }) =>
      repeats >= REPEATS_MAX ? [`${what} was done ${repeats} times in the last 6 hours, so people decide`] : [],
    ),
    ...(RISKS.indexOf(risk) > RISKS.indexOf(maxRisk) ? [`risk ${risk} is above ${maxRisk}`] : []),
    ...(confidence < minConfidence ? [`confidence ${confidence} % is below ${minConfidence} %`] : []),
    ...subjects.flatMap((subject) => notEarned(spec.auto, subject)),
    ...(budget === undefined ? [] : [budget]),
  ];
  return missing.length === 0 ? undefined : missing.join('; ');
}

function notEarned(
  auto: RemediationPolicy['spec']['auto'],
  { what, standing: { successes, lastFailure } }: AutoSubject,
): readonly string[] {
  const { provenSuccesses = 3, withinDays = WITHIN_DAYS } = auto ?? {};
  // Where nothing has to be proven first, what has failed has to be all the same.
  const needed = lastFailure === undefined ? provenSuccesses : Math.max(1, provenSuccesses);
  if (successes >= needed) return [];
  const failed = lastFailure === undefined ? '' : ` since the last failure at ${lastFailure}`;
  return [`${successes} of ${needed} verified successes of ${what} in ${withinDays} days${failed}`];
}
