/**
 * The figures of an evaluation: A@1 and A@3 by system and class, how much is wrong and confident, and how well confidence is calibrated.
 *
 * A@1 is the share of cases whose first answer has taxonomy, object and root cause equal to the truth, in lower case; A@3 that of cases where
 * one of the first three has.
 */
import { confidenceOf as calibrated, fitLogistic } from '../../src/analysis/calibration.ts';
import { expectedCalibrationError } from '../../src/analysis/calibrationError.ts';
import { crossValidate } from '../../src/analysis/crossValidation.ts';
import type { Prediction, Ranked, Truth } from './types.ts';

const CONFIDENT = 0.7;

export interface Case {
  readonly truth: Truth;
  readonly prediction: Prediction;
}

export interface Score {
  readonly cases: number;
  readonly first: number;
  readonly amongThree: number;
  readonly wrongAndConfident: number;
  readonly rightAndConfident: number;
}

export function scoreOf(cases: readonly Case[]): Score {
  const count = (holds: (one: Case) => boolean): number => cases.filter(holds).length;
  return {
    cases: cases.length,
    first: count(isRight),
    amongThree: count(({ truth, prediction }) => prediction.ranked.slice(0, 3).some((one) => isSame(truth, one))),
    wrongAndConfident: count((one) => !isRight(one) && confidenceOf(one) >= CONFIDENT),
    rightAndConfident: count((one) => isRight(one) && confidenceOf(one) >= CONFIDENT),
  };
}

export const isRight = ({ truth, prediction }: Case): boolean => isSame(truth, prediction.ranked[0]);

export const confidenceOf = ({ prediction }: Case): number => prediction.ranked[0]?.confidence ?? 0;

const isSame = (truth: Truth, answer: Ranked | undefined): boolean =>
  (['taxonomy', 'object', 'rootCause'] as const).every((key) => truth[key].toLowerCase() === answer?.[key].toLowerCase());

/** Over the cases that were answered at all. */
export function calibrationErrorOf(cases: readonly Case[]): number {
  const answered = cases.filter(({ prediction }) => prediction.ranked.length > 0);
  return expectedCalibrationError(answered.map((one) => ({ confidence: confidenceOf(one), right: isRight(one) }))) ?? 0;
}

/** What a curve fitted on the other folds would have had: whether ours, which is kept by hand, is far from what the cases support. */
export function crossValidatedErrorOf(cases: readonly Case[]): number {
  const answered = cases.filter(({ prediction }) => prediction.ranked.length > 0);
  const judged = crossValidate(
    answered,
    { k: 5, seed: 1, stratumOf: ({ truth }) => truth.taxonomy },
    (training) => fitLogistic(training.map((one) => ({ score: confidenceOf(one), right: isRight(one) }))),
    (model, one) => (model === undefined ? confidenceOf(one) : calibrated(model, confidenceOf(one))),
  );
  return expectedCalibrationError(judged.map(({ item, answer }) => ({ confidence: answer, right: isRight(item) }))) ?? 0;
}

/** @param share from 0 to 1 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
